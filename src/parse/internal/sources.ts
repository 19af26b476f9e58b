/**
 * Where a text comes from: a string, or parts of bytes, all there at once or one after the other.
 */
import { windowStart } from "./scanMemory.ts"
import type { Scanner } from "./scanner.ts"

/** The text as the window copies it. Positions only grow. */
export interface Source {
  /** UTF-8 in bytes, or code units of a string. */
  readonly isUtf8: boolean
  /** A unit takes two bytes in the window. Once it does, it stays so. */
  readonly isWide: boolean
  /** No more comes than is there. */
  readonly isEnded: boolean
  /** Units that are there, from the beginning of the text. */
  readonly length: number
  /** Units after which no more are taken, and whether there were more. */
  readonly limit: number
  readonly isOverLimit: boolean
  /** Copies units from `position` on to `index` of the window, at most `count`. How many they were. */
  copy(position: number, count: number, scanner: Scanner, index: number): number
}

const wideUnit = /[^\x00-\xff]/

export class StringSource implements Source {
  readonly isUtf8 = false
  readonly isEnded = true
  readonly length: number
  readonly limit = Infinity
  readonly isOverLimit = false
  isWide = false
  private readonly text: string

  constructor(text: string) {
    this.text = text
    this.length = text.length
  }

  copy(position: number, count: number, scanner: Scanner, index: number): number {
    const slice = this.text.substring(position, position + count)
    // V8 knows of a one-byte string that the pattern cannot match, and does not read it.
    this.isWide ||= wideUnit.test(slice)
    if (this.isWide) scanner.buffer.write(slice, windowStart + 2 * index, "utf16le")
    else scanner.buffer.write(slice, windowStart + index, "latin1")
    return slice.length
  }
}

/** Parts that were read are let go of when so many have gathered. */
const kept = 64

export class BytesSource implements Source {
  readonly isUtf8 = true
  readonly isWide = false
  isEnded = false
  length = 0
  readonly limit: number
  isOverLimit = false
  private readonly parts: Array<Uint8Array> = []
  private first = 0
  /** Where the part `first` begins. */
  private start = 0

  constructor(limit = Infinity) {
    this.limit = limit
  }

  /** Adds parts. Nothing is copied until it is read. */
  pushAll(parts: ReadonlyArray<Uint8Array>): void {
    for (let i = 0; i < parts.length; i++) this.push(parts[i]!)
  }

  push(part: Uint8Array): void {
    const room = this.limit - this.length
    if (part.length > room) {
      this.isOverLimit = true
      this.isEnded = true
    }
    const taken = part.length > room ? part.subarray(0, room) : part
    if (taken.length === 0) return
    this.parts.push(taken)
    this.length += taken.length
  }

  copy(position: number, count: number, scanner: Scanner, index: number): number {
    this.advance(position)
    const { parts } = this
    let skip = position - this.start
    let copied = 0
    for (let i = this.first; i < parts.length && copied < count; i++) {
      const part = parts[i]!
      const size = Math.min(part.length - skip, count - copied)
      scanner.units8.set(size === part.length ? part : part.subarray(skip, skip + size), index + copied)
      copied += size
      skip = 0
    }
    return copied
  }

  /** All that is there, in one piece. */
  all(): Uint8Array {
    return this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts, this.length)
  }

  private advance(position: number): void {
    const { parts } = this
    while (this.first < parts.length && this.start + parts[this.first]!.length <= position) {
      this.start += parts[this.first]!.length
      this.first++
    }
    if (this.first >= kept) {
      parts.splice(0, this.first)
      this.first = 0
    }
  }
}
