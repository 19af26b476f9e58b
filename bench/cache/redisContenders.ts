/**
 * Caches over one Redis, with no text of the entry in memory: what another process, or a new one, finds there.
 */
import KeyvRedis from "@keyv/redis"
import { NodeRedis } from "@effect/platform-node"
import { BentoCache, bentostore } from "bentocache"
import { redisDriver } from "bentocache/drivers/redis"
import { Cacheable } from "cacheable"
import { Context, Effect, Exit, Layer, PrimaryKey, Schema, Scope } from "effect"
import { Persistable, PersistedCache, Persistence } from "effect/persistence"
import { Keyv } from "keyv"
import { SerializationLayer } from "../../src/index.ts"
import { SerializedCache } from "../../src/cache/index.ts"
import * as RedisStore from "../../src/cache/RedisStore.ts"
import type { Contender } from "./contenders.ts"

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
    body: (found) => Buffer.concat((found as { readonly parts: ReadonlyArray<Uint8Array> }).parts),
    invalidate: (key) => Effect.runPromise(cache.invalidate(key)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

class Lookup extends Persistable.Class<{ payload: { readonly key: string } }>()("Lookup", {
  primaryKey: ({ key }) => key,
  success: Schema.Unknown
}) {}

export const persisted = async (port: number): Promise<Contender> => {
  const scope = Scope.makeUnsafe()
  const computing = new Map<string, () => Promise<unknown>>()
  const make = PersistedCache.make((key: Lookup) => Effect.promise(() => computing.get(PrimaryKey.value(key))!()), {
    storeId: "bench",
    timeToLive: () => "5 minutes",
    inMemoryTTL: () => 0,
    inMemoryCapacity: 1
  })
  const redis = Persistence.layer.pipe(
    Layer.provide(Persistence.layerBackingRedis),
    Layer.provide(NodeRedis.layer({ socket: { host: "127.0.0.1", port } }))
  )
  const context = await Effect.runPromise(Layer.buildWithScope(redis, scope))
  const cache = await Effect.runPromise(make.pipe(Effect.provide(context), Scope.provide(scope)))
  return {
    name: "effect PersistedCache",
    read: (key, compute) => {
      computing.set(key, compute)
      return Effect.runPromise(cache.get(new Lookup({ key })))
    },
    body: stringify,
    invalidate: (key) => Effect.runPromise(cache.invalidate(new Lookup({ key }))),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
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
  const secondary = new KeyvRedis(`redis://127.0.0.1:${port}`, { namespace: "cacheable" })
  const cache = new Cacheable({ primary: new Keyv({ store: secondary, namespace: "cacheable" }) })
  return {
    name: "cacheable",
    read: (key, compute) => cache.getOrSet(key, compute, { ttl: "5m" }),
    body: stringify,
    invalidate: (key) => cache.delete(key),
    close: () => cache.disconnect()
  }
}

export const keyv = async (port: number): Promise<Contender> => {
  const cache = new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`), namespace: "keyv" })
  return {
    name: "keyv",
    read: async (key, compute) => {
      const found = await cache.get(key)
      if (found !== undefined) return found
      const value = await compute()
      await cache.set(key, value, 300_000)
      return value
    },
    body: stringify,
    invalidate: (key) => cache.delete(key),
    close: () => cache.disconnect()
  }
}

export const contenders = { ours, persisted, bento, cacheable, keyv }
export type ContenderName = keyof typeof contenders
