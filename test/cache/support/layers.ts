/**
 * Caches for tests: in memory, or over a store.
 */
import { Context, Effect, Layer } from "effect"
import { SerializationLayer } from "../../../src/index.ts"
import { type CacheOptions, type CacheStore, SerializedCache } from "../../../src/cache/index.ts"

export const serialization = SerializationLayer.layerSliced()

/** Entries of tests expire when they say so. */
export const exact: CacheOptions = { entry: { jitter: 0 } }

export const inMemory = (options: CacheOptions = exact): Layer.Layer<SerializedCache> =>
  Layer.provide(SerializedCache.layer(options), serialization)

export const overStore = (
  store: Layer.Layer<CacheStore>,
  options: CacheOptions = exact
): Layer.Layer<SerializedCache> => Layer.provide(SerializedCache.layerNoStore(options), [serialization, store])

/** A cache with a scope of the test: several of them in one test are several processes. */
export const makeCache = (layer: Layer.Layer<SerializedCache>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), (context) => Context.get(context, SerializedCache))
