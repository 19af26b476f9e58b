/**
 * Layers that provide `Serialization`.
 *
 * `layer` brings a pool of worker threads; `layerConfig` reads its options from the environment; `layerSliced` does without
 * threads; `layerNoPool` leaves the pool to the caller, as tests need it. The root module exports them as `SerializationLayer`.
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
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Engine } from "./internal/engine/engine.ts"
import { invalidOptions } from "./internal/errors/serializationErrors.ts"
import { warmErrors } from "./internal/errors/warmErrors.ts"
import { engineSettings, type EngineSettings, type LayerOptions } from "./internal/engine/layerOptions.ts"
import { makePort, type Port } from "./internal/pool/poolClient.ts"
import { registerEngine } from "./internal/telemetry/metricSeries.ts"
import { RouteLog } from "./internal/telemetry/routeLog.ts"
import { makeService } from "./internal/service/service.ts"
import { Shadow } from "./internal/shadow/shadow.ts"
import { Serialization } from "./Serialization.ts"
import { WorkerPool } from "./WorkerPool.ts"

export type { LayerOptions } from "./internal/engine/layerOptions.ts"

const checked = (options: LayerOptions | undefined): Effect.Effect<EngineSettings> =>
  Effect.suspend(() => {
    const settings = engineSettings(options)
    return typeof settings === "string" ? Effect.die(invalidOptions(settings)) : Effect.succeed(settings)
  })

const makeWith = Effect.fnUntraced(function* (options: LayerOptions | undefined, port: Port | undefined) {
  const settings = yield* checked(options)
  const engine = new Engine(settings, port)
  warmErrors()
  const shadow = settings.shadow > 0 ? new Shadow(engine, settings.shadow) : undefined
  engine.shadow = shadow
  const context = yield* Effect.context<never>()
  const { name } = settings
  const series = registerEngine(engine, shadow, name, context)
  yield* Effect.addFinalizer(() => Effect.sync(() => series.close()))
  const fork = Effect.runForkWith(context)
  const routes = new RouteLog(engine.costs, series, (message, kind) => {
    fork(Effect.annotateLogs(Effect.logDebug(`Adaptive routing: ${message}`), { name, kind }))
  })
  engine.onJobEnded = () => routes.look()
  if (shadow !== undefined) {
    shadow.onDifference = (label, pointer) => {
      const message = `Shadow mode: the text differs from JSON.stringify's at ${pointer === "" ? "the root" : pointer}`
      fork(Effect.annotateLogs(Effect.logWarning(message), { name, label }))
    }
  }
  return Serialization.of(makeService(engine, shadow))
})

/**
 * Layer of `Serialization` with a pool of worker threads of its own. No thread starts before a value needs one.
 *
 * **Gotchas**
 *
 * Every un-nested `Effect.provide` of a layer builds a pool of its own. Provide it once, at the edge of the program.
 *
 * Options out of range are a defect, a `SerializationError` with reason `InvalidOptions`, when the layer is built.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options?: LayerOptions): Layer.Layer<Serialization> =>
  // Checked before the pool is made: a pool ends asynchronously, and `makeSerializer` throws at once.
  Layer.unwrap(Effect.map(checked(options), () => Layer.provide(layerNoPool(options), WorkerPool.layer(options))))

/**
 * Layer of `Serialization` over the `WorkerPool` that the caller provides: a pool shared with other layers, or a mocked one.
 *
 * **Details**
 *
 * The options of the pool (`maxThreads` to `workerUrl`) mean nothing here: they are those of `WorkerPool.layer`.
 *
 * **Example** (Over a pool that starts no threads)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Serialization, SerializationLayer } from "effect-serialization"
 * import { layerInline } from "effect-serialization/testing"
 *
 * const live = SerializationLayer.layerNoPool({ routing: "worker" }).pipe(Layer.provide(layerInline))
 *
 * const program = Serialization.use((serialization) => serialization.serialize("x".repeat(5000)))
 * const result = await Effect.runPromise(program.pipe(Effect.provide(live)))
 * result.path // => "worker"
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoPool = (options?: LayerOptions): Layer.Layer<Serialization, never, WorkerPool> =>
  Layer.effect(
    Serialization,
    Effect.gen(function* () {
      const pool = yield* WorkerPool
      return yield* makeWith(options, makePort(pool, yield* Effect.context<never>()))
    })
  )

/**
 * Layer of `Serialization` without worker threads: large values are always done in slices on the calling thread.
 *
 * **When to use**
 *
 * Where threads are not to be had or not wanted. Piscina is not loaded. `routing: "worker"` does not change that.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSliced = (options?: LayerOptions): Layer.Layer<Serialization> =>
  Layer.effect(Serialization, makeWith(options, undefined))

const { Boolean, Duration, Int, Literals, Number, String: Text } = Config

/**
 * The options of a layer in the environment, each optional: `SERIALIZATION_NAME`, `SERIALIZATION_SYNC_THRESHOLD`,
 * `SERIALIZATION_ROUTING`, `SERIALIZATION_FALLBACK`, `SERIALIZATION_TURN_BUDGET`, `SERIALIZATION_ROLLOUT`,
 * `SERIALIZATION_SHADOW`, `SERIALIZATION_MAX_THREADS`, `SERIALIZATION_MIN_THREADS`, `SERIALIZATION_IDLE_TIMEOUT`,
 * `SERIALIZATION_MAX_QUEUE`, `SERIALIZATION_TASK_TIMEOUT`, `SERIALIZATION_SHUTDOWN_TIMEOUT` and `SERIALIZATION_WORKER_URL`.
 *
 * **Details**
 *
 * Durations are written like `30 seconds`. Memory limits of threads (`resourceLimits`) are for code only.
 *
 * **Example** (The environment, with one option from elsewhere)
 *
 * ```ts
 * import { Config } from "effect"
 * import { SerializationLayer } from "effect-serialization"
 *
 * const live = SerializationLayer.layerConfig({
 *   ...SerializationLayer.config,
 *   maxThreads: Config.Int("POOL_SIZE").pipe(Config.withDefault(2))
 * })
 * ```
 *
 * @category config
 * @since 0.1.0
 */
export const config: Config.Wrap<LayerOptions> = {
  name: optional(Text("SERIALIZATION_NAME")),
  syncThreshold: optional(Int("SERIALIZATION_SYNC_THRESHOLD")),
  routing: optional(Literals(["adaptive", "worker", "sliced", "sync"], "SERIALIZATION_ROUTING")),
  fallback: optional(Boolean("SERIALIZATION_FALLBACK")),
  turnBudget: optional(Duration("SERIALIZATION_TURN_BUDGET")),
  rollout: optional(Number("SERIALIZATION_ROLLOUT")),
  shadow: optional(Number("SERIALIZATION_SHADOW")),
  maxThreads: optional(Int("SERIALIZATION_MAX_THREADS")),
  minThreads: optional(Int("SERIALIZATION_MIN_THREADS")),
  idleTimeout: optional(Duration("SERIALIZATION_IDLE_TIMEOUT")),
  maxQueue: optional(Int("SERIALIZATION_MAX_QUEUE")),
  taskTimeout: optional(Duration("SERIALIZATION_TASK_TIMEOUT")),
  shutdownTimeout: optional(Duration("SERIALIZATION_SHUTDOWN_TIMEOUT")),
  workerUrl: optional(Text("SERIALIZATION_WORKER_URL"))
}

function optional<A>(self: Config.Config<A>): Config.Config<A | undefined> {
  return Config.withDefault(self, undefined)
}

/**
 * Layer of `Serialization` whose options are read from the environment, or wherever the `ConfigProvider` looks.
 *
 * **Example** (Options from elsewhere than the environment)
 *
 * ```ts
 * import { ConfigProvider, Effect, Layer } from "effect"
 * import { Serialization, SerializationLayer } from "effect-serialization"
 *
 * const live = SerializationLayer.layerConfig().pipe(
 *   Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ SERIALIZATION_ROUTING: "sliced" })))
 * )
 *
 * const program = Serialization.use((serialization) => serialization.serialize("x".repeat(5000)))
 * const result = await Effect.runPromise(program.pipe(Effect.provide(live)))
 * result.path // => "sliced"
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (
  options: Config.Wrap<LayerOptions> = config
): Layer.Layer<Serialization, Config.ConfigError> =>
  Layer.unwrap(Effect.map(Config.unwrap(options), (options) => layer(options)))

/**
 * Layer of `Serialization` with all defaults. A constant, so it is built once wherever it appears in one tree of layers.
 *
 * @category layers
 * @since 0.1.0
 */
export const SerializationLive: Layer.Layer<Serialization> = layer()
