/**
 * Shows whether serialization is healthy: evaluates rules over a sliding window, and tells when the result changes.
 *
 * | Rule | Fires when | Severity |
 * | --- | --- | --- |
 * | `WorkerPoolFailureRate` | `workerErrors / (workerPath + fallbackPath)` is over 0.05, in at least 20 such calls | critical |
 * | `WorkerPoolBreakerOpen` | the circuit breaker is open; while it is half-open, a warning | critical |
 * | `EventLoopBlocking` | the event loop was later than 50 ms | warning |
 *
 * The circuit breaker has a rule of its own because calls that it turns away are no worker errors. By the rate alone a
 * dead pool would look healthy. Worker failures never reach the caller, unless `fallback` is `false`: the calling
 * thread takes over.
 *
 * Caches have rules of their own: `CacheHealth` of `effect-serialization/cache`.
 *
 * **Example** (The state, and a log of each change)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { SerializationLive } from "effect-serialization"
 * import { EventLoopMonitor } from "effect-serialization/EventLoopMonitor"
 * import { Health } from "effect-serialization/Health"
 *
 * const live = Health.layer({ minCalls: 50 }).pipe(
 *   Layer.provideMerge(Layer.merge(SerializationLive, EventLoopMonitor.layer()))
 * )
 *
 * const program = Health.use((health) => health.state)
 * const { status } = await Effect.runPromise(program.pipe(Effect.provide(live)))
 * status // => "healthy"
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { EventLoopMonitor } from "./EventLoopMonitor.ts"
import { invalidOptions } from "./internal/errors/serializationErrors.ts"
import { evaluate, type HealthState, initialState, poolTotals, Window } from "./internal/monitor/healthRules.ts"
import { type HealthOptions, healthSettings } from "./internal/monitor/monitorOptions.ts"
import { watchRules } from "./internal/monitor/watchRules.ts"
import { Serialization } from "./Serialization.ts"

export type { HealthOptions } from "./internal/monitor/monitorOptions.ts"
export type { HealthRule, HealthState, HealthStatus, PoolRule } from "./internal/monitor/healthRules.ts"

/**
 * Shows whether serialization is healthy.
 *
 * @category services
 * @since 0.1.0
 */
export class Health extends Context.Service<
  Health,
  {
    /** Evaluates the rules and gives the state. */
    readonly state: Effect.Effect<HealthState>
    /** The state of the last evaluation, and then each state in which a rule begins or ceases to fire. */
    readonly changes: Stream.Stream<HealthState>
  }
>()("effect-serialization/Health") {
  /**
   * Layer that evaluates the rules until its scope ends. It logs each change once: a critical rule as an error, a
   * warning as a warning, and the end of either as information.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layer = (options?: HealthOptions): Layer.Layer<Health, never, Serialization | EventLoopMonitor> =>
    Layer.effect(Health, make(options))
}

/**
 * Layer that evaluates the rules until its scope ends; the same as `Health.layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: (options?: HealthOptions) => Layer.Layer<Health, never, Serialization | EventLoopMonitor> =
  Health.layer

const make = Effect.fnUntraced(function* (options: HealthOptions | undefined) {
  const settings = healthSettings(options)
  if (typeof settings === "string") return yield* Effect.die(invalidOptions(settings))
  const serialization = yield* Serialization
  const monitor = yield* EventLoopMonitor
  const window = new Window(settings.window)
  const evaluated = Effect.gen(function* () {
    const metrics = yield* serialization.metrics
    const { maxLagInWindow } = yield* monitor.stats
    const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    return evaluate(settings, window.add(now, poolTotals(metrics)), metrics.breaker, maxLagInWindow)
  })

  // Calls before the layer was built are not in the window.
  const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
  window.add(now, poolTotals(yield* serialization.metrics))
  return Health.of(yield* watchRules(evaluated, initialState(settings), settings.interval))
})
