/**
 * The options of a layer as they are read from the environment.
 */
import * as Config from "effect/Config"
import type { LayerOptions } from "./layerOptions.ts"

const { Boolean, Duration, Int, Literals, Number, String: Text } = Config

/**
 * The options of a layer in the environment, each optional: `SERIALIZATION_NAME`, `SERIALIZATION_SYNC_THRESHOLD`,
 * `SERIALIZATION_ROUTING`, `SERIALIZATION_FALLBACK`, `SERIALIZATION_TURN_BUDGET`, `SERIALIZATION_ROLLOUT`,
 * `SERIALIZATION_SHADOW`, `SERIALIZATION_MAX_THREADS`, `SERIALIZATION_MIN_THREADS`, `SERIALIZATION_IDLE_TIMEOUT`,
 * `SERIALIZATION_MAX_QUEUE`, `SERIALIZATION_TASK_TIMEOUT`, `SERIALIZATION_SHUTDOWN_TIMEOUT` and
 * `SERIALIZATION_WORKER_URL`.
 *
 * **Details**
 *
 * Durations are written like `30 seconds`. Memory limits of threads (`resourceLimits`) can only be set in code.
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
