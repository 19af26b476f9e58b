/**
 * The cache for programs without Effect: the same calls as promises.
 *
 * **Example** (Compute, read, invalidate)
 *
 * ```ts
 * import { makeCache } from "effect-serialization/cache"
 *
 * await using cache = makeCache({ maxBytes: "32 MiB" })
 * let version = 1
 * const report = () => cache.getOrCompute("report", async () => ({ version }))
 * const first = await report()
 * version = 2
 * await cache.invalidate("report")
 * const second = await report()
 * const texts = [await first.text(), await second.text()]
 * texts // => ['{"version":1}', '{"version":2}']
 * ```
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { layer as layerSerialization, type LayerOptions } from "../Layer.ts"
import type { CacheStore } from "./CacheStore.ts"
import type {
  CacheEvent,
  Compute,
  EntryOptions,
  InvalidateOptions,
  Invalidation,
  ReadOptions
} from "./internal/model.ts"
import { AsyncText, type AsyncCached } from "./internal/asyncText.ts"
import { cacheSettings } from "./internal/cacheSettings.ts"
import { invalidOptions } from "./internal/errors.ts"
import type { CacheOptions } from "./internal/options.ts"
import type { CacheMetrics } from "./internal/snapshot.ts"
import { SerializedCache } from "./SerializedCache.ts"

/**
 * Options of a cache for promises.
 *
 * @category models
 * @since 0.1.0
 */
export interface AsyncCacheOptions extends CacheOptions {
  /** How values are serialized. Default: with a pool of worker threads of its own. */
  readonly serialization?: LayerOptions | undefined
  /**
   * A store that other processes share. It is built at once, so its layer must not wait for anything: those of
   * `RedisStore` connect in the background. Default: none.
   */
  readonly store?: Layer.Layer<CacheStore> | undefined
}

/**
 * A signal that stops a call. Its computation stops when nobody waits for it any more.
 *
 * @category models
 * @since 0.1.0
 */
export interface Signalled {
  readonly signal?: AbortSignal | undefined
}

/**
 * The computation that runs. What it reads through this becomes part of its entry; what it reads through the cache
 * itself does not.
 *
 * @category models
 * @since 0.1.0
 */
export interface AsyncCompute {
  readonly key: string
  /** The text that has expired, or is due for a refresh, where there is one. Never one that was removed. */
  readonly stale: AsyncCached | undefined
  /** Adds tags to the entry. Call it before reading what the tag stands for. */
  addTags(...tags: ReadonlyArray<string>): void
  /** Sets how long the entry is fresh, instead of the option. */
  setTimeToLive(timeToLive: Duration.Input): void
  /** Give this back to keep the stale text for another `timeToLive`. */
  readonly notModified: unknown
  getOrCompute(key: string, compute: AsyncComputation, options?: EntryOptions<unknown>): Promise<AsyncCached>
  get(key: string, options?: ReadOptions): Promise<AsyncCached | undefined>
}

/**
 * Computes a value. The signal tells that nobody waits for it any more.
 *
 * @category models
 * @since 0.1.0
 */
export type AsyncComputation = (c: AsyncCompute, signal: AbortSignal) => unknown

/**
 * A cache whose calls give promises. They reject with what the computation threw, a `CacheError`, a
 * `SerializationError`, or the reason of the signal.
 *
 * @category models
 * @since 0.1.0
 */
export interface AsyncCache extends AsyncDisposable {
  /** The entry of a key, computed where there is none: once for all who ask meanwhile. */
  getOrCompute(
    key: string,
    compute: AsyncComputation,
    options?: EntryOptions<unknown> & Signalled
  ): Promise<AsyncCached>
  /** The entry of a key, where there is one. Computes nothing. */
  get(key: string, options?: ReadOptions & Signalled): Promise<AsyncCached | undefined>
  /** Invalidates a key and stores a value for it, in one step. */
  set(key: string, value: unknown, options?: EntryOptions & Signalled): Promise<AsyncCached>
  /** Invalidates keys, and all that was built from them. */
  invalidate(keys: string | ReadonlyArray<string>, options?: InvalidateOptions): Promise<Invalidation>
  /** Invalidates all entries that have one of the tags, and all that was built from them. */
  invalidateTags(tags: string | ReadonlyArray<string>, options?: InvalidateOptions): Promise<Invalidation>
  /** Invalidates everything. */
  invalidateAll(options?: InvalidateOptions): Promise<Invalidation>
  /**
   * What happens in the cache, from the first `next` on, until it is shut down. Who reads slowly misses the oldest of
   * more than 1,024 events.
   */
  events(): AsyncIterable<CacheEvent>
  /** What the cache has done so far, and how it stands. */
  metrics(): Promise<CacheMetrics>
  /** Stops what runs, and ends the cache and its worker threads. */
  shutdown(): Promise<void>
}

/**
 * Makes a cache. Throws a `CacheError` with reason `InvalidOptions` if an option is out of range.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeCache = (options: AsyncCacheOptions = {}): AsyncCache => {
  const { serialization, store, ...cacheOptions } = options
  // Checked before the pool is made: a pool ends asynchronously, and this throws at once.
  const settings = cacheSettings(cacheOptions)
  if (typeof settings === "string") throw invalidOptions(settings)
  const scope = Scope.makeUnsafe()
  const live =
    store === undefined
      ? Layer.provide(SerializedCache.layer(cacheOptions), layerSerialization(serialization))
      : Layer.provide(SerializedCache.layerNoStore(cacheOptions), [store, layerSerialization(serialization)])
  const context = Effect.runSync(Layer.buildWithScope(live, scope))
  const cache = Context.get(context, SerializedCache)
  const shutdown = () => Effect.runPromise(Scope.close(scope, Exit.void))
  return {
    ...readsOf(cache, run),
    set: (key, value, options) =>
      run(
        Effect.map(cache.set(key, value, options), (cached) => new AsyncText(cached)),
        options?.signal
      ),
    invalidate: (keys, options) => run(cache.invalidate(keys, options)),
    invalidateTags: (tags, options) => run(cache.invalidateTags(tags, options)),
    invalidateAll: (options) => run(cache.invalidateAll(options)),
    events: () => Stream.toAsyncIterableWith(cache.events, Context.empty()),
    metrics: () => run(cache.metrics),
    shutdown,
    [Symbol.asyncDispose]: shutdown
  }
}

type Run = <A>(effect: Effect.Effect<A, unknown>, signal?: AbortSignal) => Promise<A>

const run: Run = async (effect, signal) => {
  if (isAborted(signal)) throw signal!.reason
  const exit = await Effect.runPromiseExit(effect, { signal })
  if (Exit.isSuccess(exit)) return exit.value
  throw isAborted(signal) && Cause.hasInterruptsOnly(exit.cause) ? signal!.reason : Cause.squash(exit.cause)
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

const readsOf = (cache: SerializedCache["Service"], run: Run): Pick<AsyncCache, "getOrCompute" | "get"> => ({
  getOrCompute: (key, compute, options) =>
    run(
      Effect.map(
        cache.getOrCompute(key, (c) => computation(cache, c, compute), options),
        (cached) => new AsyncText(cached)
      ),
      options?.signal
    ),
  get: (key, options) =>
    run(
      Effect.map(cache.get(key, options), (found) => (Option.isSome(found) ? new AsyncText(found.value) : undefined)),
      options?.signal
    )
})

/** A computation of a promise. Reads through `c` run in its context, so that they become part of its entry. */
const computation = (
  cache: SerializedCache["Service"],
  c: Compute,
  compute: AsyncComputation
): Effect.Effect<unknown, unknown> =>
  Effect.contextWith((context: Context.Context<never>) => {
    const inside: Run = (effect, signal) => run(Effect.provideContext(effect, context), signal)
    const stale = Option.getOrUndefined(c.stale)
    const tools: AsyncCompute = {
      key: c.key,
      stale: stale === undefined ? undefined : new AsyncText(stale),
      notModified: c.notModified,
      addTags: (...tags) => Effect.runSync(c.addTags(...tags)),
      setTimeToLive: (timeToLive) => Effect.runSync(c.setTimeToLive(timeToLive)),
      ...readsOf(cache, inside)
    }
    return Effect.tryPromise({
      try: async (signal) => compute(tools, signal),
      catch: (thrown) => thrown
    })
  })
