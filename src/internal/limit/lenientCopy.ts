/**
 * A copy of a value that always has JSON text: what would fail is replaced by a word for it.
 *
 * It is made until its text is sure to be longer than `room` code units, and no further: the text will be cut there.
 * Without recursion, since a value may be nested deeper than the stack is.
 */
import { isBigInt64Array, isBigUint64Array, isTypedArray } from "node:util/types"
import type { Arguments } from "../options/stringifyArguments.ts"
import { lengthOf } from "../value/arrayElements.ts"
import { isRawJSON } from "../value/intrinsics.ts"
import { copyElements, elementsOf, namedElements, type TypedArray, unboxed } from "../walk/enterContainer.ts"
import { isPlainBuffer } from "../walk/harmlessToJSON.ts"

export const lenientCopy = (value: unknown, args: Arguments, room: number): unknown =>
  new Copier(args, room).copy(value)

const circular = "[Circular]"
/** The word for what throws. */
export const thrown = "[Thrown]"

/** A container that is being copied. */
interface Level {
  readonly source: object
  readonly copy: object
  /** The keys of an object, or those of an array, which are as many as it has elements. */
  readonly keys: ReadonlyArray<string> | undefined
  readonly length: number
  next: number
}

class Copier {
  /** What is left, if the text is as short as it can be. */
  private room: number
  private readonly args: Arguments
  private readonly levels: Array<Level> = []
  private readonly ancestors = new Set<object>()

  constructor(args: Arguments, room: number) {
    this.args = args
    this.room = room
  }

  copy(value: unknown): unknown {
    const root = this.entry({ "": value }, "")
    while (this.levels.length > 0) this.step(this.levels[this.levels.length - 1]!)
    return root === undefined ? null : root
  }

  private step(level: Level): void {
    const { copy, keys, length, source } = level
    if (level.next === length || this.room < 0) {
      this.ancestors.delete(source)
      this.levels.pop()
      return
    }
    const index = level.next++
    const key = keys === undefined ? String(index) : keys[index]!
    const entry = this.entry(source, key)
    if (keys === undefined) {
      ;(copy as Array<unknown>).push(entry === undefined ? null : entry)
      this.room -= index === 0 ? 0 : 1
    } else if (entry !== undefined) {
      Object.defineProperty(copy, key, { value: entry, enumerable: true, configurable: true, writable: true })
      this.room -= key.length + 3
    }
  }

  /** A property as `JSON.stringify` takes it; undefined where it has no text. A container is filled later. */
  private entry(holder: object, key: string): unknown {
    try {
      const { list, replacer } = this.args
      let value = (holder as Record<string, unknown>)[key]
      if ((typeof value === "object" && value !== null) || typeof value === "bigint") {
        if (isBuffer(value)) {
          const beginning = this.beginning(value)
          if (list === null && replacer === null) {
            this.room -= listedLength * beginning.length
            return beginning
          }
          value = beginning.toJSON()
        } else {
          const { toJSON } = value as { readonly toJSON?: unknown }
          if (typeof toJSON === "function") value = toJSON.call(value, key)
        }
      }
      return this.copied(replacer === null ? value : replacer.call(holder, key, value))
    } catch {
      return this.text(thrown)
    }
  }

  private copied(value: unknown): unknown {
    switch (typeof value) {
      case "string":
        return this.text(value)
      case "bigint":
        return this.text(String(value))
      case "object":
        return value === null ? null : this.container(value)
      case "number":
      case "boolean":
        this.room--
        return value
      default:
        return undefined
    }
  }

  private container(value: object): unknown {
    const primitive = unboxed(value)
    if (primitive !== value) return this.copied(primitive)
    if (isRawJSON(value)) return value
    if (this.isNumbers(value)) return this.numbers(value)
    if (this.ancestors.has(value)) return this.text(circular)
    const isArray = Array.isArray(value)
    const keys = isArray ? undefined : this.keysOf(value)
    const length = keys === undefined ? lengthOf(value as ReadonlyArray<unknown>) : keys.length
    const copy = isArray ? [] : (Object.create(null) as object)
    this.room -= 2
    this.ancestors.add(value)
    this.levels.push({ source: value, copy, keys, length, next: 0 })
    return copy
  }

  /** Whether a typed array is printed as an entry for each of its numbers, and nothing else. */
  private isNumbers(value: object): value is TypedArray {
    if (this.args.list !== null || this.args.replacer !== null || !isTypedArray(value) || isBigInts(value)) return false
    const length = elementsOf(value)
    return length > 0 && (length > namedElements || Object.keys(value).length === length)
  }

  private keysOf(value: object): ReadonlyArray<string> {
    const { list, replacer } = this.args
    if (list !== null) return list
    // Of a long array of bigints the names are not asked for, and not all of the indexes. A replacer may leave some out.
    const length = isBigInts(value) ? elementsOf(value) : 0
    if (length <= namedElements || replacer !== null) return Object.keys(value)
    return Array.from({ length: this.within(length) }, (_, index) => String(index))
  }

  /** A `Buffer` without its own properties, of which its `toJSON` would read a `length`. */
  private beginning(value: Buffer): Buffer {
    const length = this.within(elementsOf(value))
    if (length === 0) return Buffer.alloc(0)
    const { buffer, byteOffset } = copyElements(value, 0, length)
    return Buffer.from(buffer as ArrayBuffer, byteOffset, length)
  }

  /** The numbers of a typed array, without what else it inherits or has. */
  private numbers(value: TypedArray): TypedArray {
    const length = this.within(elementsOf(value))
    this.room -= indexedLength * length
    return copyElements(value, 0, length)
  }

  /** So many elements have a longer text than there is room, or are all. */
  private within(length: number): number {
    return Math.min(length, Math.max(0, this.room) + 1)
  }

  private text(text: string): string {
    this.room -= text.length + 2
    return text
  }
}

/** The shortest entry of an object, `"0":0,`, and of an array, `0,`. */
const indexedLength = 6
const listedLength = 2

const isBigInts = (value: object): value is BigInt64Array | BigUint64Array =>
  isBigInt64Array(value) || isBigUint64Array(value)

const isBuffer = (value: object | bigint): value is Buffer => typeof value === "object" && isPlainBuffer(value)
