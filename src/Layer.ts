/**
 * Layers that provide `Serialization`.
 *
 * `layer` has a pool of worker threads. `layerConfig` reads its options from the environment. `layerSliced` has no
 * threads. `layerNoPool` uses a pool that the caller provides, as tests do. They are the statics of `Serialization`
 * under one name: the root module exports them as `SerializationLayer`.
 *
 * **Example** (Two threads, and a pool that is gone after ten idle seconds)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Serialization, SerializationLayer } from "effect-serialization"
 *
 * const live = SerializationLayer.layer({ maxThreads: 2, idleTimeout: "10 seconds" })
 *
 * const program = Serialization.use((serialization) => serialization.serialize([1, 2, 3]))
 * const result = await Effect.runPromise(program.pipe(Effect.provide(live)))
 * result.path // => "sync"
 * ```
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import type * as Layer from "effect/Layer"
import { Serialization, type LayerOptions } from "./Serialization.ts"
import type { WorkerPool } from "./WorkerPool.ts"

export { config } from "./internal/engine/layerConfig.ts"
export type { LayerOptions } from "./Serialization.ts"

/**
 * Layer of `Serialization` with a pool of worker threads of its own; the same as `Serialization.layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: (options?: LayerOptions) => Layer.Layer<Serialization> = Serialization.layer

/**
 * Layer that reads its options from the environment; the same as `Serialization.layerConfig`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: (options?: Config.Wrap<LayerOptions>) => Layer.Layer<Serialization, Config.ConfigError> =
  Serialization.layerConfig

/**
 * Layer without worker threads; the same as `Serialization.layerSliced`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSliced: (options?: LayerOptions) => Layer.Layer<Serialization> = Serialization.layerSliced

/**
 * Layer over the `WorkerPool` that the caller provides; the same as `Serialization.layerNoPool`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoPool: (options?: LayerOptions) => Layer.Layer<Serialization, never, WorkerPool> =
  Serialization.layerNoPool

/**
 * Layer of `Serialization` with all defaults. It is a constant, so it is built once wherever it appears in one tree of
 * layers.
 *
 * @category layers
 * @since 0.1.0
 */
export const SerializationLive: Layer.Layer<Serialization> = Serialization.layer()
