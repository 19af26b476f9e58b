/**
 * Gathers the chunks of a stream. Each has a buffer of its own, which belongs to the reader from then on.
 */
import type { Sink } from "./sink.ts"
import { allocate, toBytes, writeText } from "./utf8.ts"

type Chunk = Uint8Array<ArrayBuffer>

/** The first size of a chunk. It grows while more is written, so a small text takes no large chunk. */
const firstSize = 64 * 1024
const growth = 4

/**
 * The last chunk is copied out of its buffer, so that it is no larger than it needs to be. The next stream begins with
 * that buffer. A new one would be 64 KB of garbage for each small document.
 */
let scratch: Chunk | undefined

const takeScratch = (size: number): Chunk => {
  const taken = scratch?.length === size ? scratch : allocate(size)
  scratch = undefined
  return taken
}

/** Gathers chunks until a reader takes them. */
export class ChunkSink implements Sink<void> {
  readonly isTooLong = false
  readonly result = undefined
  total = 0
  private chunks: Array<Chunk> = []
  /** What is written into, if anything was since the last one was given away. */
  private chunk: Chunk | undefined = undefined
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

  take(): Array<Chunk> {
    const { chunks } = this
    this.chunks = []
    return chunks
  }

  text(text: string): void {
    let rest = text
    while (rest !== "") {
      const { read, written } = writeText(rest, this.room(), this.used)
      this.advance(written)
      rest = rest.slice(read)
      if (read === 0) {
        // A character that goes over the border: the chunk is full, and nothing is copied.
        const length = rest.codePointAt(0)! > 0xffff ? 2 : 1
        this.bytes(toBytes(rest.slice(0, length)))
        rest = rest.slice(length)
      }
    }
  }

  bytes(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0) {
      const chunk = this.room()
      const part = rest.subarray(0, chunk.length - this.used)
      chunk.set(part, this.used)
      this.advance(part.length)
      rest = rest.subarray(part.length)
    }
  }

  finish(): boolean {
    const { chunk } = this
    if (chunk === undefined) return false
    if (this.used > 0) this.give(chunk.slice(0, this.used))
    if (chunk.length <= firstSize) scratch = chunk
    this.chunk = undefined
    return false
  }

  /** The chunk to write into, with room in it. */
  private room(): Chunk {
    const { chunk, used } = this
    if (chunk === undefined) return (this.chunk = takeScratch(Math.min(this.size, firstSize)))
    if (used < chunk.length) return chunk
    const larger = allocate(Math.min(this.size, chunk.length * growth))
    larger.set(chunk)
    return (this.chunk = larger)
  }

  private advance(length: number): void {
    this.used += length
    this.total += length
    if (this.used < this.size) return
    this.give(this.chunk!)
    this.chunk = undefined
  }

  private give(chunk: Chunk): void {
    this.chunks.push(chunk)
    this.used = 0
    this.onChunk()
  }
}
