/**
 * The fast lane of the plan. It visits each node once, by recursion, and adds up how much text a subtree will give.
 *
 * It changes nothing and copies nothing. A subtree that it passes whole is left to native `JSON.stringify`. It stops
 * where the frame is full, or at a child that native code must not get as it is (a `toJSON`, a bigint, a very long
 * string, a typed array, too deep). Then it unwinds, and `trail` says which containers were open, and where it was in
 * each.
 *
 * There is one loop for each kind of container, so that V8's inline caches stay monomorphic, and no closure and no
 * allocation a node (`bench/parts.ts` shows what planning takes).
 */
import { isBoxedPrimitive, isProxy } from "node:util/types"
import { elementAt, fewNumbers, isNumberLike, isVector } from "../value/arrayElements.ts"
import { isRawJSON } from "../value/intrinsics.ts"
import { isDateToJSON } from "./harmlessToJSON.ts"

/** Not entered: the child itself needs a closer look. */
const special = -2
/** Stopped somewhere inside: `trail` has the way. */
const stopped = -1

/**
 * Levels below which the fast lane does not go. With what was entered before and has no text yet, a frame is at most
 * 500 levels deep: the structured clone gives up at 3,300, native `JSON.stringify` with an array replacer at 2,300.
 */
export const visitDepth = 400

/** Strings longer than this are cut into pieces (UTF-16 code units). */
export const longString = 16_384

/** A container that was open where the visit stopped. */
export interface Crossing {
  readonly container: object
  /** Its keys, where the visit had them at hand. */
  readonly keys: ReadonlyArray<string> | null
  /** Index of the next child to look at; for an object visited without a list of its keys, the key in `key`. */
  readonly index: number
  readonly key: string
}

const isView = ArrayBuffer.isView
const { hasOwnProperty } = Object.prototype

export class Visit {
  /** Containers open where the visit stopped, the deepest first. */
  trail: Array<Crossing> = []
  /** True when it stopped because the next child needs a closer look; false when the frame is full. */
  isSpecial = false
  /** The text estimated for what was passed before it stopped. */
  passed = 0
  /** Numbers met in arrays that hold nothing else: tells frames of numbers from others. */
  numbers = 0
  /** Containers entered: tells records from text. */
  containers = 0
  /** Keys and indexes on the way to user code that threw, the deepest first. */
  thrownAt: Array<string | number> = []
  /** An array replacer's names: the only keys that count. */
  readonly list: ReadonlyArray<string> | null

  constructor(list: ReadonlyArray<string> | null) {
    this.list = list
  }

  reset(): void {
    this.trail = []
    this.isSpecial = false
    this.passed = 0
  }

  /** A child met on the way: what stands in it is for native code, or it needs a closer look. */
  child(value: object, depth: number, room: number): number {
    return Array.isArray(value) ? this.enterArray(value, depth, room) : this.object(value, depth, room)
  }

  private enterArray(value: ReadonlyArray<unknown>, depth: number, room: number): number {
    if (depth === 0 || typeof (value as { toJSON?: unknown }).toJSON === "function") return special
    return this.array(value, 0, depth, room, 0)
  }

  /**
   * Elements of an array from `from` on. Returns the estimate, or a negative number where it stopped. Children get
   * `slack` more than there is room: to finish a small one costs less than to cut it.
   */
  array(array: ReadonlyArray<unknown>, from: number, depth: number, room: number, slack: number): number {
    const length = array.length
    let size = 2
    let i = from
    this.containers++
    try {
      const mayHoldNumbers = from < length && isNumberLike(elementAt(array, 0))
      if (mayHoldNumbers && isVector(array)) {
        while (i < length && typeof array[i] === "number") {
          i++
          size += 8
          if (size > room && i < length) {
            this.numbers += i - from
            return this.stop(array, null, i, "", size, false)
          }
        }
        this.numbers += i - from
      }
      for (; i < length; i++) {
        const value = mayHoldNumbers ? elementAt(array, i) : array[i]
        switch (typeof value) {
          case "number":
            size += 8
            break
          case "string":
            if (value.length > longString) return this.stop(array, null, i, "", size, true)
            size += value.length + 3
            break
          case "object": {
            if (value === null) {
              size += 5
              break
            }
            let child: number
            if (Array.isArray(value)) {
              let few = fewNumbers(value)
              if (few > 0) {
                // They come in hundreds of thousands. On Node 24 the plan of world-atlas takes 0.34-0.38 of native with
                // this loop and 0.46-0.54 without, on Node 26 0.39-0.55 and 0.40-0.68 (`bench/parts.ts`, two runs
                // each).
                const first = i
                do {
                  size += few + 1
                  i++
                  if (size > room || i === length) break
                  const next = array[i]
                  few = Array.isArray(next) ? fewNumbers(next) : 0
                } while (few > 0)
                this.containers += i - first
                i--
                break
              }
              child = this.enterArray(value, depth - 1, room + slack - size)
            } else {
              child = this.object(value, depth - 1, room + slack - size)
            }
            if (child < 0) return this.stop(array, null, i, "", size, child === special)
            size += child + 1
            break
          }
          case "function":
          case "bigint":
            if (needsLook(value)) return this.stop(array, null, i, "", size, true)
            size += 5
            break
          default:
            size += 5
        }
        if (size > room && i + 1 < length) return this.stop(array, null, i + 1, "", size, false)
      }
    } catch (thrown) {
      this.thrownAt.push(i)
      throw thrown
    }
    return size
  }

  /**
   * An object from its beginning. `for...in` with a read takes about half the time of `Object.keys`. It also lists
   * inherited keys, which are skipped. In optimized code the check whether a key is the object's own is mostly no call.
   */
  private object(object: object, depth: number, room: number): number {
    let size = 2
    let key: string | undefined
    try {
      const toJSON = (object as { toJSON?: unknown }).toJSON
      if (typeof toJSON === "function") return isDateToJSON(toJSON, object) ? 26 : special
      // A boxed string would list an index for each of its characters, a typed array for each element.
      // oxlint-disable-next-line unicorn/no-instanceof-builtins -- one of another realm is only slower
      if (depth === 0 || isView(object) || object instanceof String) return special
      if ((this.list !== null || depth >= visitDepth) && isBoxedPrimitive(object)) return special
      if (this.list !== null) return this.keyed(object, this.list, 0, depth, room, 0)
      // What is next to the root may be a wide map, which is likely to be entered: its keys are listed once, here.
      if (depth >= visitDepth) return this.keyed(object, Object.keys(object), 0, depth, room, 0)
      this.containers++
      for (key in object) {
        if (!hasOwnProperty.call(object, key)) continue
        const value = (object as Record<string, unknown>)[key]
        size += key.length + 4
        switch (typeof value) {
          case "string":
            if (value.length > longString) return this.stop(object, null, 0, key, size, true)
            size += value.length + 2
            break
          case "number":
            size += 6
            break
          case "boolean":
            size += 5
            break
          case "object": {
            if (value === null) {
              size += 4
              break
            }
            const child = Array.isArray(value)
              ? this.enterArray(value, depth - 1, room - size)
              : this.object(value, depth - 1, room - size)
            if (child < 0) return this.stop(object, null, 0, key, size, child === special)
            size += child
            break
          }
          case "function":
          case "bigint":
            // A method of a boxed primitive is called when that is printed, in its turn.
            if (isBoxedPrimitive(object)) return special
            if (needsLook(value)) return this.stop(object, null, 0, key, size, true)
            break
          default:
        }
        if (size > room) return this.stop(object, null, 1, key, size, false)
      }
    } catch (thrown) {
      // Perhaps in a trap that native code does not call: the plan reads a proxy as native code does.
      if (isProxy(object)) {
        this.thrownAt.length = 0
        return special
      }
      if (key !== undefined) this.thrownAt.push(key)
      throw thrown
    }
    return size === 2 && isBoxedPrimitive(object) ? special : size
  }

  /** Entries of an object whose keys are at hand, from `from` on. */
  keyed(object: object, keys: ReadonlyArray<string>, from: number, depth: number, room: number, slack: number): number {
    const length = keys.length
    let size = 2
    let i = from
    this.containers++
    try {
      for (; i < length; i++) {
        const key = keys[i]!
        const value = (object as Record<string, unknown>)[key]
        size += key.length + 4
        switch (typeof value) {
          case "string":
            if (value.length > longString) return this.stop(object, keys, i, key, size, true)
            size += value.length + 2
            break
          case "number":
            size += 6
            break
          case "boolean":
            size += 5
            break
          case "object": {
            if (value === null) {
              size += 4
              break
            }
            const child = Array.isArray(value)
              ? this.enterArray(value, depth - 1, room + slack - size)
              : this.object(value, depth - 1, room + slack - size)
            if (child < 0) return this.stop(object, keys, i, key, size, child === special)
            size += child
            break
          }
          case "function":
          case "bigint":
            if (needsLook(value)) return this.stop(object, keys, i, key, size, true)
            break
          default:
            // Under a list of names, most of them are missing in most objects.
            size -= key.length + 3
        }
        if (size > room && i + 1 < length) return this.stop(object, keys, i + 1, key, size, false)
      }
    } catch (thrown) {
      this.thrownAt.push(keys[i] ?? "")
      throw thrown
    }
    return size
  }

  private stop(
    container: object,
    keys: ReadonlyArray<string> | null,
    index: number,
    key: string,
    size: number,
    isSpecial: boolean
  ): number {
    // Its text is fixed: it cannot be entered.
    if (isRawJSON(container)) return special
    this.passed += size
    if (isSpecial) this.isSpecial = true
    this.trail.push({ container, keys, index, key })
    return stopped
  }
}

const needsLook = (value: unknown): boolean =>
  typeof value === "bigint" || typeof (value as { toJSON?: unknown }).toJSON === "function"
