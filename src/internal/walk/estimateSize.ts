/**
 * Estimates how long a text will be, as far as it matters: is the value worth the engine?
 *
 * No user code runs here, because `JSON.stringify` itself must be the only reader of a value below the threshold. So
 * properties are read only where there is no getter. A value that hides its text (a proxy, a getter, a `toJSON` that is
 * not `Date`'s or `Buffer`'s own) is left to the engine. The walk ends as soon as it passes the threshold.
 */
import { isBoxedPrimitive, isProxy } from "node:util/types"
import { elementAt } from "../value/arrayElements.ts"
import { elementsOf } from "./enterContainer.ts"
import { hasUserToJSON, isPlainBuffer, isPlainDate } from "./harmlessToJSON.ts"

/** The estimate of a value that hides its text. */
export const hiddenSize = Infinity
const { hasOwn } = Object
const getDescriptor = Object.getOwnPropertyDescriptor
/** By index, a third of what a descriptor takes; by name, as much (`bench/claims.ts`). */
const lookupGetter = (
  Object.prototype as unknown as { readonly __lookupGetter__: (this: object, key: PropertyKey) => unknown }
).__lookupGetter__
const getPrototype = Object.getPrototypeOf
const objectPrototype = Object.prototype
const arrayPrototype = Array.prototype
/** Deeper values are left to the engine. */
const deepest = 64

/** Estimated code units of the text, or at least `threshold` when it may well be more. */
export const estimate = (value: unknown, threshold: number): number => {
  switch (typeof value) {
    case "string":
      return value.length + 2
    case "object":
      return value === null ? 4 : container(value, threshold, deepest)
    case "function":
    case "bigint":
      return hiddenSize
    default:
      return 8
  }
}

const container = (value: object, room: number, depth: number): number => {
  if (depth === 0 || isProxy(value)) return hiddenSize
  return Array.isArray(value) ? array(value, room, depth) : object(value, room, depth)
}

const array = (value: ReadonlyArray<unknown>, room: number, depth: number): number => {
  const length = value.length
  let size = 2 + length * 2
  if (getPrototype(value) !== arrayPrototype || (hasOwn(value, "toJSON") && hasUserToJSON(value))) return hiddenSize
  for (let i = 0; i < length && size < room; i++) {
    if (lookupGetter.call(value, i) !== undefined) return hiddenSize
    size += child(elementAt(value, i), room - size, depth)
  }
  return size
}

const object = (value: object, room: number, depth: number): number => {
  const prototype = getPrototype(value)
  if (prototype !== objectPrototype && prototype !== null) {
    if (isPlainDate(value)) return 26
    const elements = ArrayBuffer.isView(value) ? elementsOf(value) : 0
    if (isPlainBuffer(value)) return 27 + elements * 4
    if (!isSimpleInstance(value)) return hiddenSize
    // Below, each index is listed as a string.
    if (elements * 6 >= room) return elements * 6
  } else if (hasOwn(value, "toJSON") && hasUserToJSON(value)) {
    return hiddenSize
  }
  let size = 2
  for (const key in value) {
    const descriptor = getDescriptor(value, key)
    if (descriptor === undefined) continue
    if (descriptor.get !== undefined) return hiddenSize
    size += key.length + 4 + child(descriptor.value, room - size, depth)
    if (size >= room) return size
  }
  return size
}

const child = (value: unknown, room: number, depth: number): number => {
  switch (typeof value) {
    case "string":
      return value.length + 2
    case "number":
      return 6
    case "boolean":
      return 5
    case "object":
      return value === null ? 4 : container(value, room, depth - 1)
    case "function":
    case "bigint":
      return hiddenSize
    default:
      return 4
  }
}

// An instance of a class: nothing in it is hidden when nobody up the chain has a `toJSON` that counts or is a proxy. A
// boxed primitive prints what its methods give.
const isSimpleInstance = (value: object): boolean => {
  if (isBoxedPrimitive(value)) return false
  let current: object | null = value
  while (current !== null) {
    if (isProxy(current) || (hasOwn(current, "toJSON") && hasUserToJSON(value))) return false
    current = getPrototype(current) as object | null
  }
  return true
}
