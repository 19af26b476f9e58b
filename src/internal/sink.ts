/**
 * Where the text of a call is gathered: a string, or bytes.
 */
import { constants } from "node:buffer"

/** Takes text in order. */
export interface Sink {
  text(text: string): void
  bytes(bytes: Uint8Array): void
  /** True when no more should be written for now. */
  readonly isFull: boolean
  /** True when what was written can no longer be given back as one value. */
  readonly isTooLong: boolean
  /** Does a piece of the last step; true when there is more of it. */
  finish(): boolean
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
/** The text of bytes that were text. */
export const decode = (bytes: Uint8Array): string => decoder.decode(bytes)

/** Gathers a string. V8 joins the pieces when the string is first read, not here. */
export class StringSink implements Sink {
  value = ""
  isTooLong = false
  readonly isFull = false

  text(text: string): void {
    if (this.value.length + text.length > constants.MAX_STRING_LENGTH) this.isTooLong = true
    else this.value += text
  }

  bytes(bytes: Uint8Array): void {
    this.text(decode(bytes))
  }

  finish(): boolean {
    return false
  }
}

const encoder = new TextEncoder()

// Not filled with zeros: all of it is written before anybody sees it. `new Uint8Array` of 64 KB takes ten times as long (`bench/claims.ts`).
const allocate = (size: number): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)

/**
 * What a call writes into before its length is known, in memory that V8 does not count (`SharedArrayBuffer`; it is shared with
 * nobody). Buffers that are counted, together with the result itself, pass 64 MB in a call of 40 MB; from then on V8 marks the
 * heap for 5 to 10 ms whenever another one is made, which was the longest hold of bytes (`bench/stall.ts`: 5 to 14 ms so, 2 to 4
 * without).
 */
const smallestChunk = 256 * 1024
const largestChunk = 1024 * 1024
/** Kept for the next call: new memory costs more than what is written into it (page faults). */
const spares: Array<Uint8Array> = []
const mostSpares = 16

// The last one that is large enough, else a new one.
const takeChunk = (size: number): Uint8Array => {
  const index = spares.findLastIndex((spare) => spare.length >= size)
  return index < 0 ? new Uint8Array(new SharedArrayBuffer(size)) : spares.splice(index, 1)[0]!
}

const giveChunk = ({ buffer }: Uint8Array): void => {
  if (spares.length < mostSpares) spares.push(new Uint8Array(buffer))
}

/** Bytes copied in one step of the end: 0.3 ms (`bench/claims.ts`). */
const copiedAtOnce = 512 * 1024

/**
 * Gathers bytes in chunks, and copies them together piece by piece at the end: in one go that is a hold of 23 ms at 40 MB
 * (`bench/claims.ts`).
 * A text that comes in one piece is encoded once.
 */
export class BytesSink implements Sink {
  value: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  readonly isFull = false
  readonly isTooLong = false
  private first: string | undefined = undefined
  private chunks: Array<Uint8Array> = []
  private chunk: Uint8Array = new Uint8Array(0)
  private used = 0
  private total = 0
  private copied = 0
  private isCopying = false

  text(text: string): void {
    if (text === "") return
    if (this.first === undefined && this.total === 0) {
      this.first = text
      return
    }
    this.flushFirst()
    this.encode(text)
  }

  bytes(bytes: Uint8Array): void {
    this.flushFirst()
    let rest = bytes
    while (rest.length > 0) {
      if (this.used === this.chunk.length) this.grow()
      const part = rest.subarray(0, this.chunk.length - this.used)
      this.chunk.set(part, this.used)
      this.used += part.length
      this.total += part.length
      rest = rest.subarray(part.length)
    }
  }

  finish(): boolean {
    if (this.first !== undefined) {
      this.value = encoder.encode(this.first)
      return false
    }
    if (!this.isCopying) {
      this.isCopying = true
      this.chunks.push(this.chunk.subarray(0, this.used))
      this.value = allocate(this.total)
      return this.total > 0
    }
    const source = this.chunks[0]!
    const part = source.subarray(0, copiedAtOnce)
    this.value.set(part, this.copied)
    this.copied += part.length
    if (part.length === source.length) {
      this.chunks.shift()
      giveChunk(source)
    } else this.chunks[0] = source.subarray(part.length)
    return this.chunks.length > 0
  }

  private flushFirst(): void {
    const { first } = this
    if (first === undefined) return
    this.first = undefined
    this.encode(first)
  }

  private encode(text: string): void {
    let rest = text
    while (true) {
      const { read, written } = encoder.encodeInto(rest, this.used === 0 ? this.chunk : this.chunk.subarray(this.used))
      this.used += written
      this.total += written
      if (read === rest.length) return
      rest = rest.slice(read)
      this.grow()
    }
  }

  private grow(): void {
    if (this.used > 0) this.chunks.push(this.chunk.subarray(0, this.used))
    this.chunk = takeChunk(Math.min(largestChunk, Math.max(smallestChunk, this.chunk.length * 2)))
    this.used = 0
  }
}

// What was copied out of it at the end of a stream is no one's: the next one of that size begins with it. A new buffer for each small
// document would be 64 KB of garbage outside the heap, and full collections with holds of 14 ms.
let scratch: Uint8Array<ArrayBuffer> | undefined

const takeScratch = (size: number): Uint8Array<ArrayBuffer> => {
  const taken = scratch?.length === size ? scratch : allocate(size)
  scratch = undefined
  return taken
}

/** Gathers chunks of a stream, each in a buffer of its own, until a reader takes them. */
export class ChunkSink implements Sink {
  readonly isTooLong = false
  total = 0
  private chunks: Array<Uint8Array<ArrayBuffer>> = []
  /** What is written into, if anything was since the last one was given away. */
  private chunk: Uint8Array<ArrayBuffer> | undefined = undefined
  private used = 0
  private readonly size: number
  private readonly onChunk: () => void

  constructor(size: number, onChunk: () => void) {
    this.size = size
    this.onChunk = onChunk
  }

  /** What one step writes may still go over it. */
  get isFull(): boolean {
    return this.chunks.length * this.size >= 128 * 1024 || (this.chunks.length > 0 && this.size >= 64 * 1024)
  }

  get isEmpty(): boolean {
    return this.chunks.length === 0
  }

  take(): Array<Uint8Array<ArrayBuffer>> {
    const { chunks } = this
    this.chunks = []
    return chunks
  }

  text(text: string): void {
    let rest = text
    while (rest !== "") {
      this.chunk ??= takeScratch(this.size)
      const { read, written } = encoder.encodeInto(rest, this.used === 0 ? this.chunk : this.chunk.subarray(this.used))
      this.advance(written)
      if (read === 0 && this.used > 0) this.cut()
      else if (read === 0) return this.bytes(encoder.encode(rest))
      rest = rest.slice(read)
    }
  }

  bytes(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0) {
      this.chunk ??= takeScratch(this.size)
      const part = rest.subarray(0, this.size - this.used)
      this.chunk.set(part, this.used)
      this.advance(part.length)
      rest = rest.subarray(part.length)
    }
  }

  finish(): boolean {
    this.cut()
    if (this.size <= largestChunk) scratch = this.chunk
    this.chunk = undefined
    return false
  }

  private advance(length: number): void {
    this.used += length
    this.total += length
    if (this.used === this.size) this.cut()
  }

  private cut(): void {
    if (this.used === 0) return
    const chunk = this.chunk!
    if (this.used === this.size) {
      this.chunks.push(chunk)
      this.chunk = undefined
    } else this.chunks.push(chunk.slice(0, this.used))
    this.used = 0
    this.onChunk()
  }
}
