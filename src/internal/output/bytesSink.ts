/**
 * Gathers bytes in chunks, because nobody knows how many there will be, and copies them together at the end, one chunk
 * a step. In one go that blocks the event loop for 23 ms at 40 MB (`bench/claims.ts`).
 *
 * Chunks are memory that V8 does not count (`SharedArrayBuffer`, shared with nobody). If V8 counted them, the chunks
 * and the result of a large call would start a full collection. Until that is done V8 marks the heap for 5 to 10 ms
 * whenever another buffer is made. Those were the longest holds of 40 MB (`bench/stall.ts`).
 */
import type { Sink } from "./sink.ts"
import { allocate, toBytes, writeText } from "./utf8.ts"

/** As much as is copied in one step of the end: 0.3 ms (`bench/claims.ts`). */
const chunkSize = 512 * 1024
/** Kept for the next call, 16 MB at most: new memory costs more than what is written into it (page faults). */
const spares: Array<SharedArrayBuffer> = []
const mostSpares = 32

type Chunk = Uint8Array<SharedArrayBuffer>

const takeChunk = (): Chunk => new Uint8Array(spares.pop() ?? new SharedArrayBuffer(chunkSize))

const giveChunk = ({ buffer }: Chunk): void => {
  if (spares.length < mostSpares) spares.push(buffer)
}

const noChunk: Chunk = new Uint8Array(new SharedArrayBuffer(0))

/** Gathers bytes. A text that comes in one piece is encoded once. */
export class BytesSink implements Sink<Uint8Array<ArrayBuffer>> {
  result: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  readonly isFull = false
  readonly isTooLong = false
  private first: string | undefined = undefined
  private chunks: Array<Chunk> = []
  private chunk: Chunk = noChunk
  private used = 0
  private total = 0
  /** Bytes of the value that are there; -1 until there is one. */
  private copied = -1

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
      this.result = toBytes(this.first)
      return false
    }
    if (this.copied < 0) {
      this.copied = 0
      this.chunks.push(this.chunk.subarray(0, this.used))
      this.result = allocate(this.total)
      return this.total > 0
    }
    const chunk = this.chunks.shift()!
    this.result.set(chunk, this.copied)
    this.copied += chunk.length
    giveChunk(chunk)
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
    while (rest !== "") {
      const { read, written } = writeText(rest, this.chunk, this.used)
      this.used += written
      this.total += written
      rest = rest.slice(read)
      if (read === 0) this.grow()
    }
  }

  private grow(): void {
    if (this.used > 0) this.chunks.push(this.chunk.subarray(0, this.used))
    this.chunk = takeChunk()
    this.used = 0
  }
}
