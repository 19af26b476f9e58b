/**
 * Caches side by side: this one and what other programs use, each as its documents say, in memory and with what it needs to compute
 * a value once.
 */
import { createCache as createDedupe } from "async-cache-dedupe"
import { BentoCache, bentostore } from "bentocache"
import { memoryDriver } from "bentocache/drivers/memory"
import { Cacheable } from "cacheable"
import { Context, type Duration, Effect, Exit, Layer, PrimaryKey, Schema, Scope } from "effect"
import { Persistable, PersistedCache, Persistence } from "effect/persistence"
import { Keyv } from "keyv-5"
import { SerializationLayer } from "../../src/index.ts"
import { SerializedCache } from "../../src/cache/index.ts"

/** A cache as a benchmark sees it. */
export interface Contender {
  readonly name: string
  /** The body of a response to a key, computed where there is none. */
  read(key: string, compute: () => Promise<unknown>): Promise<unknown>
  /** What `read` gave, as what is sent: a text, or bytes in the parts in which they are written. */
  body(found: unknown): ReadonlyArray<Uint8Array> | string
  invalidate(key: string): Promise<unknown>
  /** Runs many hits, one after the other, and gives how long one took: in a fiber, where the cache is one of Effect. */
  hits?(key: string, count: number): Promise<void>
  close(): Promise<unknown>
}

const stringify = (found: unknown): string => JSON.stringify(found)

const never = Effect.die("computed in a hit")

export const ours = async (): Promise<Contender> => {
  const scope = Scope.makeUnsafe()
  const live = SerializedCache.layer({ maxBytes: "512 MiB", maxEntryBytes: "256 MiB" }).pipe(
    Layer.provide(SerializationLayer.layer())
  )
  const cache = Context.get(await Effect.runPromise(Layer.buildWithScope(live, scope)), SerializedCache)
  return {
    name: "effect-serialization",
    read: (key, compute) => Effect.runPromise(cache.getOrCompute(key, Effect.promise(compute))),
    body: (found) => (found as { readonly parts: ReadonlyArray<Uint8Array> }).parts,
    invalidate: (key) => Effect.runPromise(cache.invalidate(key)),
    hits: (key, count) => Effect.runPromise(repeat(cache.getOrCompute(key, never), count)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

const repeat = <A, E>(effect: Effect.Effect<A, E>, count: number): Effect.Effect<void, E> =>
  Effect.gen(function* () {
    for (let i = 0; i < count; i++) yield* effect
  })

class Lookup extends Persistable.Class<{ payload: { readonly key: string } }>()("Lookup", {
  primaryKey: ({ key }) => key,
  success: Schema.Unknown
}) {}

/** A `PersistedCache` over some persistence, which lives in a scope. */
export const overPersistence = async (
  persistence: Layer.Layer<Persistence.Persistence, unknown>,
  memory: { readonly timeToLive: Duration.Input; readonly capacity: number }
): Promise<Contender> => {
  const scope = Scope.makeUnsafe()
  const computing = new Map<string, () => Promise<unknown>>()
  const make = PersistedCache.make((key: Lookup) => Effect.promise(() => computing.get(PrimaryKey.value(key))!()), {
    storeId: "bench",
    timeToLive: () => "5 minutes",
    inMemoryTTL: () => memory.timeToLive,
    inMemoryCapacity: memory.capacity
  })
  const context = await Effect.runPromise(Layer.buildWithScope(persistence, scope))
  const cache = await Effect.runPromise(make.pipe(Effect.provide(context), Scope.provide(scope)))
  return {
    name: "effect PersistedCache",
    read: (key, compute) => {
      computing.set(key, compute)
      return Effect.runPromise(cache.get(new Lookup({ key })))
    },
    body: stringify,
    invalidate: (key) => Effect.runPromise(cache.invalidate(new Lookup({ key }))),
    hits: (key, count) => Effect.runPromise(repeat(cache.get(new Lookup({ key })), count)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

export const persisted = (): Promise<Contender> =>
  overPersistence(Persistence.layerMemory, { timeToLive: "5 minutes", capacity: 100_000 })

export const bento = async (): Promise<Contender> => {
  const cache = new BentoCache({
    default: "memory",
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxSize: "512mb", maxItems: 100_000 })) }
  })
  return {
    name: "bentocache",
    read: (key, compute) => cache.getOrSet({ key, ttl: "5m", factory: compute }),
    body: stringify,
    invalidate: (key) => cache.delete({ key }),
    close: () => cache.disconnectAll()
  }
}

export const overCacheable = (cache: Cacheable): Contender => ({
  name: "cacheable",
  read: (key, compute) => cache.getOrSet(key, compute, { ttl: "5m" }),
  body: stringify,
  invalidate: (key) => cache.delete(key),
  close: () => cache.disconnect()
})

export const cacheable = async (): Promise<Contender> => overCacheable(new Cacheable())

export const overKeyv = (cache: Keyv): Contender => ({
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
})

export const keyv = async (): Promise<Contender> => overKeyv(new Keyv())

export const dedupe = async (): Promise<Contender> => {
  const computing = new Map<string, () => Promise<unknown>>()
  const cache = createDedupe({ ttl: 300, storage: { type: "memory", options: { size: 100_000 } } }).define(
    "read",
    { references: (key: string) => [key] },
    (key: string) => computing.get(key)!()
  )
  return {
    name: "async-cache-dedupe",
    read: (key, compute) => {
      computing.set(key, compute)
      return cache.read(key)
    },
    body: stringify,
    invalidate: (key) => cache.invalidate("read", [key]),
    close: async () => {}
  }
}

export const contenders = [ours, persisted, bento, cacheable, keyv, dedupe]
