/**
 * A text of the cache, for promises.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Fragment } from "../../Fragment.ts"
import type { Cached } from "./model.ts"

/**
 * A text of the cache. `parts` are shared by everybody who got it: never write to them.
 *
 * @category models
 * @since 0.1.0
 */
export interface AsyncCached extends Pick<
  Cached,
  "key" | "size" | "etag" | "parts" | "source" | "isStale" | "truncated" | "timeToLive" | "fragment"
> {
  /** The text in one piece, joined in turns of the event loop, and not kept. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  /** The text as a string. */
  text(): Promise<string>
  /** The value, parsed in turns of the event loop, and not kept: each call gives a new one. */
  json(): Promise<unknown>
  /** The parts, one after the other, as the reader takes them. */
  stream(): ReadableStream<Uint8Array>
}

export class AsyncText implements AsyncCached {
  private readonly cached: Cached

  constructor(cached: Cached) {
    this.cached = cached
  }

  get key(): string {
    return this.cached.key
  }

  get size(): number {
    return this.cached.size
  }

  get etag(): string {
    return this.cached.etag
  }

  get parts(): ReadonlyArray<Uint8Array> {
    return this.cached.parts
  }

  get source(): Cached["source"] {
    return this.cached.source
  }

  get isStale(): boolean {
    return this.cached.isStale
  }

  get truncated(): boolean {
    return this.cached.truncated
  }

  get timeToLive(): Duration.Duration {
    return this.cached.timeToLive
  }

  get fragment(): Fragment {
    return this.cached.fragment
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return Effect.runPromise(this.cached.bytes)
  }

  text(): Promise<string> {
    return Effect.runPromise(this.cached.text)
  }

  json(): Promise<unknown> {
    return Effect.runPromise(this.cached.json)
  }

  stream(): ReadableStream<Uint8Array> {
    return Stream.toReadableStream(this.cached.stream)
  }
}
