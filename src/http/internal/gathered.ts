/**
 * The bytes of a body as they came, in chunks. They are put together only for who asks for all of them.
 *
 * Chunks are memory that V8 does not count (`SharedArrayBuffer`, shared with nobody). What it counts starts the next full collection: each
 * answer of 30 MB does, and where the heap holds its rows, the slowest ping of `bench/http` takes 16 to 30 ms then. V8 does not hurry to
 * free what it does not count, so there is a bound: what is beyond it is counted, and brings the collection about that frees all.
 */
import * as Effect from "effect/Effect"
import { charged } from "../../schema/internal/turn.ts"
import { type Chunks, pieceSize } from "./chunks.ts"
import { Joined, type Taken } from "./taken.ts"

/** Bytes of chunks that V8 does not count, of all bodies: four answers of 30 MB. */
const mostUncounted = 128 * 1024 * 1024

let uncounted = 0

/** Made when it is needed: not every runtime has it. */
let freed: FinalizationRegistry<number> | undefined

/** Memory that a body was gathered in: nobody writes into it any more. */
const gatheredIn = new WeakSet<ArrayBufferLike>()

const memory = (): Uint8Array => {
  const isCounted = uncounted + pieceSize > mostUncounted
  const buffer = isCounted ? new ArrayBuffer(pieceSize) : new SharedArrayBuffer(pieceSize)
  gatheredIn.add(buffer)
  if (!isCounted) {
    uncounted += pieceSize
    freed ??= new FinalizationRegistry((bytes) => {
      uncounted -= bytes
    })
    freed.register(buffer, pieceSize)
  }
  return new Uint8Array(buffer)
}

/** Takes bytes, and has them in chunks of at most a piece, or in one if they are no more than that. */
export class Gathered implements Taken {
  length = 0
  /** All of it, while it is no more than a piece. */
  private small: Joined | undefined = new Joined()
  private readonly closed: Array<Uint8Array> = []
  private chunk: Uint8Array = new Uint8Array(0)
  /** What is written of the chunk, and not closed yet, is from here, */
  private from = 0
  /** to here. */
  private to = 0

  add(bytes: Uint8Array): void {
    this.length += bytes.length
    if (this.small !== undefined && this.length <= pieceSize) return this.small.add(bytes)
    if (this.small !== undefined) {
      this.append(this.small.atOnce())
      this.small = undefined
    }
    this.append(bytes)
  }

  get end(): Effect.Effect<Chunks> {
    return Effect.sync(() => {
      if (this.small !== undefined) return [this.small.atOnce()]
      this.close()
      return this.closed
    })
  }

  private append(bytes: Uint8Array): void {
    // Of a body that becomes part of this one.
    if (gatheredIn.has(bytes.buffer)) {
      this.close()
      this.closed.push(bytes)
    } else charged(() => this.copy(bytes))
  }

  private copy(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0) {
      if (this.to === this.chunk.length) {
        this.close()
        this.chunk = memory()
        this.from = this.to = 0
      }
      const part = rest.subarray(0, this.chunk.length - this.to)
      this.chunk.set(part, this.to)
      this.to += part.length
      rest = rest.subarray(part.length)
    }
  }

  private close(): void {
    if (this.to > this.from) this.closed.push(this.chunk.subarray(this.from, this.to))
    this.from = this.to
  }
}
