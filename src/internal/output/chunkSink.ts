/**
 * Chunks of a stream, each in a buffer of its own, which is the reader's from then on.
 */
import { allocate, type Sink } from "./sink.ts"

const encoder = new TextEncoder()

/**
 * The last chunk is copied out of the buffer that it was written into, so that it is not larger than it needs to be. The next stream
 * begins with that buffer: a new one would be 64 KB of garbage for each small document.
 */
let scratch: Uint8Array<ArrayBuffer> | undefined
const largestScratch = 1024 * 1024

const takeScratch = (size: number): Uint8Array<ArrayBuffer> => {
  const taken = scratch?.length === size ? scratch : allocate(size)
  scratch = undefined
  return taken
}

/** Gathers chunks until a reader takes them. */
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
    if (this.size <= largestScratch) scratch = this.chunk
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
