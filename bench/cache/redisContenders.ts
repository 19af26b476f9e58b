/**
 * Caches over one Redis, with no text of the entry in memory: what another process, or a new one, finds there.
 */
import KeyvRedis from "@keyv/redis"
import { NodeRedis } from "@effect/platform-node"
import { BentoCache, bentostore } from "bentocache"
import { redisDriver } from "bentocache/drivers/redis"
import { Cacheable } from "cacheable"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { Persistence } from "effect/persistence"
import { Keyv } from "keyv-5"
import { SerializationLayer } from "../../src/index.ts"
import { SerializedCache } from "../../src/cache/index.ts"
import * as RedisStore from "../../src/cache/RedisStore.ts"
import { type Contender, overCacheable, overKeyv, overPersistence } from "./contenders.ts"

const stringify = (found: unknown): string => JSON.stringify(found)

/** A part of the text is all that fits into memory, so every read goes to Redis. */
export const ours = async (port: number): Promise<Contender> => {
  const scope = Scope.makeUnsafe()
  const live = SerializedCache.layerNoStore({ maxEntryBytes: "1 B" }).pipe(
    Layer.provide([RedisStore.layer({ url: `redis://127.0.0.1:${port}` }), SerializationLayer.layer()])
  )
  const cache = Context.get(await Effect.runPromise(Layer.buildWithScope(live, scope)), SerializedCache)
  return {
    name: "effect-serialization",
    read: (key, compute) => Effect.runPromise(cache.getOrCompute(key, Effect.promise(compute))),
    body: (found) => (found as { readonly parts: ReadonlyArray<Uint8Array> }).parts,
    invalidate: (key) => Effect.runPromise(cache.invalidate(key)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

export const persisted = (port: number): Promise<Contender> => {
  const redis = Persistence.layer.pipe(
    Layer.provide(Persistence.layerBackingRedis),
    Layer.provide(NodeRedis.layer({ socket: { host: "127.0.0.1", port } }))
  )
  return overPersistence(redis, { timeToLive: 0, capacity: 1 })
}

export const bento = async (port: number): Promise<Contender> => {
  const cache = new BentoCache({
    default: "redis",
    stores: { redis: bentostore().useL2Layer(redisDriver({ connection: { host: "127.0.0.1", port } })) }
  })
  return {
    name: "bentocache",
    read: (key, compute) => cache.getOrSet({ key, ttl: "5m", factory: compute }),
    body: stringify,
    invalidate: (key) => cache.delete({ key }),
    close: () => cache.disconnectAll()
  }
}

export const cacheable = async (port: number): Promise<Contender> => {
  const store = new KeyvRedis(`redis://127.0.0.1:${port}`, { namespace: "cacheable" })
  return overCacheable(new Cacheable({ primary: new Keyv({ store, namespace: "cacheable" }) }))
}

export const keyv = async (port: number): Promise<Contender> =>
  overKeyv(new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`), namespace: "keyv" }))

export const contenders = { ours, persisted, bento, cacheable, keyv }
export type ContenderName = keyof typeof contenders
