/**
 * How elements of the caller's arrays are read.
 *
 * V8 keeps an array of doubles, one of small integers and one of other values in different forms. Where optimized code reads
 * `array[i]` in one place for more than one form, V8 has it turn the narrower form into the wider one, for good, although it only
 * reads: an array of doubles becomes one of boxed numbers, which costs its owner memory (28 bytes for a pair) and garbage
 * collections. A place that has seen many kinds of receivers does not do so, but takes 9 ns instead of 4.5 (`bench/claims.ts`). So
 * a few elements are read in such a place, and say which place is for the others.
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
