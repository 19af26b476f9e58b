/** Compares a contender's text with `JSON.stringify`'s before anything is timed. */
import type { CallOptions, Contender, Output, Sink } from "./peers/contender.ts"
import { nativeText } from "./peers/native.ts"

/** A sink that compares what it gets with the expected text as it comes. */
export const comparing = (expected: string | Uint8Array) => {
  let at = 0
  let same = true
  const sink: Sink = (chunk) => {
    if (typeof chunk === "string") same &&= chunk === expected
    else same &&= Buffer.compare(chunk, (expected as Uint8Array).subarray(at, at + chunk.length)) === 0
    at += chunk.length
  }
  return { sink, identical: () => same && at === expected.length }
}

/** What is wrong with a contender's answers, if anything. */
export const verify = async (
  contender: Contender,
  values: ReadonlyArray<unknown>,
  output: Output,
  call?: CallOptions
): Promise<string | undefined> => {
  for (const value of values) {
    const text = nativeText(value, call)
    const check = comparing(output === "string" ? text : Buffer.from(text))
    try {
      await contender.run(value, output, check.sink, call)
    } catch (error) {
      return describe(error)
    }
    if (!check.identical()) return "wrong text"
  }
  return undefined
}

/** One line that fits a table: a `DataCloneError` quotes whole functions. */
export const describe = (error: unknown): string => {
  const { name, message } = error as Error
  const line = message.replaceAll(/\s+/g, " ").replaceAll("|", "/")
  return `failed: ${name}, ${line.length > 60 ? `…${line.slice(-40)}` : line}`
}
