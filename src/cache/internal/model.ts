/**
 * What callers of a cache give and get, as types. The public modules export them.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Fragment } from "../../Fragment.ts"
import type { SerializeOptions } from "../../Serialization.ts"

/**
 * A text of the cache.
 *
 * **Gotchas**
 *
 * `parts` are shared by everybody who got this text: never write to them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cached {
  readonly key: string
  /** Bytes of the text. */
  readonly size: number
  /** A strong entity tag, in quotes: SHA-256 of the text. */
  readonly etag: string
  /** The text in UTF-8, in parts of at most 256 KiB. */
  readonly parts: ReadonlyArray<Uint8Array>
  /** Where it came from: this process, the store, or a computation. */
  readonly source: "memory" | "store" | "computed"
  /** Whether it has expired, or was invalidated with `mode: "stale"`, and is served all the same. */
  readonly isStale: boolean
  /** Whether it was shortened to `maxSize`. */
  readonly truncated: boolean
  /** For how long it is fresh. */
  readonly timeToLive: Duration.Duration
  /** The text in one piece, joined in turns of the event loop, and not kept. */
  readonly bytes: Effect.Effect<Uint8Array<ArrayBuffer>>
  /** The text as a string, decoded in turns of the event loop, and not kept. */
  readonly text: Effect.Effect<string>
  /** The parts, one after the other. */
  readonly stream: Stream.Stream<Uint8Array>
  /** The text as a value: it goes into another document as it is. */
  readonly fragment: Fragment
  /** The value, parsed in turns of the event loop, and not kept: each read gives a new one. */
  readonly json: Effect.Effect<unknown>
}

/**
 * The computation that runs, as its function gets it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Compute {
  readonly key: string
  /** The text that has expired, or is due for a refresh, where there is one. Never one that was removed. */
  readonly stale: Option.Option<Cached>
  /** Adds tags to the entry. Call it before reading what the tag stands for. */
  addTags(...tags: ReadonlyArray<string>): Effect.Effect<void>
  /** Sets how long the entry is fresh, instead of the option. */
  setTimeToLive(timeToLive: Duration.Input): Effect.Effect<void>
  /** Give this back to keep the stale text for another `timeToLive`. Without a stale text it is a defect. */
  readonly notModified: unknown
}

/**
 * Options of a read.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReadOptions {
  /**
   * `"bounded"`: invalidations of other processes are seen when they are told, within `verifyWithin` at the latest.
   * `"strong"`: the store is asked each time; stale text is not served. Default `"bounded"`.
   */
  readonly consistency?: "bounded" | "strong" | undefined
}

/**
 * Failures that are worth being remembered.
 *
 * @category models
 * @since 0.1.0
 */
export interface CachedFailures<E> {
  /** How a failure is written down. Others come out, and are not stored. */
  readonly schema: Schema.Codec<E, any>
  /** For how long; nothing for zero. */
  readonly timeToLive: (failure: E) => Duration.Input
}

/**
 * Options of an entry. Calls with equal keys must have equal options.
 *
 * @category models
 * @since 0.1.0
 */
export interface EntryOptions<E = never> extends ReadOptions {
  /** For how long an entry is fresh. With the stale windows at most 30 days. Default 5 minutes. */
  readonly timeToLive?: Duration.Input | undefined
  /**
   * Shortens `timeToLive` at random by up to this share, so that entries do not expire together. From 0 to 1. Default
   * 0.1.
   */
  readonly jitter?: number | undefined
  /** For how long after `timeToLive` the text is served while a computation refreshes it. Default 0. */
  readonly staleWhileRevalidate?: Duration.Input | undefined
  /** For how long after `timeToLive` the text is served if the computation fails. Default 0. */
  readonly staleIfError?: Duration.Input | undefined
  /**
   * The share of `timeToLive` after which a read refreshes the entry in the background. From 0 to 1. Default: none
   * does.
   */
  readonly refreshAhead?: number | undefined
  /** For how long an entry is kept in this process, at most as long as in the store. Default: as long. */
  readonly memoryTimeToLive?: Duration.Input | undefined
  /** Names that entries share, to be invalidated together. Default none. */
  readonly tags?: ReadonlyArray<string> | undefined
  /**
   * Keys whose invalidation invalidates this one. What a computation reads through the cache needs no mention. Default
   * none.
   */
  readonly dependsOn?: ReadonlyArray<string> | undefined
  /**
   * For how long to wait for a computation when a stale text is at hand. It goes on in the background. Default: for
   * ever.
   */
  readonly softTimeout?: Duration.Input | undefined
  /**
   * For how long to wait for a text. Then `ComputeTimedOut`; the computation goes on, and is stored. Default: for ever.
   */
  readonly hardTimeout?: Duration.Input | undefined
  /** Which failures are stored, and for how long. Default: none is. */
  readonly failures?: CachedFailures<E> | undefined
  /** How the value is serialized. Default: as `JSON.stringify` does. */
  readonly serialize?: Omit<SerializeOptions, "routing"> | undefined
}

/**
 * Options of an invalidation.
 *
 * @category models
 * @since 0.1.0
 */
export interface InvalidateOptions {
  /**
   * `"remove"`: the text is never served again. `"stale"`: it counts as expired, its stale windows hold. Default
   * `"remove"`.
   */
  readonly mode?: "remove" | "stale" | undefined
  /** What happens when the store does not answer: it is told later, or the call fails. Default `"queue"`. */
  readonly onUnavailable?: "queue" | "fail" | undefined
}

/**
 * What became of an invalidation. In this process it holds in any case.
 *
 * @category models
 * @since 0.1.0
 */
export interface Invalidation {
  /** `queued`: the store does not answer, and is told before it is asked for anything else. */
  readonly status: "done" | "queued"
  /** The number that the store gave it. */
  readonly sequence: number | undefined
}

/**
 * Why an entry has left the memory of this process.
 *
 * @category models
 * @since 0.1.0
 */
export type EvictionCause = "size" | "pressure" | "expired" | "invalidated" | "replaced"

/**
 * What happens in a cache.
 *
 * @category models
 * @since 0.1.0
 */
export type CacheEvent =
  | { readonly _tag: "Hit"; readonly key: string; readonly tier: "memory" | "store" }
  | { readonly _tag: "Miss"; readonly key: string }
  | { readonly _tag: "Stale"; readonly key: string }
  | { readonly _tag: "Computed"; readonly key: string; readonly size: number; readonly duration: Duration.Duration }
  | { readonly _tag: "ComputeFailed"; readonly key: string; readonly error: unknown }
  | { readonly _tag: "Stored"; readonly key: string; readonly tier: "memory" | "store"; readonly size: number }
  /** Its text was computed from what was invalidated meanwhile, and is not stored. */
  | { readonly _tag: "Fenced"; readonly key: string }
  | { readonly _tag: "Evicted"; readonly key: string; readonly cause: EvictionCause }
  | { readonly _tag: "Invalidated"; readonly names: ReadonlyArray<string>; readonly origin: "local" | "remote" }
  /** The store answers again. */
  | { readonly _tag: "Attached" }
  /** The store does not answer, and is left alone for a while. */
  | { readonly _tag: "Detached" }
  /** Messages of the store may have been lost: entries are validated at their next use. */
  | { readonly _tag: "Gap" }

/**
 * Effects that run when something happens, in fibers of the layer: nobody waits for them. At most 1,024 events of a
 * hook wait for it, more are dropped and counted. A failure is logged, once a minute.
 *
 * @category models
 * @since 0.1.0
 */
export interface CacheHooks {
  readonly onInvalidate?: Hook<"Invalidated"> | undefined
  readonly onEvict?: Hook<"Evicted"> | undefined
  readonly onStale?: Hook<"Stale"> | undefined
  readonly onComputeFailed?: Hook<"ComputeFailed"> | undefined
}

type Hook<Tag extends CacheEvent["_tag"]> = (event: Extract<CacheEvent, { _tag: Tag }>) => Effect.Effect<void, unknown>
