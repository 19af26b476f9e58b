/** `JSON.parse` as what is right: the same value to the last descriptor, or a failure at the same place. */
import { assert } from "@effect/vitest"
import { concat, difference, native, textOf } from "./native.ts"
import type { Given, Outcome } from "./run.ts"

export { difference, native, type Native, textOf } from "./native.ts"

/** V8 tells a place in most of its messages. */
const placeOf = (message: string) => {
  const match = /at position (\d+) \(line (\d+) column (\d+)\)/.exec(message)
  return match === null ? undefined : match.slice(1).map(Number)
}

/** The outcome is what `JSON.parse` gives. */
export const assertNative = (given: Given, outcome: Outcome, about: string): void => {
  const text = textOf(given)
  const expected = native(text)
  const label = `${about}: ${JSON.stringify(text).slice(0, 300)}`
  if ("value" in expected) {
    if ("error" in outcome) return assert.fail(`${label}: ${outcome.error.message}`)
    const found = difference(outcome.value, expected.value)
    return assert.isUndefined(found, `${label}: ${found}`)
  }
  if ("value" in outcome) return assert.fail(`${label}: no error, but JSON.parse says ${expected.message}`)
  const { reason } = outcome.error
  assert.strictEqual(reason._tag, "InvalidJson", label)
  if (reason._tag !== "InvalidJson") return
  const place = placeOf(expected.message)
  if (place === undefined) return
  const position = typeof given === "string" ? reason.position : lengthBefore(given, reason.position)
  assert.deepStrictEqual([position, reason.line, reason.column], place, `${label}: ${expected.message}`)
}

/** Code units of the text before a byte. A byte order mark is none of them. */
const lengthBefore = (given: Uint8Array | ReadonlyArray<Uint8Array>, position: number): number => {
  const bytes = given instanceof Uint8Array ? given : concat(given)
  return new TextDecoder().decode(bytes.subarray(0, position)).length
}
