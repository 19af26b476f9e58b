/**
 * Enters containers: in which order their children come, and how to read them.
 */
import {
  isBigInt64Array,
  isBigUint64Array,
  isBooleanObject,
  isBigIntObject,
  isNumberObject,
  isProxy,
  isStringObject,
  isTypedArray,
  isUint8Array
} from "node:util/types"
import { Open } from "./container.ts"
import { Shape } from "../value/containerShape.ts"
import { isPlainBuffer } from "./harmlessToJSON.ts"
import { lengthOf } from "../value/arrayElements.ts"

/** Enters an object or an array. `list` holds the only names that count, if there is such a list. */
export const openContainer = (value: object, list: ReadonlyArray<string> | null, isChanged: boolean): Open => {
  if (Array.isArray(value)) return new Open(Shape.array, value, null, lengthOf(value), isChanged, false)
  const keys = list ?? Object.keys(value)
  return new Open(Shape.object, value, keys, keys.length, isChanged, isProxy(value))
}

/** Typed arrays up to this many elements are left to native code. */
const fewElements = 256
/**
 * A typed array over this many elements is not asked for named properties: listing them lists every index as a string.
 */
export const namedElements = 4_096

/**
 * Enters a typed array without making a string of every index. Undefined if native code does as well (few elements), or
 * if it is to be entered like any object (named properties, bigints, a `DataView`).
 */
export const openTypedArray = (value: ArrayBufferView, isChanged: boolean): Open | undefined => {
  const length = elementsOf(value)
  if (length <= fewElements || isBigInt64Array(value) || isBigUint64Array(value)) return undefined
  if (length <= namedElements && Object.keys(value).length !== length) return undefined
  return new Open(Shape.indexed, value, null, length, isChanged, false)
}

/** Whether native code prints a typed array at once and without surprises. */
export const isSmallTypedArray = (value: ArrayBufferView): boolean =>
  elementsOf(value) <= fewElements &&
  !isBigInt64Array(value) &&
  !isBigUint64Array(value) &&
  Object.keys(value).length === elementsOf(value)

/** A `Buffer` with `Buffer`'s own `toJSON`, and too many elements to call it for all of them at once. */
export const isLargeBuffer = (value: unknown): value is Buffer =>
  isUint8Array(value) && elementsOf(value) > fewElements && isPlainBuffer(value)

/** What `Buffer.prototype.toJSON` returns, without the copy of all its elements. */
export const openBuffer = (buffer: Buffer): readonly [outer: Open, inner: Open] => {
  const outer = new Open(Shape.object, { type: "Buffer", data: buffer }, ["type", "data"], 2, true, false)
  outer.index = 1
  return [outer, new Open(Shape.elements, buffer, null, elementsOf(buffer), true, false)]
}

/** The numbers have different widths, which the types need not tell apart. */
export type TypedArray = Uint8Array | Float64Array
type TypedArrayConstructor = {
  new (buffer: ArrayBufferLike, offset: number, length: number): TypedArray
  readonly BYTES_PER_ELEMENT: number
}

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object
const getterOf = (key: PropertyKey): ((this: unknown) => any) =>
  Object.getOwnPropertyDescriptor(typedArrayPrototype, key)!.get as (this: unknown) => any
// The built-in getters: an array may have lost its prototype, or have properties of these names.
const nameOf = getterOf(Symbol.toStringTag)
const viewLengthOf = getterOf("length")
const bufferOf = getterOf("buffer")
const offsetOf = getterOf("byteOffset")
const sliceOf = (typedArrayPrototype as Uint8Array).slice

/** How many elements a typed array has; none for a `DataView`. */
export const elementsOf = (view: ArrayBufferView): number =>
  isTypedArray(view) ? (viewLengthOf.call(view) as number) : 0

/**
 * Elements of a typed array in a buffer of their own: the clone of a view would take the whole buffer behind it along.
 * The class is asked from the array itself, since `slice` of a `Buffer`, or of a subclass, would call another
 * constructor.
 */
export const copyElements = (view: TypedArray, start: number, end: number): TypedArray => {
  const Constructor = (globalThis as unknown as Record<string, TypedArrayConstructor>)[nameOf.call(view)]!
  const offset = (offsetOf.call(view) as number) + start * Constructor.BYTES_PER_ELEMENT
  return sliceOf.call(new Constructor(bufferOf.call(view), offset, end - start)) as TypedArray
}

// The built-in ones: `JSON.stringify` does not look for a patch of these two.
const booleanValue = Boolean.prototype.valueOf
const bigintValue = BigInt.prototype.valueOf

/**
 * The primitive in a `Number`, `String`, `Boolean` or `BigInt` object, as `JSON.stringify` takes it out. May run user
 * code.
 */
export const unboxed = (value: object): unknown => {
  if (isNumberObject(value)) return +(value as unknown as number)
  if (isStringObject(value)) return `${value as unknown as string}`
  if (isBooleanObject(value)) return booleanValue.call(value)
  if (isBigIntObject(value)) return bigintValue.call(value)
  return value
}
