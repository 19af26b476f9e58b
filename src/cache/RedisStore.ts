/**
 * Keeps the entries of a cache in Redis, for all processes that share it.
 *
 * It needs Redis 7 or later, and the package `redis`, version 6. The types of {@link layerNodeRedis} need
 * `@effect/platform-node` too. Nothing else in this library loads them.
 *
 * A cache runs scripts on the server, which keep their keys in one hash slot, `{v1:<name>:<version>}`. A user with
 * restricted rights needs the keys and the channel that begin with it, and the commands of `@scripting`, `@hash`,
 * `@string`, `@keyspace`, `@pubsub` and `INFO`.
 *
 * **Example** (A cache over Redis)
 *
 * ```ts no-run
 * import { Effect, Layer } from "effect"
 * import { SerializationLive } from "effect-serialization"
 * import { SerializedCache } from "effect-serialization/cache"
 * import * as RedisStore from "effect-serialization/cache/RedisStore"
 *
 * const Cache = SerializedCache.layerNoStore({ name: "reports" }).pipe(
 *   Layer.provide([RedisStore.layer({ url: "redis://localhost:6379" }), SerializationLive])
 * )
 *
 * const report = SerializedCache.use((cache) => cache.getOrCompute("report", Effect.succeed({ rows: [] })))
 * await Effect.runPromise(report.pipe(Effect.provide(Cache)))
 * ```
 *
 * @since 0.1.0
 */
import type { NodeRedis } from "@effect/platform-node/NodeRedis"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { createClient } from "redis"
import { CacheStore } from "./CacheStore.ts"
import { DistributedLock } from "./DistributedLock.ts"
import { type LockLayerOptions, makeLockLayer } from "./internal/lock/lockLayer.ts"
import { type ClusterClient, clusterPort, type SentinelClient, sentinelPort } from "./internal/redis/foreignPorts.ts"
import type { RedisPort } from "./internal/redis/port.ts"
import { nodeRedisPort, ownPort } from "./internal/redis/ports.ts"
import { makeRedisKeeper } from "./internal/redis/redisKeeper.ts"
import { makeRedisStore } from "./internal/redis/store.ts"

export type { LockLayerOptions } from "./internal/lock/lockLayer.ts"
export type { ClusterClient, SentinelClient } from "./internal/redis/foreignPorts.ts"
export type { RedisPort } from "./internal/redis/port.ts"

/**
 * Options of the connection: those of `createClient` of the package `redis`. How it reconnects, and how long commands
 * may take, is not for them to say: it reconnects for ever, and the cache bounds its waits.
 *
 * @category models
 * @since 0.1.0
 */
export type RedisStoreOptions = Omit<NonNullable<Parameters<typeof createClient>[0]>, OwnOptions>

type OwnOptions = "commandOptions" | "disableOfflineQueue" | "pingInterval" | "RESP"

/**
 * Layer of a store over connections of its own: one for commands, one for messages.
 *
 * **Details**
 *
 * It connects in the background, and reconnects for ever: a program starts without Redis, and its cache is detached
 * until there is one. One warning is logged for each time that the connection is lost. An idle connection keeps no
 * process alive. When the layer's scope ends, commands under way have two seconds to end.
 *
 * **Gotchas**
 *
 * A `url` that is none is a defect when the layer is built.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: RedisStoreOptions = {}): Layer.Layer<CacheStore> =>
  Layer.effect(
    CacheStore,
    Effect.map(ownPort(createClient, options), (port) => makeRedisStore(port))
  )

// A service is known by its key: nobody has to load the module that declares it.
const EffectNodeRedis = Context.Service<NodeRedis, NodeRedis["Service"]>("@effect/platform-node/NodeRedis")

/**
 * Layer of a store over the client of Effect's `NodeRedis`, and a connection of its own for messages.
 *
 * **Gotchas**
 *
 * `NodeRedis.layer` fails where Redis is not there when a program starts, and takes as long to end as Redis takes to
 * answer. {@link layer} does neither.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNodeRedis: Layer.Layer<CacheStore, never, NodeRedis> = Layer.effect(
  CacheStore,
  Effect.map(
    Effect.flatMap(EffectNodeRedis, ({ client }) => nodeRedisPort(client)),
    (port) => makeRedisStore(port)
  )
)

/**
 * Layer of a store over any client: {@link fromSentinel}, {@link fromCluster}, or an adapter of yours. Whoever made the
 * client connects and closes it.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerPort = (port: RedisPort): Layer.Layer<CacheStore> =>
  Layer.sync(CacheStore, () => makeRedisStore(port))

/**
 * A sentinel setup: what `createSentinel` of the package `redis` gives, connected.
 *
 * **Example** (A cache over sentinels)
 *
 * ```ts no-run
 * import { Effect, Layer } from "effect"
 * import { SerializedCache } from "effect-serialization/cache"
 * import * as RedisStore from "effect-serialization/cache/RedisStore"
 * import { createSentinel } from "redis"
 *
 * const Store = Layer.unwrap(
 *   Effect.map(
 *     Effect.acquireRelease(
 *       Effect.promise(() =>
 *         createSentinel({ name: "main", sentinelRootNodes: [{ host: "sentinel", port: 26379 }] })
 *           .on("error", console.error)
 *           .connect()
 *       ),
 *       (sentinel) => Effect.promise(() => sentinel.destroy())
 *     ),
 *     (sentinel) => RedisStore.layerPort(RedisStore.fromSentinel(sentinel))
 *   )
 * )
 *
 * export const Cache = Layer.provide(SerializedCache.layerNoStore(), Store)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromSentinel = (sentinel: SentinelClient): RedisPort => sentinelPort(sentinel)

/**
 * A cluster: what `createCluster` of the package `redis` gives, connected. One cache stays on one node; caches of other
 * names are on other nodes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromCluster = (cluster: ClusterClient): RedisPort => clusterPort(cluster)

/**
 * Layer of locks over a connection of its own. All locks of one `name` are on one node of a cluster.
 *
 * **Details**
 *
 * It connects as {@link layer} does: in the background, and again for ever.
 *
 * **Gotchas**
 *
 * Redis replicates asynchronously. When a replica takes over, it may not know of a lock that was given away last, and
 * give it away again; its epoch is another one then. A lock that is evicted is lost: keep `maxmemory-policy` at
 * `noeviction`.
 *
 * **Example** (One process does it)
 *
 * ```ts no-run
 * import { Effect } from "effect"
 * import { DistributedLock } from "effect-serialization/cache"
 * import * as RedisStore from "effect-serialization/cache/RedisStore"
 *
 * const nightly = DistributedLock.use((lock) =>
 *   lock.tryLock("nightly")((lease) => Effect.log(`this process does it, with fence ${lease.fence}`))
 * )
 * const Locks = RedisStore.layerLock({ url: "redis://localhost:6379" })
 * await Effect.runPromise(nightly.pipe(Effect.provide(Locks)))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerLock = (
  connection: RedisStoreOptions = {},
  options?: LockLayerOptions
): Layer.Layer<DistributedLock> => lockLayer(ownPort(createClient, connection), options)

/**
 * Layer of locks over the client of Effect's `NodeRedis`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerLockNodeRedis = (options?: LockLayerOptions): Layer.Layer<DistributedLock, never, NodeRedis> =>
  lockLayer(
    Effect.flatMap(EffectNodeRedis, ({ client }) => nodeRedisPort(client)),
    options
  )

/**
 * Layer of locks over any client: {@link fromSentinel}, {@link fromCluster}, or an adapter of yours.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerLockPort = (port: RedisPort, options?: LockLayerOptions): Layer.Layer<DistributedLock> =>
  lockLayer(Effect.succeed(port), options)

const lockLayer = <R>(
  port: Effect.Effect<RedisPort, never, R>,
  options: LockLayerOptions | undefined
): Layer.Layer<DistributedLock, never, Exclude<R, Scope.Scope>> =>
  Layer.effect(
    DistributedLock,
    makeLockLayer(options, (name) => Effect.map(port, (port) => makeRedisKeeper(port, name)))
  )
