/**
 * The options of a cache's layer, as types.
 */
import type * as ByteSize from "effect/ByteSize"
import type * as Duration from "effect/Duration"
import type { CacheHooks, EntryOptions } from "./model.ts"

/**
 * Options of a cache.
 *
 * @category models
 * @since 0.1.0
 */
export interface CacheOptions {
  /** Tells caches apart, in the store and in metrics. Default `"default"`. */
  readonly name?: string | undefined
  /** A deploy that changes what the data means raises it: entries of another version are not seen. Default `"1"`. */
  readonly version?: string | undefined
  /** How much is kept in this process, bookkeeping included. Default 64 MiB. */
  readonly maxBytes?: ByteSize.Input | undefined
  /**
   * The largest text that is kept in this process; larger ones are kept in the store only. Default an eighth of
   * `maxBytes`.
   */
  readonly maxEntryBytes?: ByteSize.Input | undefined
  /**
   * Options of all entries, which those of a call override one by one. `failures` are an option of a call alone: a
   * schema of failures goes with a computation.
   */
  readonly entry?: Omit<EntryOptions, "failures"> | undefined
  readonly hooks?: CacheHooks | undefined
  /** The keys that a key is built from, where its name says so. Followed to the end. Default none. */
  readonly dependencies?: ((key: string) => ReadonlyArray<string>) | undefined
  /** How long a computation is one's own without a sign of life. Default 10 seconds. */
  readonly lease?: Duration.Input | undefined
  /** How long to wait for a computation of another process. Default 30 seconds. */
  readonly leaseWait?: Duration.Input | undefined
  /** How long one round trip to the store may take. Default 500 milliseconds. */
  readonly storeTimeout?: Duration.Input | undefined
  /** How long all parts of one text may take. Default 5 seconds. */
  readonly transferTimeout?: Duration.Input | undefined
  /** For how long text is served from this process after the store was last heard. Default 3 seconds. */
  readonly verifyWithin?: Duration.Input | undefined
  /** How often the store is asked where it stands. Default a third of `verifyWithin`. */
  readonly heartbeat?: Duration.Input | undefined
  /**
   * What becomes of text in this process while the store does not answer: served, or not looked at. Default `"serve"`.
   */
  readonly whenDetached?: "serve" | "bypass" | undefined
  /** How long text lives that was computed while the store did not answer. Default 10 seconds. */
  readonly detachedTimeToLive?: Duration.Input | undefined
  /** How parts of 16 KiB and more are compressed in the store. Default `"zstd"`. */
  readonly compression?: "zstd" | "gzip" | "none" | undefined
  /**
   * How far back invalidations are repeated when another server answers, which may have lost them. Default 1 minute.
   */
  readonly replay?: Duration.Input | undefined
}
