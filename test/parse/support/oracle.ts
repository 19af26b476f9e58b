/** `JSON.parse` as what is right: the same value to the last descriptor, or a failure at the same place. */
import { assert } from "@effect/vitest"
import type { Given, Outcome } from "./run.ts"

/** What differs between two values, or undefined: own keys, their order, descriptors, prototypes, `Object.is`. */
export const difference = (actual: unknown, expected: unknown, path = ""): string | undefined => {
  if (Object.is(actual, expected)) return undefined
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) {
    return `${path}: another value`
  }
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return `${path}: another prototype`
  const keys = Reflect.ownKeys(actual)
  const expectedKeys = Reflect.ownKeys(expected)
  if (keys.length !== expectedKeys.length) return `${path}: ${keys.length} keys for ${expectedKeys.length}`
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    if (key !== expectedKeys[i]) return `${path}: key ${i} is ${String(key)}, not ${String(expectedKeys[i])}`
    const own = Object.getOwnPropertyDescriptor(actual, key)!
    const other = Object.getOwnPropertyDescriptor(expected, key)!
    for (const flag of ["writable", "enumerable", "configurable"] as const) {
      if (own[flag] !== other[flag]) return `${path}/${String(key)}: ${flag}`
    }
    const inner = difference(own.value, other.value, `${path}/${String(key)}`)
    if (inner !== undefined) return inner
  }
  return undefined
}

const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => Buffer.concat(parts)

export const textOf = (given: Given): string =>
  typeof given === "string" ? given : new TextDecoder().decode(given instanceof Uint8Array ? given : concat(given))

export type Native = { readonly value: unknown } | { readonly message: string }

export const native = (text: string): Native => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { message: (error as Error).message }
  }
}

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
