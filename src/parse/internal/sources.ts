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

/** A part of bytes, in a list: what was read is let go of. */
interface Part {
  readonly bytes: Uint8Array
  next: Part | undefined
}

export class BytesSource implements Source {
  readonly isUtf8 = true
  readonly isWide = false
  isEnded = false
  length = 0
  readonly limit: number
  isOverLimit = false
  private first: Part | undefined = undefined
  private last: Part | undefined = undefined
  /** Where the first part begins. */
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
    const bytes = part.length > room ? part.subarray(0, room) : part
    if (bytes.length === 0) return
    const added: Part = { bytes, next: undefined }
    if (this.last === undefined || this.first === undefined) this.first = added
    else this.last.next = added
    this.last = added
    this.length += bytes.length
  }

  copy(position: number, count: number, scanner: Scanner, index: number): number {
    this.advance(position)
    let skip = position - this.start
    let copied = 0
    for (let part = this.first; part !== undefined && copied < count; part = part.next) {
      const { bytes } = part
      const size = Math.min(bytes.length - skip, count - copied)
      scanner.units8.set(size === bytes.length ? bytes : bytes.subarray(skip, skip + size), index + copied)
      copied += size
      skip = 0
    }
    return copied
  }

  /** All that is there, in one piece. */
  all(): Uint8Array {
    const { first } = this
    if (first !== undefined && first.next === undefined) return first.bytes
    const all = new Uint8Array(this.length)
    let at = 0
    for (let part = first; part !== undefined; part = part.next) {
      all.set(part.bytes, at)
      at += part.bytes.length
    }
    return all
  }

  private advance(position: number): void {
    let { first } = this
    while (first !== undefined && this.start + first.bytes.length <= position) {
      this.start += first.bytes.length
      const { next }: Part = first
      // A part that was read and has become old for the collector would keep all later ones until it collects old ones,
      // too.
      first.next = undefined
      first = next
    }
    this.first = first
  }
}
