/**
 * What this realm's built-ins were when the library was loaded, and whether they still are.
 *
 * Other code may patch `Date.prototype.toJSON` or `Array.prototype` at any time. The natives are captured once, so that a
 * patch cannot break the engine, and compared with `===`, so that a patch is noticed and obeyed as `JSON.stringify` obeys it.
 */
import { isDate } from "node:util/types"

export const stringify: typeof JSON.stringify = JSON.stringify

const objectPrototype = Object.prototype as { toJSON?: unknown }
const arrayPrototype = Array.prototype as unknown as { toJSON?: unknown }
const datePrototype = Date.prototype as unknown as Record<PropertyKey, unknown>
const dateToPrimitive = datePrototype[Symbol.toPrimitive]
const dateValueOf = datePrototype["valueOf"]

export const dateToJSON: unknown = datePrototype["toJSON"]
const dateToISOString: unknown = datePrototype["toISOString"]
export const bufferToJSON: unknown = Buffer.prototype.toJSON

/** True when a plain object or array made by the engine would be stringified through somebody's patch. */
export const isPatched = (): boolean => objectPrototype.toJSON !== undefined || arrayPrototype.toJSON !== undefined

/** True when a `Date` gives on another thread what it gives here. Its own properties are the caller's to look at. */
export const isDateClean = (): boolean =>
  datePrototype["toJSON"] === dateToJSON &&
  datePrototype["toISOString"] === dateToISOString &&
  datePrototype["valueOf"] === dateValueOf &&
  datePrototype[Symbol.toPrimitive] === dateToPrimitive

/** A `Date` that prints as the built-in ones do. `toJSON` calls `toISOString`, and the conversion to a number, of the value itself. */
export const isPlainDate = (value: object): boolean =>
  isDate(value) &&
  (value as Date).toISOString === dateToISOString &&
  isDateClean() &&
  Reflect.ownKeys(value).length === 0

const bufferPrototype: object = Buffer.prototype
const getDescriptor = Object.getOwnPropertyDescriptor

/** A `Buffer` that prints as the built-in ones do. Runs no user code. */
export const isPlainBuffer = (value: object, prototype: object): boolean =>
  prototype === bufferPrototype &&
  getDescriptor(value, "toJSON") === undefined &&
  getDescriptor(bufferPrototype, "toJSON")?.value === bufferToJSON

/** True when holes of an array read as `undefined`, as they do on a worker thread. */
export const areHolesClean = (): boolean => !hasIndex(arrayPrototype) && !hasIndex(objectPrototype)

// Indexes come first among the own keys, enumerable or not. 1.7 us (`bench/claims.ts`), once for a frame that is sent.
const hasIndex = (object: object): boolean => {
  const first = Object.getOwnPropertyNames(object)[0]
  return first !== undefined && first.charCodeAt(0) <= 0x39
}

/** A high surrogate that has its low one behind it must not be parted from it. */
export const isPairAt = (text: string, index: number): boolean => {
  const high = text.charCodeAt(index)
  if (high < 0xd800 || high > 0xdbff) return false
  const low = text.charCodeAt(index + 1)
  return low >= 0xdc00 && low <= 0xdfff
}

const rawJSON = JSON as unknown as { isRawJSON?: (value: unknown) => boolean }
/** An object made by `JSON.rawJSON`: its text is fixed. */
export const isRawJSON = (value: unknown): value is { readonly rawJSON: string } => rawJSON.isRawJSON?.(value) ?? false
