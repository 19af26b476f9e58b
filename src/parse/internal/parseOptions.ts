/**
 * The options of a call and the settings around it: their types, their defaults and their checks.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { describeValue } from "../../internal/value/describeValue.ts"
import type { ParseSettingsShape } from "../ParseSettings.ts"

/**
 * Called for each value, innermost first, as `JSON.parse` calls it. `source` is the text of a primitive that is still
 * what the text said.
 *
 * @category models
 * @since 0.1.0
 */
export type Reviver = (this: any, key: string, value: any, context: { readonly source?: string }) => any

/**
 * Options of `parse`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ParseOptions {
  /** Changes values, as `JSON.parse`'s does. Default: none. */
  readonly reviver?: Reviver | undefined
  /** JSON Pointer (RFC 6901): only the value there is built. Default: `""`, the whole text's. */
  readonly at?: string | undefined
  /** Fails over so many bytes of input (code units of a string). A whole number from 0 up. Default: `Infinity`. */
  readonly maxBytes?: number | undefined
  /** Fails where arrays and objects are nested deeper. A whole number from 0 up. Default: `Infinity`. */
  readonly maxDepth?: number | undefined
  /** What to do with keys that may pollute a prototype, `__proto__` and `constructor`. Default: `"keep"`. */
  readonly dangerousKeys?: "keep" | "error" | "remove" | undefined
  /** What to do with bytes that are no UTF-8. Default: `"replace"`, by U+FFFD. */
  readonly invalidUtf8?: "replace" | "error" | undefined
}

/**
 * Options of `parseArray`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ParseArrayOptions extends Omit<ParseOptions, "reviver"> {
  /** Units of text whose elements are given together, about. A whole number from 1 up. Default: 65,536. */
  readonly chunkSize?: number | undefined
}

/** {@link ParseSettingsShape} with times in milliseconds. */
export interface Settings {
  readonly turnBudget: number
  readonly directSize: number
  readonly pieceTime: number
}

/** What is wrong with the options of a call, if anything is. */
export const checkOptions = (options: (ParseOptions & ParseArrayOptions) | undefined): string | undefined => {
  if (options === undefined) return undefined
  if (typeof options !== "object" || options === null) return wrong("options", "an object", options)
  const { at, chunkSize, dangerousKeys, invalidUtf8, maxBytes, maxDepth, reviver } = options
  if (reviver !== undefined && typeof reviver !== "function") return wrong("reviver", "a function", reviver)
  if (at !== undefined && !isPointer(at)) return wrong("at", 'a JSON Pointer, "" or like "/items/0"', at)
  if (maxBytes !== undefined && !isCount(maxBytes)) return wrong("maxBytes", count, maxBytes)
  if (maxDepth !== undefined && !isCount(maxDepth)) return wrong("maxDepth", count, maxDepth)
  if (dangerousKeys !== undefined && !keyPolicies.includes(dangerousKeys)) {
    return wrong("dangerousKeys", 'one of "keep", "error", "remove"', dangerousKeys)
  }
  if (invalidUtf8 !== undefined && invalidUtf8 !== "replace" && invalidUtf8 !== "error") {
    return wrong("invalidUtf8", '"replace" or "error"', invalidUtf8)
  }
  if (chunkSize !== undefined && !(isCount(chunkSize) && chunkSize >= 1 && chunkSize < Infinity)) {
    return wrong("chunkSize", "a whole number from 1 up", chunkSize)
  }
  return undefined
}

const keyPolicies: ReadonlyArray<unknown> = ["keep", "error", "remove"]

const count = "a whole number from 0 up, or Infinity"

const isCount = (u: unknown): boolean => (Number.isSafeInteger(u) && (u as number) >= 0) || u === Infinity

// RFC 6901: each token follows a slash, and a tilde is written `~0`, a slash in a key `~1`.
const isPointer = (u: unknown): boolean => typeof u === "string" && /^(?:\/(?:[^~/]|~[01])*)*$/.test(u)

const wrong = (name: string, expected: string, given: unknown): string =>
  `Expected \`${name}\` to be ${expected}, but it is ${describeValue(given)}`

const known = new WeakMap<ParseSettingsShape, Settings | string>()

/** The settings, or what is wrong with them. Worked out once for each object. */
export const settingsOf = (shape: ParseSettingsShape): Settings | string => {
  let settings = known.get(shape)
  if (settings === undefined) known.set(shape, (settings = workOut(shape)))
  return settings
}

const workOut = (shape: ParseSettingsShape): Settings | string => {
  const turnBudget = milliseconds(shape.turnBudget)
  if (turnBudget === undefined) return wrong("turnBudget", time, shape.turnBudget)
  const pieceTime = milliseconds(shape.pieceTime)
  if (pieceTime === undefined) return wrong("pieceTime", time, shape.pieceTime)
  if (!isCount(shape.directSize)) return wrong("directSize", count, shape.directSize)
  return { turnBudget, pieceTime, directSize: shape.directSize }
}

const time = "a duration, more than zero and finite"

const milliseconds = (input: Duration.Input): number | undefined => {
  const parsed = Option.getOrUndefined(Duration.fromInput(input))
  const millis = parsed === undefined ? 0 : Duration.toMillis(parsed)
  return millis > 0 && millis < Infinity ? millis : undefined
}
