/**
 * Small inputs: `JSON.parse`, at once.
 */
import type { JsonInput } from "./input.ts"
import type { KeyGuard } from "./keyGuard.ts"
import { parseJson } from "./natives.ts"
import type { ParseOptions } from "./parseOptions.ts"

/** A byte order mark is dropped. */
const decoder = new TextDecoder("utf-8")
const strictDecoder = new TextDecoder("utf-8", { fatal: true })

/**
 * The value, or undefined where `JSON.parse` cannot tell all that is asked for: something is wrong, and a job finds out
 * what, or the options ask for more. Throws a `ParseError` for a dangerous key.
 */
export const parseDirectly = (input: JsonInput, options: ParseOptions, guard: KeyGuard | undefined): unknown => {
  const { at, maxDepth, reviver } = options
  if ((maxDepth !== undefined && maxDepth !== Infinity) || reviver !== undefined) return undefined
  if (at !== undefined && at !== "") return undefined
  let text: string
  let value: unknown
  try {
    text = typeof input === "string" ? input : decode(input, options)
    value = parseJson(text)
  } catch {
    return undefined
  }
  return guard === undefined ? value : guard.checkRoot(value, text)
}

const decode = (input: Uint8Array | ReadonlyArray<Uint8Array>, options: ParseOptions): string => {
  const bytes = input instanceof Uint8Array ? input : input.length === 1 ? input[0]! : Buffer.concat(input)
  return (options.invalidUtf8 === "error" ? strictDecoder : decoder).decode(bytes)
}
