/**
 * The options of `express.json`, with their defaults.
 */
import type { ParseOptions, Reviver } from "../../parse/Parse.ts"

/**
 * Options of `expressJsonBody`: those of `express.json`, and what `parse` can refuse.
 *
 * @category models
 * @since 0.1.0
 */
export interface ExpressBodyOptions extends Pick<ParseOptions, "maxDepth" | "dangerousKeys"> {
  /** Whether compressed bodies are unzipped; refused with 415 otherwise. Default `true`. */
  readonly inflate?: boolean | undefined
  /** Bytes of a body, unzipped: a number, or a text like `"1mb"`. Default `"100kb"`. */
  readonly limit?: number | string | undefined
  /** The media types that are parsed, as `request.is` takes them, or a function. Default `"application/json"`. */
  readonly type?: string | Array<string> | ((request: any) => any) | undefined
  /** Sees all of the body before it is parsed, which is kept in memory for that; what it throws is a 403. Default: none. */
  readonly verify?: ((request: any, response: any, body: Buffer, encoding: string) => void) | undefined
  /** The charset of a body that tells none. Default `"utf-8"`. */
  readonly defaultCharset?: string | undefined
  /** Whether only objects and arrays are taken. Default `true`. */
  readonly strict?: boolean | undefined
  /** As `JSON.parse`'s. Default: none. */
  readonly reviver?: Reviver | undefined
}

export interface Settings {
  readonly isInflating: boolean
  readonly limit: number
  readonly shouldParse: (request: { is(types: Array<string>): unknown }) => unknown
  readonly verify: ExpressBodyOptions["verify"]
  readonly defaultCharset: string
  readonly isStrict: boolean
  readonly parse: ParseOptions
}

/** Throws a `TypeError` when the middleware is made, as `express.json` does. */
export const settingsOf = (options: ExpressBodyOptions = {}): Settings => {
  const { dangerousKeys, maxDepth, reviver, verify } = options
  const limit = options.limit ?? 102_400
  const bytes = bytesOf(limit)
  if (bytes === undefined) throw new TypeError(`option limit "${String(limit)}" is invalid`)
  if (verify && typeof verify !== "function") throw new TypeError("option verify must be function")
  const type = options.type || "application/json"
  const types = [type].flat() as Array<string>
  return {
    isInflating: options.inflate !== false,
    limit: bytes,
    shouldParse: typeof type === "function" ? type : (request) => request.is(types),
    verify: verify || undefined,
    defaultCharset: options.defaultCharset || "utf-8",
    isStrict: options.strict !== false,
    parse: { reviver: typeof reviver === "function" ? reviver : undefined, dangerousKeys, maxDepth }
  }
}

const units = ["b", "kb", "mb", "gb", "tb", "pb"]

/** `"1.5mb"`: 1024 each. A number without a unit is bytes. */
const bytesOf = (limit: unknown): number | undefined => {
  if (typeof limit === "number") return Number.isNaN(limit) ? undefined : limit
  if (typeof limit !== "string") return undefined
  const parts = /^([-+]?\d+(?:\.\d+)?) *(b|kb|mb|gb|tb|pb)$/i.exec(limit)
  const bytes =
    parts === null ? Number.parseInt(limit, 10) : Number(parts[1]) * 1024 ** units.indexOf(parts[2]!.toLowerCase())
  return Number.isNaN(bytes) ? undefined : Math.floor(bytes)
}
