/**
 * JSON text to values without blocking the event loop.
 *
 * @since 0.1.0
 */
export * from "./Parse.ts"
export * from "./ParseError.ts"
export { ParseSettings, type ParseSettingsShape } from "./ParseSettings.ts"
