/**
 * An entry as a store keeps it.
 */

/**
 * The generations of names. Each is `<epoch>.<sequence>.<nonce>~<soft>`: the first half is replaced by an invalidation
 * that removes, the second by one that makes entries stale.
 *
 * @category models
 * @since 0.1.0
 */
export type Generations = Readonly<Record<string, string>>

/**
 * How a store compresses parts.
 *
 * @category models
 * @since 0.1.0
 */
export type Compression = "zstd" | "gzip" | "none"

/**
 * One part of a text of several.
 *
 * @category models
 * @since 0.1.0
 */
export interface StoredPart {
  /** The `id` of its head. */
  readonly id: string
  readonly index: number
  readonly bytes: Uint8Array
  /** Milliseconds. */
  readonly timeToLive: number
  readonly compression: Compression
}

/**
 * What is known of an entry without its text.
 *
 * @category models
 * @since 0.1.0
 */
export interface StoredHead {
  /** At random, so that the parts of two versions never mix. */
  readonly id: string
  /** `failure`: the text of an encoded failure. */
  readonly kind: "value" | "failure"
  readonly etag: string
  /** Bytes of the text. */
  readonly size: number
  /** How many parts it has. The text of an entry with one part comes with the head. */
  readonly parts: number
  readonly truncated: boolean
  /** How the store compresses parts of 16 KiB and more. What it gives back is the text itself. */
  readonly compression: Compression
  /** Milliseconds that it was stored for, without `grace`. */
  readonly timeToLive: number
  /** Milliseconds for which it is kept after that, to be served stale. */
  readonly grace: number
}

/**
 * An entry as a store gives it.
 *
 * @category models
 * @since 0.1.0
 */
export interface StoredEntry {
  readonly head: StoredHead
  readonly stamp: Generations
  /** Milliseconds until it expires, by the store's clock. Zero or less: it is stale. */
  readonly timeLeft: number
  /** The text, where it is one part. */
  readonly body: Uint8Array | undefined
}
