/**
 * A cache where `redis` is not installed: in memory, and with an address of a Redis in the environment.
 */
import { SerializationLive } from "effect-serialization"
import { SerializedCache } from "effect-serialization/cache"
import { Cause, ConfigProvider, Effect, Exit, Layer } from "effect"
import assert from "node:assert/strict"

const read = SerializedCache.use((cache) => cache.getOrCompute("a", Effect.succeed({ b: 1 })))

const inMemory = SerializedCache.layer().pipe(Layer.provide(SerializationLive))
const cached = await Effect.runPromise(Effect.provide(read, inMemory))
assert.equal(cached.etag.length, 45)

const environment = ConfigProvider.fromUnknown({ SERIALIZATION_CACHE_REDIS_URL: "redis://127.0.0.1:1" })
const configured = SerializedCache.layerConfig().pipe(
  Layer.provide([SerializationLive, ConfigProvider.layer(environment)])
)
const exit = await Effect.runPromiseExit(Effect.provide(read, configured))
assert.ok(Exit.isFailure(exit))
assert.match(String(Cause.squash(exit.cause)), /npm install redis@6/)

console.log("cache: done")
