/**
 * A cache over a Redis that does not answer, where the package `redis` is installed.
 */
import { SerializationLive } from "effect-serialization"
import { makeCache, SerializedCache } from "effect-serialization/cache"
import * as RedisStore from "effect-serialization/cache/RedisStore"
import { ConfigProvider, Effect, Layer, Logger } from "effect"
import assert from "node:assert/strict"

const url = "redis://127.0.0.1:1"
const silent = Logger.layer([])
const read = SerializedCache.use((cache) => cache.getOrCompute("a", Effect.succeed({ b: 1 })))

const explicit = SerializedCache.layerNoStore().pipe(Layer.provide([RedisStore.layer({ url }), SerializationLive]))
const environment = ConfigProvider.fromUnknown({ SERIALIZATION_CACHE_REDIS_URL: url })
const configured = SerializedCache.layerConfig().pipe(
  Layer.provide([SerializationLive, ConfigProvider.layer(environment)])
)
for (const layer of [explicit, configured]) {
  const cached = await Effect.runPromise(Effect.provide(read, Layer.provide(layer, silent)))
  assert.equal(cached.source, "computed")
}

const cache = makeCache({ store: Layer.provide(RedisStore.layer({ url }), silent) })
assert.equal((await cache.getOrCompute("a", () => ({ b: 1 }))).size, 7)
await cache.shutdown()

console.log("redis: done")
