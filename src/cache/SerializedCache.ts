/**
 * A cache of JSON text that is already serialized, and that an invalidation cannot be undone in.
 *
 * A value is computed once for all who ask at the same time, serialized once without blocking the event loop, and
 * served from then on as it is: as the body of a response, with its entity tag. What an invalidation has outdated is
 * never served again, whatever was in flight when it came.
 *
 * **Example** (Compute, read, invalidate)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { SerializationLive } from "effect-serialization"
 * import { SerializedCache } from "effect-serialization/cache"
 *
 * let version = 1
 * const program = Effect.gen(function* () {
 *   const cache = yield* SerializedCache
 *   const report = cache.getOrCompute("report", Effect.sync(() => ({ version })), { timeToLive: "1 hour" })
 *   const first = yield* report
 *   version = 2
 *   yield* cache.invalidate("report")
 *   const second = yield* report
 *   return [yield* first.text, yield* second.text]
 * })
 *
 * const live = SerializedCache.layer().pipe(Layer.provide(SerializationLive))
 * await Effect.runPromise(program.pipe(Effect.provide(live))) // => ['{"version":1}', '{"version":2}']
 * ```
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import { Serialization } from "../Serialization.ts"
import type { SerializationError } from "../SerializationError.ts"
import type { CacheError } from "./CacheError.ts"
import { CacheStore, type CacheStoreShape } from "./CacheStore.ts"
import { cacheSettings } from "./internal/cacheSettings.ts"
import { config, redisUrl, withEnvironment } from "./internal/config.ts"
import { invalidOptions } from "./internal/errors.ts"
import { makeCore } from "./internal/make.ts"
import type {
  Cached,
  CacheEvent,
  Compute,
  EntryOptions,
  InvalidateOptions,
  Invalidation,
  ReadOptions
} from "./internal/model.ts"
import type { CacheOptions } from "./internal/options.ts"
import { get, getOrCompute } from "./internal/read.ts"
import { type ResponseOptions, toResponse } from "./internal/response.ts"
import { type CacheMetrics, snapshot } from "./internal/snapshot.ts"
import { invalidate, invalidateAll, invalidateTags, set } from "./internal/write.ts"
import { MemoryMonitor } from "./MemoryMonitor.ts"

/**
 * Keeps JSON text, computed once and invalidated for good.
 *
 * **Details**
 *
 * Change the source first, then invalidate. In this process no call that begins after an invalidation has returned gets
 * text that was computed before it; with a store, the same holds for what is read from there, whoever wrote it and
 * however late.
 *
 * What a computation reads through the cache becomes part of its entry: the invalidation of one invalidates all that
 * were built from it. A computation that fails is not stored, and its failure goes to everybody who waits for it.
 * Trouble with the store is no error of the caller.
 *
 * **Gotchas**
 *
 * Calls with equal keys must have equal options and equal computations: whoever comes first computes for all.
 *
 * @category services
 * @since 0.1.0
 */
export class SerializedCache extends Context.Service<
  SerializedCache,
  {
    /** The entry of a key, computed where there is none: once for all who ask meanwhile. */
    getOrCompute<E, R>(
      key: string,
      compute: Effect.Effect<unknown, E, R> | ((c: Compute) => Effect.Effect<unknown, E, R>),
      options?: EntryOptions<E>
    ): Effect.Effect<Cached, E | SerializationError | CacheError, R>
    /** The entry of a key, where there is one. Computes nothing. */
    get(key: string, options?: ReadOptions): Effect.Effect<Option.Option<Cached>, CacheError>
    /** Invalidates a key and stores a value for it, in one step. */
    set(key: string, value: unknown, options?: EntryOptions): Effect.Effect<Cached, SerializationError | CacheError>
    /** Invalidates keys, and all that was built from them. */
    invalidate(
      keys: string | ReadonlyArray<string>,
      options?: InvalidateOptions
    ): Effect.Effect<Invalidation, CacheError>
    /** Invalidates all entries that have one of the tags, and all that was built from them. */
    invalidateTags(
      tags: string | ReadonlyArray<string>,
      options?: InvalidateOptions
    ): Effect.Effect<Invalidation, CacheError>
    /** Invalidates everything, in one step whatever there is. */
    invalidateAll(options?: InvalidateOptions): Effect.Effect<Invalidation, CacheError>
    /** What happens from now on. A reader that is slow misses the oldest of what waits for it, over 1,024 events. */
    readonly events: Stream.Stream<CacheEvent>
    /** What the cache has done so far, and how it stands. */
    readonly metrics: Effect.Effect<CacheMetrics>
  }
>()("effect-serialization/SerializedCache") {
  /**
   * Layer of a cache in the memory of this process.
   *
   * **Gotchas**
   *
   * Every un-nested `Effect.provide` of a layer builds a cache of its own. Provide it once, at the edge of the program.
   *
   * Options out of range are a defect, a `CacheError` with reason `InvalidOptions`, when the layer is built.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layer = (options?: CacheOptions): Layer.Layer<SerializedCache, never, Serialization> =>
    Layer.effect(SerializedCache, make(options, undefined))

  /**
   * Layer of a cache in the memory of this process and in a store, which other processes share.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layerNoStore = (
    options?: CacheOptions
  ): Layer.Layer<SerializedCache, never, Serialization | CacheStore> =>
    Layer.effect(
      SerializedCache,
      Effect.flatMap(CacheStore, (store) => make(options, store))
    )

  /**
   * Layer of a cache whose options are read from the environment, or wherever the `ConfigProvider` looks:
   * `SERIALIZATION_CACHE_NAME`, `_VERSION`, `_MAX_BYTES`, `_MAX_ENTRY_BYTES`, `_TIME_TO_LIVE`, `_JITTER`,
   * `_STALE_WHILE_REVALIDATE`, `_STALE_IF_ERROR`, `_LEASE`, `_LEASE_WAIT`, `_STORE_TIMEOUT`, `_TRANSFER_TIMEOUT`,
   * `_VERIFY_WITHIN`, `_HEARTBEAT`, `_WHEN_DETACHED`, `_DETACHED_TIME_TO_LIVE`, `_COMPRESSION` and `_REPLAY`, each
   * optional. With `SERIALIZATION_CACHE_REDIS_URL` the cache is also in the Redis at that address.
   *
   * **Details**
   *
   * Durations are written like `30 seconds`, sizes like `64 MiB`. What is given as `options` wins. The package `redis`
   * is loaded where there is an address of one, and is a defect where it is missing.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layerConfig = (
    options?: CacheOptions
  ): Layer.Layer<SerializedCache, Config.ConfigError, Serialization> =>
    Layer.unwrap(
      Effect.map(Config.unwrap({ read: config, url: redisUrl }), ({ read, url }) => {
        const all = withEnvironment(read, options)
        if (url === undefined) return SerializedCache.layer(all)
        const store = Layer.unwrap(
          Effect.promise(() => import("./internal/redis/configured.ts").then(({ storeAt }) => storeAt(url)))
        )
        return Layer.provide(SerializedCache.layerNoStore(all), store)
      })
    )

  /**
   * The response to an HTTP request: the text as it is, with its entity tag and length, and how long it may be kept.
   * `If-None-Match` with the tag is answered with 304, `HEAD` without the text.
   *
   * **Gotchas**
   *
   * An invalidation does not reach what browsers and proxies keep: for as long as `max-age` says they do not ask. Send
   * `cacheControl: "no-cache"` where they must, which costs a request and no text.
   *
   * **Example** (A handler)
   *
   * ```ts
   * import { Effect } from "effect"
   * import { HttpServerRequest } from "effect/http"
   * import { SerializedCache } from "effect-serialization/cache"
   *
   * const handler = Effect.gen(function* () {
   *   const cache = yield* SerializedCache
   *   const request = yield* HttpServerRequest.HttpServerRequest
   *   const report = yield* cache.getOrCompute("report", Effect.succeed({ rows: [] }))
   *   return SerializedCache.toResponse(report, { request, cacheControl: "no-cache" })
   * })
   * ```
   *
   * @category HTTP
   * @since 0.1.0
   */
  static readonly toResponse = (cached: Cached, options?: ResponseOptions): HttpServerResponse =>
    toResponse(cached, options)
}

const make = Effect.fnUntraced(function* (options: CacheOptions | undefined, store: CacheStoreShape | undefined) {
  const settings = cacheSettings(options)
  if (typeof settings === "string") return yield* Effect.die(invalidOptions(settings))
  const monitor = Option.getOrUndefined(yield* Effect.serviceOption(MemoryMonitor))
  const core = yield* makeCore(settings, yield* Serialization, store, monitor)
  return SerializedCache.of({
    getOrCompute: (key, compute, options) => getOrCompute(core, key, compute, options),
    get: (key, options) => get(core, key, options),
    set: (key, value, options) => set(core, key, value, options),
    invalidate: (keys, options) => invalidate(core, keys, options),
    invalidateTags: (tags, options) => invalidateTags(core, tags, options),
    invalidateAll: (options) => invalidateAll(core, options),
    events: core.events.stream,
    metrics: Effect.sync(() => snapshot(core))
  })
})
