/**
 * How elements of the caller's arrays are read.
 *
 * V8 keeps arrays of doubles, of small integers and of other values in different forms. If one place reads `array[i]`
 * for more than one form, optimized V8 code turns the narrower form into the wider one, for good, although it only
 * reads. An array of doubles becomes one of boxed numbers, which costs its owner memory (28 bytes for a pair) and
 * garbage collections. A place that has seen many kinds of receivers does not do so, but takes 9 ns instead of 4.5
 * (`bench/claims.ts`). So a few elements are read in such a place. They decide which place reads the others.
 */
import { isProxy } from "node:util/types"

const arrayPrototype = Array.prototype

/** `Array.prototype.slice`, which keeps the form. */
export const slice = arrayPrototype.slice

/** Whether a slice holds what would be read one by one: `slice` asks the array for a class to make another of. */
export const isSliceable = (array: ReadonlyArray<unknown>): boolean =>
  !isProxy(array) &&
  Object.getPrototypeOf(array) === arrayPrototype &&
  !Object.hasOwn(array, "constructor") &&
  arrayPrototype.constructor === Array &&
  Array[Symbol.species] === Array

/** The length of an array, as native code reads it: a proxy of an array may have any. */
export const lengthOf = ({ length }: ReadonlyArray<unknown>): number =>
  Number.isInteger(length) ? length : Math.min(Math.max(Math.trunc(+length) || 0, 0), Number.MAX_SAFE_INTEGER)

/** An element of an array of any form. */
export const elementAt = (array: ReadonlyArray<unknown>, index: number): unknown => array[index]

// Makes it such a place before any caller's array gets there.
const forms: ReadonlyArray<any> = [
  [1],
  [1.5],
  ["a"],
  new Array(1).fill(1),
  new Array(1).fill(1.5),
  new Array(1).fill("a"),
  { 0: 1 },
  "a",
  new Uint8Array(1),
  new Float64Array(1)
]
for (let i = 0; i < 100; i++) for (const form of forms) elementAt(form, 0)

/** Longer arrays with numbers first, last and in the middle are taken to hold nothing else. */
const longestRow = 8

/** The estimated text of a point or a pair, 0 for other arrays: no call, no loop with a limit. */
export const fewNumbers = (array: ReadonlyArray<unknown>): number => {
  const length = array.length
  if (length > 4 || (array as { toJSON?: unknown }).toJSON !== undefined) return 0
  for (let i = 0; i < length; i++) {
    if (typeof elementAt(array, i) !== "number") return 0
  }
  return length * 8
}

/** What may be the first element of an array that V8 keeps as numbers (a hole reads as `undefined`). */
export const isNumberLike = (first: unknown): boolean => typeof first === "number" || first === undefined

/** Keeps rows of numbers and other values out of the loop for numbers. What throws here throws again in its turn. */
export const isVector = (array: ReadonlyArray<unknown>): boolean => {
  const { length } = array
  try {
    return (
      length > longestRow &&
      typeof elementAt(array, length - 1) === "number" &&
      typeof elementAt(array, length >> 1) === "number"
    )
  } catch {
    return false
  }
}
