/**
 * What a text may be given as.
 */
import { describeValue } from "../../internal/value/describeValue.ts"
import { BytesSource, type Source, StringSource } from "./sources.ts"

/**
 * A text: a string, bytes of UTF-8, or the parts of one text in order. Bytes must not be changed until the call has
 * ended.
 *
 * @category models
 * @since 0.1.0
 */
export type JsonInput = string | Uint8Array | ReadonlyArray<Uint8Array>

/** Its size in bytes, or in code units of a string; what is wrong with it, if it is no input. */
export const inputSize = (input: JsonInput): number | string => {
  if (typeof input === "string") return input.length
  if (input instanceof Uint8Array) return input.length
  if (!Array.isArray(input)) return wrong(input)
  let size = 0
  for (const part of input as ReadonlyArray<unknown>) {
    if (!(part instanceof Uint8Array)) return wrong(part)
    size += part.length
  }
  return size
}

const wrong = (given: unknown): string =>
  `Expected the input to be a string, a Uint8Array, an array of them or a stream, but there is ${describeType(given)}`

// Of what was given nothing but its type: it may be the text of somebody.
const describeType = (given: unknown): string =>
  typeof given === "string" ? "a string within an array" : describeValue(given)

export const sourceOf = (input: JsonInput): Source => {
  if (typeof input === "string") return new StringSource(input)
  const source = new BytesSource()
  source.pushAll(input instanceof Uint8Array ? [input] : input)
  source.isEnded = true
  return source
}
