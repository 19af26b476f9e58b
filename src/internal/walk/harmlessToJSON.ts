/**
 * Whether a `toJSON` is harmless: `Date`'s or `Buffer`'s own, with no code of the caller behind it. All who walk a
 * value ask here.
 *
 * `Date.prototype.toJSON` converts the date to a number (`Symbol.toPrimitive`, `valueOf`) and calls `toISOString`, all
 * looked up in the date itself. `Buffer.prototype.toJSON` looks up nothing.
 */
import { isDate, isProxy } from "node:util/types"
import { bufferToJSON, dateToISOString, dateToJSON, dateToPrimitive, dateValueOf } from "../value/intrinsics.ts"

const { getOwnPropertyDescriptor, getPrototypeOf } = Object
const { ownKeys } = Reflect
const datePrototype = Date.prototype
const bufferPrototype = Buffer.prototype

/**
 * Whether `toJSON`, as just read from `value`, gives a date's text and calls no code of the caller. Three more reads
 * take 7 ns, a look at its own keys would take 47 (`bench/claims.ts`). A getter among them runs, as it does when native
 * code looks them up.
 */
export const isDateToJSON = (toJSON: unknown, value: object): boolean =>
  toJSON === dateToJSON && readsAsBuiltIn(value) && isDate(value)

const readsAsBuiltIn = (value: object): boolean =>
  (value as Date).toISOString === dateToISOString &&
  (value as Date).valueOf === dateValueOf &&
  (value as Date)[Symbol.toPrimitive] === dateToPrimitive

/** A `Date` that prints as the built-in ones do. Runs no user code. */
export const isPlainDate = (value: object): boolean => {
  if (!isDate(value)) return false
  // Most dates have nothing of their own, so there is no need to look up each name.
  if (getPrototypeOf(value) === datePrototype && ownKeys(value).length === 0) {
    return (datePrototype as { toJSON?: unknown }).toJSON === dateToJSON && readsAsBuiltIn(datePrototype)
  }
  return (
    quietly(value, "toJSON") === dateToJSON &&
    quietly(value, "toISOString") === dateToISOString &&
    quietly(value, "valueOf") === dateValueOf &&
    quietly(value, Symbol.toPrimitive) === dateToPrimitive
  )
}

/** A `Buffer` that prints as the built-in ones do. Runs no user code. */
export const isPlainBuffer = (value: object): value is Buffer =>
  ArrayBuffer.isView(value) &&
  getPrototypeOf(value) === bufferPrototype &&
  getOwnPropertyDescriptor(value, "toJSON") === undefined &&
  getOwnPropertyDescriptor(bufferPrototype, "toJSON")?.value === bufferToJSON

/** What {@link quietly} gives where code of the caller would run. */
const hidden = Symbol("hidden")

/** Whether native code calls code of the caller to learn what a value gives. Runs none itself. */
export const hasUserToJSON = (value: unknown): boolean => {
  const toJSON = typeof value === "bigint" ? quietly(BigInt.prototype, "toJSON") : readToJSON(value)
  if (toJSON !== hidden && typeof toJSON !== "function") return false
  return !(toJSON === dateToJSON && isPlainDate(value as object)) && !(toJSON === bufferToJSON && isPlainBuffer(value!))
}

const readToJSON = (value: unknown): unknown =>
  (typeof value === "object" || typeof value === "function") && value !== null ? quietly(value, "toJSON") : undefined

// The value of a property, from wherever it is inherited.
const quietly = (value: object, key: PropertyKey): unknown => {
  let current: object | null = value
  while (current !== null) {
    if (isProxy(current)) return hidden
    const descriptor = getOwnPropertyDescriptor(current, key)
    if (descriptor !== undefined) return descriptor.get === undefined ? descriptor.value : hidden
    current = getPrototypeOf(current) as object | null
  }
  return undefined
}
