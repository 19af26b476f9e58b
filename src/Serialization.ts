/**
 * JSON without blocking the event loop, as a service.
 *
 * `Serialization` turns any value into the JSON that `JSON.stringify` gives, byte for byte: as a string, as UTF-8
 * bytes, or as a stream of bytes. It does small values at once. It cuts large values into frames, parts of some tens of
 * kilobytes of JSON. A worker thread makes the JSON of a frame, or the calling thread does, in a short slice of time.
 * So the event loop is never blocked for long.
 *
 * **Example** (A program that serializes)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Serialization, SerializationLive } from "effect-serialization"
 *
 * const program = Effect.gen(function* () {
 *   const serialization = yield* Serialization
 *   const { serialized } = yield* serialization.serialize({ id: 1, tags: ["a", "b"] })
 *   return serialized
 * })
 *
 * const text = await Effect.runPromise(program.pipe(Effect.provide(SerializationLive)))
 * text // => '{"id":1,"tags":["a","b"]}'
 * ```
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { Engine } from "./internal/engine/engine.ts"
import { config } from "./internal/engine/layerConfig.ts"
import { engineSettings, type EngineSettings, type LayerOptions } from "./internal/engine/layerOptions.ts"
import { invalidOptions } from "./internal/errors/serializationErrors.ts"
import { warmErrors } from "./internal/errors/warmErrors.ts"
import { makePort, type Port } from "./internal/pool/poolClient.ts"
import { makeService } from "./internal/service/service.ts"
import { makeTokensAccess } from "./internal/service/tokensAccess.ts"
import { Shadow } from "./internal/shadow/shadow.ts"
import { registerEngine } from "./internal/telemetry/metricSeries.ts"
import { RouteLog } from "./internal/telemetry/routeLog.ts"
import { WorkerPool } from "./WorkerPool.ts"
import type { SerializationMetrics } from "./internal/telemetry/metricTypes.ts"
import type {
  SerializationResult,
  SerializedBytes,
  SerializeOptions,
  StreamOptions
} from "./internal/options/callOptions.ts"
import type { SerializationError } from "./SerializationError.ts"

export type {
  ArmMetrics,
  LabelMetrics,
  RouteCosts,
  SerializationMetrics,
  ShadowLabelMetrics,
  ShadowMetrics
} from "./internal/telemetry/metricTypes.ts"
export type { LayerOptions } from "./internal/engine/layerOptions.ts"
export type {
  Routing,
  SerializationPath,
  SerializationResult,
  SerializedBytes,
  SerializeOptions,
  StreamOptions,
  StreamSummary
} from "./internal/options/callOptions.ts"

/**
 * Turns values into JSON without blocking the event loop.
 *
 * **Details**
 *
 * The output is that of `JSON.stringify(value, replacer, space)`. Where `JSON.stringify` throws, the call fails with a
 * `SerializationError` that says where. `toJSON` and a `replacer` function are called as `JSON.stringify` calls them:
 * with the same `this`, keys and order, and as often.
 *
 * **Gotchas**
 *
 * - A large value is read while other code runs. If other code or its own `toJSON`s, getters and traps change it
 *   meanwhile, the output may mix before and after, but it is always valid JSON. A bigint or a circular reference that
 *   comes in fails the call. `routing: "sync"` reads the value in one go.
 * - Own getters and proxies in values above `syncThreshold` may be read two or three times. They must answer the same
 *   each time.
 * - For output over some ten megabytes prefer `serializeToBytes` or `stream`. V8 joins the pieces of a string when
 *   somebody first reads it, in one go, and that blocks the event loop.
 *
 * **Example** (Bytes, with a limit)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Serialization, SerializationLive } from "effect-serialization"
 *
 * const program = Effect.gen(function* () {
 *   const serialization = yield* Serialization
 *   const options = { maxSize: 16, truncate: true }
 *   const { bytes, truncated } = yield* serialization.serializeToBytes(["one", "two", "three"], options)
 *   return [new TextDecoder().decode(bytes), truncated]
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.provide(SerializationLive))) // => ['["one","two"]', true]
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Serialization extends Context.Service<
  Serialization,
  {
    /** Serializes a value to a string. */
    serialize(value: unknown, options?: SerializeOptions): Effect.Effect<SerializationResult, SerializationError>
    /** Serializes a value to UTF-8 bytes. */
    serializeToBytes(value: unknown, options?: SerializeOptions): Effect.Effect<SerializedBytes, SerializationError>
    /**
     * Serializes a value to a stream of UTF-8 bytes, as fast as they are taken and no faster. An error inside the value
     * may come after some bytes. An error of the root itself comes before the first byte.
     */
    stream(value: unknown, options?: StreamOptions): Stream.Stream<Uint8Array, SerializationError>
    /** What this layer has done so far. */
    readonly metrics: Effect.Effect<SerializationMetrics>
  }
>()("effect-serialization/Serialization") {
  /**
   * Layer of `Serialization` with a pool of worker threads of its own. No thread starts before there is enough work for
   * one.
   *
   * **Gotchas**
   *
   * Every un-nested `Effect.provide` of a layer builds a pool of its own. Provide it once, at the edge of the program.
   *
   * An option out of range is a defect when the layer is built: a `SerializationError` with reason `InvalidOptions`.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layer = (options?: LayerOptions): Layer.Layer<Serialization> =>
    // Checked before the pool is made: a pool ends asynchronously, and `makeSerializer` throws at once.
    Layer.unwrap(
      Effect.map(checked(options), () => Layer.provide(Serialization.layerNoPool(options), WorkerPool.layer(options)))
    )

  /**
   * Layer of `Serialization` that reads its options from the environment, or wherever the `ConfigProvider` looks.
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
  static readonly layerConfig = (
    options: Config.Wrap<LayerOptions> = config
  ): Layer.Layer<Serialization, Config.ConfigError> =>
    Layer.unwrap(Effect.map(Config.unwrap(options), (options) => Serialization.layer(options)))

  /**
   * Layer of `Serialization` without worker threads. The calling thread does large values in slices.
   *
   * **When to use**
   *
   * Where threads are not available or not wanted. Piscina is not loaded, and `routing: "worker"` does not change that.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layerSliced = (options?: LayerOptions): Layer.Layer<Serialization> =>
    Layer.effect(Serialization, make(options, undefined))

  /**
   * Layer of `Serialization` over the `WorkerPool` that the caller provides: a pool shared with other layers, or a
   * mocked one.
   *
   * **Details**
   *
   * The options of the pool (`maxThreads` to `workerUrl`) have no effect here. Give them to `WorkerPool.layer`.
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
  static readonly layerNoPool = (options?: LayerOptions): Layer.Layer<Serialization, never, WorkerPool> =>
    Layer.effect(
      Serialization,
      Effect.gen(function* () {
        const pool = yield* WorkerPool
        return yield* make(options, makePort(pool, yield* Effect.context<never>()))
      })
    )
}

const checked = (options: LayerOptions | undefined): Effect.Effect<EngineSettings> =>
  Effect.suspend(() => {
    const settings = engineSettings(options)
    return typeof settings === "string" ? Effect.die(invalidOptions(settings)) : Effect.succeed(settings)
  })

const make = Effect.fnUntraced(function* (options: LayerOptions | undefined, port: Port | undefined) {
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
      const message = `Shadow mode: the output differs from JSON.stringify's at ${pointer === "" ? "the root" : pointer}`
      fork(Effect.annotateLogs(Effect.logWarning(message), { name, label }))
    }
  }
  return Serialization.of(makeService(engine, shadow, yield* makeTokensAccess(options?.tokens)))
})
