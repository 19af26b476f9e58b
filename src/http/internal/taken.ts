/**
 * What was taken of a stream so far. It is copied: the chunks of a large body, kept, bring full garbage collections about (see
 * `output/bytesSink.ts`).
 */
import * as Effect from "effect/Effect"
import { BytesSink } from "../../internal/output/bytesSink.ts"
import { charged, isTurnOver, nextTurn } from "../../schema/internal/turn.ts"
import type { Chunks } from "./chunks.ts"

export interface Taken {
  readonly length: number
  add(chunk: Uint8Array): void
  /** All of it. */
  readonly end: Effect.Effect<Chunks>
}

/** One piece in the end. */
export class Joined implements Taken {
  length = 0
  private first: Uint8Array | undefined = undefined
  private sink: BytesSink | undefined = undefined

  add(chunk: Uint8Array): void {
    this.length += chunk.length
    if (this.first === undefined) {
      this.first = chunk
      return
    }
    charged(() => {
      if (this.sink === undefined) {
        this.sink = new BytesSink()
        this.sink.bytes(this.first!)
      }
      this.sink.bytes(chunk)
    })
  }

  /** Put together in one go. */
  atOnce(): Uint8Array {
    const { sink } = this
    if (sink === undefined) return this.first ?? new Uint8Array(0)
    while (sink.finish());
    return sink.result
  }

  /** All of them, put together in turns: in one go, 40 MB are a hold of 10 ms. */
  get end(): Effect.Effect<Chunks> {
    const { sink } = this
    if (sink === undefined) return Effect.succeed([this.first ?? new Uint8Array(0)])
    const finish: Effect.Effect<Chunks> = Effect.suspend(() => {
      while (charged(() => sink.finish())) {
        if (isTurnOver()) return Effect.andThen(nextTurn, finish)
      }
      return Effect.succeed([sink.result])
    })
    return finish
  }
}
