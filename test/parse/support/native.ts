/** What `JSON.parse` makes of a text, and what differs from it. Imports no test runner: other runtimes are asked, too. */
import type { Given } from "./run.ts"

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

export const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => Buffer.concat(parts)

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
