/**
 * Schemas in turns of the event loop.
 *
 * @since 0.1.0
 */
export * as SchemaTurns from "./SchemaTurns.ts"
