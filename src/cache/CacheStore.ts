/**
 * What keeps entries outside of a cache, for several caches at once: the second tier.
 *
 * A store knows keys, **names** (`k:` and a key, `t:` and a tag, and `*` for all) and **generations**. A generation is
 * an opaque string for each name that an entry was built under; an invalidation replaces it. An entry is valid while
 * every generation of its stamp is still the current one. A generation that is missing equals none, so that a store
 * that was emptied answers misses, never old text. No clock but the store's own takes part.
 *
 * Programs use the stores that come with the library. Implement this service to keep entries elsewhere. Each operation
 * is atomic.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Generations, StoredEntry, StoredHead, StoredPart } from "./internal/storedEntry.ts"

export type { Compression, Generations, StoredEntry, StoredHead, StoredPart } from "./internal/storedEntry.ts"

/**
 * The store did not do what it was asked: it does not answer, or it is full.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreError extends Schema.TaggedError<StoreError>("effect-serialization/CacheError/StoreError")(
  "StoreError",
  {
    /** `full` says nothing of the store's health. */
    kind: Schema.Literals(["unavailable", "full"]),
    cause: Schema.Defect()
  }
) {
  override get message(): string {
    return this.kind === "full" ? "The store of the cache is full" : "The store of the cache does not answer"
  }
}

/**
 * Where a store stands: `epoch` is made at random when the store is empty, `sequence` grows by one with each
 * invalidation.
 *
 * @category models
 * @since 0.1.0
 */
export interface StorePosition {
  readonly epoch: string
  readonly sequence: number
}

/**
 * The beginning of a read, of a computation, or of a write.
 *
 * @category models
 * @since 0.1.0
 */
export interface BeginRequest {
  readonly key: string
  /** `read` takes no lease. `write` neither, and looks for no entry. */
  readonly purpose: "read" | "compute" | "write"
  /** The names of the entry to come; missing generations are made, unless it is a `read`. */
  readonly names: ReadonlyArray<string>
  /** Who takes the lease. */
  readonly token: string
  /** Milliseconds that the lease is taken for. */
  readonly lease: number
  /** A fresh entry with no more milliseconds left than this is due for a refresh, if the lease is to be had. */
  readonly refreshBelow?: number | undefined
  /** The `id` of an entry whose text was found to be broken: it counts as absent. */
  readonly discard?: string | undefined
}

/**
 * What a store says to a beginning.
 *
 * **Details**
 *
 * - `Hit`: a fresh entry.
 * - `Leased`: compute. The generations of the names as they are now, and where the store stands. `stale` is an entry
 *   that is valid but stale, or due for a refresh.
 * - `Busy`: somebody else has the lease.
 * - `Absent`: nothing, or nothing fresh; only for a `read`.
 *
 * @category models
 * @since 0.1.0
 */
export type BeginReply =
  | { readonly _tag: "Hit"; readonly entry: StoredEntry }
  | {
      readonly _tag: "Leased"
      readonly generations: Generations
      readonly position: StorePosition
      readonly stale: StoredEntry | undefined
    }
  | { readonly _tag: "Busy"; readonly stale: StoredEntry | undefined }
  | { readonly _tag: "Absent"; readonly stale: StoredEntry | undefined }

/**
 * A lease to hold on to, and the names whose generations must not be forgotten meanwhile.
 *
 * @category models
 * @since 0.1.0
 */
export interface RenewRequest {
  readonly key: string
  readonly token: string
  readonly lease: number
  readonly names: ReadonlyArray<string>
}

/**
 * The end of a computation or of a write: stores the entry if nothing of its stamp was invalidated since.
 *
 * @category models
 * @since 0.1.0
 */
export interface CommitRequest {
  readonly key: string
  readonly token: string
  readonly head: StoredHead
  /** The text, where it is one part. Else its parts were put before. */
  readonly body: Uint8Array | undefined
  /** Each must be the current generation of its name. */
  readonly stamp: Generations
  /** Names without a generation: refused if they were, or may have been, invalidated since `begun`. */
  readonly late: ReadonlyArray<string>
  /** Where the store stood at the beginning. */
  readonly begun: StorePosition
  /**
   * A write: invalidates its key and stores, whoever has the lease. One that is refused has invalidated all the same.
   */
  readonly isWrite: boolean
  /** Who sends it; comes back in the message of a write. */
  readonly origin: string
}

/**
 * What became of a commit.
 *
 * **Details**
 *
 * - `Stored`: with the stamp as it was stored.
 * - `Fenced`: one of its names was, or may have been, invalidated since it began. Its parts are gone. Late names
 *   without a generation get one, for as long as the entry would live and a minute at least: who begins after that is
 *   not refused for the same reason.
 * - `Superseded`: its lease was lost, its stamp is valid, and so is the entry that is there. Its parts are gone.
 *
 * @category models
 * @since 0.1.0
 */
export type CommitReply =
  | { readonly _tag: "Stored"; readonly stamp: Generations; readonly position: StorePosition }
  | { readonly _tag: "Fenced" }
  | { readonly _tag: "Superseded" }

/**
 * Names to invalidate.
 *
 * @category models
 * @since 0.1.0
 */
export interface InvalidateRequest {
  readonly names: ReadonlyArray<string>
  readonly mode: "remove" | "stale"
  readonly origin: string
}

/**
 * What a store tells all caches.
 *
 * **Details**
 *
 * `Ready` comes first, and again whenever messages may have been lost: after a reconnection. `Lost` may come before
 * that, when a connection ends: another server may answer next, so it is asked which one it is.
 *
 * @category models
 * @since 0.1.0
 */
export type StoreMessage =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Lost" }
  | ({
      readonly _tag: "Invalidated"
      readonly names: ReadonlyArray<string>
      readonly mode: "remove" | "stale"
      readonly origin: string
    } & StorePosition)
  /** A lease that somebody waits for was given back. */
  | { readonly _tag: "Done"; readonly key: string }

/**
 * Keeps entries for several caches. `namespace` is `<name>:<version>` of a cache: caches of the same share everything,
 * caches of another nothing.
 *
 * @category services
 * @since 0.1.0
 */
export class CacheStore extends Context.Service<
  CacheStore,
  {
    /** Looks for an entry; where there is none, takes the lease to compute it. */
    begin(namespace: string, request: BeginRequest): Effect.Effect<BeginReply, StoreError>
    /** Holds on to a lease. `false`: it is lost. */
    renew(namespace: string, request: RenewRequest): Effect.Effect<boolean, StoreError>
    /** Gives a lease back, if it is still held. */
    abandon(namespace: string, lease: { readonly key: string; readonly token: string }): Effect.Effect<void, StoreError>
    /** Puts one part of a text of several, before the commit. */
    putPart(namespace: string, part: StoredPart): Effect.Effect<void, StoreError>
    /** Stores the entry, or refuses it. */
    commit(namespace: string, request: CommitRequest): Effect.Effect<CommitReply, StoreError>
    /** One part of a text of several. */
    part(
      namespace: string,
      part: { readonly id: string; readonly index: number }
    ): Effect.Effect<Uint8Array | undefined, StoreError>
    /** Whether all generations of a stamp are the current ones, only their second halves are not, or neither. */
    validate(namespace: string, stamp: Generations): Effect.Effect<"current" | "stale" | "gone", StoreError>
    /** Replaces generations, gives leases of the keys back, removes their entries, and tells everybody. */
    invalidate(namespace: string, request: InvalidateRequest): Effect.Effect<StorePosition, StoreError>
    /** Where the store stands, and which server it is: another one may have lost the last invalidations. */
    position(namespace: string): Effect.Effect<StorePosition & { readonly server: string }, StoreError>
    /** What happens in the store from now on. Reconnects for ever. */
    messages(namespace: string): Stream.Stream<StoreMessage>
  }
>()("effect-serialization/CacheStore") {}

/**
 * What a store has to be able to do.
 *
 * @category services
 * @since 0.1.0
 */
export type CacheStoreShape = CacheStore["Service"]
