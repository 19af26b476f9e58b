/**
 * How a container is entered: in which order its children stand, and how they are to be read.
 */
import {
  isBigInt64Array,
  isBigUint64Array,
  isBooleanObject,
  isBigIntObject,
  isNumberObject,
  isProxy,
  isStringObject
} from "node:util/types"
import { Open, Shape } from "./open.ts"

/** Enters an object or an array. `list` holds the only names that count, if there is such a list. */
export const openContainer = (value: object, list: ReadonlyArray<string> | null, isChanged: boolean): Open => {
  if (Array.isArray(value)) return new Open(Shape.array, value, null, value.length, isChanged, false)
  const keys = list ?? Object.keys(value)
  return new Open(Shape.object, value, keys, keys.length, isChanged, isProxy(value))
}

/** Typed arrays up to this many elements are left to native code. */
const fewElements = 256
/** A typed array over this many elements is not asked for named properties: listing them lists every index as a string. */
const namedElements = 4_096

/**
 * Enters a typed array without making a string of every index, or says `undefined` where native code does as well (few
 * elements), or where it is to be entered like any object (named properties, bigints, a `DataView`).
 */
export const openTypedArray = (value: ArrayBufferView, isChanged: boolean): Open | undefined => {
  const length = elementsOf(value)
  if (length <= fewElements || isBigInt64Array(value) || isBigUint64Array(value)) return undefined
  if (length <= namedElements && Object.keys(value).length !== length) return undefined
  return new Open(Shape.indexed, value, null, length, isChanged, false)
}

export const isSmallTypedArray = (value: ArrayBufferView): boolean => elementsOf(value) <= fewElements

/** What `Buffer.prototype.toJSON` gives, but for the copy of all its elements. */
export const openBuffer = (buffer: Buffer): readonly [outer: Open, inner: Open] => {
  const outer = new Open(Shape.object, { type: "Buffer", data: buffer }, ["type", "data"], 2, true, false)
  outer.index = 1
  return [outer, new Open(Shape.elements, buffer, null, buffer.length, true, false)]
}

const elementsOf = (value: ArrayBufferView): number => (value instanceof DataView ? 0 : (value as Uint8Array).length)

type TypedArray = Uint8Array | Float64Array
type TypedArrayConstructor = new (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object
const nameOf = Object.getOwnPropertyDescriptor(typedArrayPrototype, Symbol.toStringTag)!.get!
const sliceOf = (typedArrayPrototype as Uint8Array).slice

/**
 * Elements of a typed array in a buffer of their own: the clone of a view would take the whole buffer behind it along. The
 * class is asked from the array itself, since `slice` of a `Buffer`, or of a subclass, would call another constructor.
 */
export const copyElements = (view: TypedArray, start: number, end: number): TypedArray => {
  const Constructor = (globalThis as unknown as Record<string, TypedArrayConstructor>)[nameOf.call(view)]!
  return sliceOf.call(
    new Constructor(view.buffer, view.byteOffset + start * view.BYTES_PER_ELEMENT, end - start)
  ) as TypedArray
}

/** The primitive in a `Number`, `String`, `Boolean` or `BigInt` object, as `JSON.stringify` takes it out. May run user code. */
export const unboxed = (value: object): unknown => {
  if (isNumberObject(value)) return +(value as unknown as number)
  if (isStringObject(value)) return `${value as unknown as string}`
  if (isBooleanObject(value)) return Boolean.prototype.valueOf.call(value)
  if (isBigIntObject(value)) return BigInt.prototype.valueOf.call(value)
  return value
}
