/**
 * The beginning of a value's JSON, at once, at the cost of what its limit costs: for log lines, error messages and
 * prompts.
 *
 * @since 0.1.0
 */
import { Engine } from "./internal/engine/engine.ts"
import { invalidOptions } from "./internal/errors/serializationErrors.ts"
import type { SerializeOptions } from "./internal/options/callOptions.ts"
import { readArguments } from "./internal/options/stringifyArguments.ts"
import { type EngineSettings, engineSettings } from "./internal/engine/layerOptions.ts"
import { checkSerializeOptions } from "./internal/options/validate.ts"
import { stringOutput } from "./internal/output/output.ts"
import { Defect, type Failure } from "./internal/telemetry/outcome.ts"
import { lenientCopy, thrown } from "./internal/limit/lenientCopy.ts"
import { isSerializationError } from "./SerializationError.ts"

/**
 * Options of {@link preview}.
 *
 * @category models
 * @since 0.1.0
 */
export interface PreviewOptions {
  /** The longest text, in UTF-16 code units. A whole number from 0 up, or `Infinity`. Default 8192. */
  readonly maxSize?: number | undefined
  /** Indent by two spaces. Default `false`. */
  readonly pretty?: boolean | undefined
  /** The third argument of `JSON.stringify`. Wins over `pretty`. */
  readonly space?: number | string | undefined
  /** The second argument of `JSON.stringify`: a function, or the names of the properties to keep. */
  readonly replacer?: SerializeOptions["replacer"]
  /**
   * Never throw for what the value is. A reference that closes a cycle is `"[Circular]"`, a bigint its digits in
   * quotes, what a getter, a `toJSON` or a replacer throws is `"[Thrown]"`, and a value without text is `null`. So is all of
   * it `"[Thrown]"` where the names of a `replacer`, or `space`, cannot be read. Default `false`.
   */
  readonly lenient?: boolean | undefined
}

/**
 * What {@link preview} gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface Preview {
  readonly serialized: string
  /** True when the text was cut. */
  readonly truncated: boolean
}

/**
 * Gives the beginning of a value's JSON, synchronously. It costs what `maxSize` costs, whatever the value's size, and
 * is always valid JSON: cut as `serialize` cuts with `truncate: true`. Throws a `SerializationError` of what has no
 * JSON and stands before the cut.
 *
 * **Gotchas**
 *
 * The keys of an object have to be listed: some 0.5 us each, for each object that is reached. With `lenient`, a text
 * that cannot be shortened to the limit is `""`; without, it is a `SizeLimitExceeded`.
 *
 * **Example** (A value in a log line)
 *
 * ```ts
 * import { preview } from "effect-serialization"
 *
 * const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: `row ${id}` }))
 * preview({ rows }, { maxSize: 40 }) // => { serialized: '{"rows":[{"id":0,"name":"row 0"},{}]}', truncated: true }
 *
 * const node: Record<string, unknown> = { size: 1n }
 * node["self"] = node
 * preview(node, { lenient: true }).serialized // => '{"size":"1","self":"[Circular]"}'
 * ```
 *
 * @category serialization
 * @since 0.1.0
 */
export const preview = (value: unknown, options: PreviewOptions = {}): Preview => {
  const { lenient = false, maxSize = 8192, pretty, replacer, space } = options
  const message = checkSerializeOptions({ maxSize, pretty })
  if (message !== undefined) throw invalidOptions(message)
  if (typeof lenient !== "boolean") throw invalidOptions("Expected `lenient` to be true or false")
  if (!lenient) return cut(value, { maxSize, pretty, space, replacer })
  try {
    const args = readArguments({ pretty, space, replacer })
    // What is beyond the limit is not looked at, but for the bit that tells that there is more.
    return lenientCut(lenientCopy(value, args, maxSize), { maxSize, space: args.gap, replacer: args.list })
  } catch {
    // A list or a `space` that cannot be read, or a patched built-in.
    return lenientCut(thrown, { maxSize })
  }
}

const lenientCut = (copy: unknown, options: SerializeOptions): Preview => {
  try {
    return cut(copy, options)
  } catch (error) {
    if (isSerializationError(error) && error.reason._tag === "SizeLimitExceeded")
      return { serialized: "", truncated: true }
    throw error
  }
}

const cut = (value: unknown, options: SerializeOptions): Preview => {
  let failure: Failure | undefined
  let preview: Preview | undefined
  instance().serialize(value, { ...options, truncate: true, routing: "sync" }, stringOutput, (outcome, serialized) => {
    failure = outcome.error
    preview = { serialized, truncated: outcome.truncated }
  })
  if (failure !== undefined) throw failure instanceof Defect ? failure.thrown : failure
  return preview!
}

let engine: Engine | undefined

// Nobody's but this module's: previews are in no layer's metrics.
const instance = (): Engine => (engine ??= new Engine(engineSettings({ routing: "sync" }) as EngineSettings, undefined))
