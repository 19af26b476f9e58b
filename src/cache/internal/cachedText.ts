/**
 * What callers get: a text, and how it stands. Nothing is made before it is asked for, since an answer from memory is a
 * matter of a microsecond.
 */
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import { Fragment } from "../../Fragment.ts"
import { bytesOf, type Content, streamOf, textOf, valueOf } from "./content.ts"
import type { Cached } from "./model.ts"

export class CachedText implements Cached {
  readonly key: string
  readonly source: Cached["source"]
  readonly isStale: boolean
  private readonly content: Content
  private readonly timeLeft: number

  constructor(key: string, content: Content, source: Cached["source"], isStale: boolean, timeLeft: number) {
    this.key = key
    this.content = content
    this.source = source
    this.isStale = isStale
    this.timeLeft = timeLeft
  }

  get size(): number {
    return this.content.size
  }

  get etag(): string {
    return this.content.etag
  }

  get parts(): ReadonlyArray<Uint8Array> {
    return this.content.parts
  }

  get truncated(): boolean {
    return this.content.truncated
  }

  get timeToLive(): Duration.Duration {
    return Duration.millis(Math.max(0, this.timeLeft))
  }

  get bytes(): Effect.Effect<Uint8Array<ArrayBuffer>> {
    return bytesOf(this.content)
  }

  get text(): Effect.Effect<string> {
    return textOf(this.content)
  }

  get stream(): Stream.Stream<Uint8Array> {
    return streamOf(this.content)
  }

  get fragment(): Fragment {
    return Fragment.fromTextUnsafe(this.content.parts)
  }

  get json(): Effect.Effect<unknown> {
    return valueOf(this.content)
  }
}
