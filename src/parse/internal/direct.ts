/**
 * Small inputs: `JSON.parse`, at once.
 */
import type { JsonInput } from "./input.ts"
import { parseJson } from "./natives.ts"
import type { ParseOptions } from "./parseOptions.ts"

/** A byte order mark is dropped. */
const decoder = new TextDecoder("utf-8")
const strictDecoder = new TextDecoder("utf-8", { fatal: true })

/**
 * The value, or undefined where `JSON.parse` cannot tell all that is asked for: something is wrong, and a job finds out what,
 * or the options ask for more.
 */
export const parseDirectly = (input: JsonInput, options: ParseOptions): unknown => {
  if (options.maxDepth !== undefined && options.maxDepth !== Infinity) return undefined
  try {
    return parseJson(typeof input === "string" ? input : decode(input, options))
  } catch {
    return undefined
  }
}

const decode = (input: Uint8Array | ReadonlyArray<Uint8Array>, options: ParseOptions): string => {
  const bytes = input instanceof Uint8Array ? input : input.length === 1 ? input[0]! : Buffer.concat(input)
  return (options.invalidUtf8 === "error" ? strictDecoder : decoder).decode(bytes)
}
