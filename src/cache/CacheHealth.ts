/**
 * Shows whether a cache is healthy: evaluates rules, and tells when the result changes.
 *
 * | Rule | Fires when | Severity |
 * | --- | --- | --- |
 * | `CacheStoreDetached` | the store does not answer; after 5 minutes it is critical | warning |
 * | `CacheHitRateLow` | more than 0.3 of at least 100 reads in 5 minutes needed a computation of their own | warning |
 * | `MemoryPressure` | 0.75 of the memory is used; from 0.9 on it is critical. Where there is a `MemoryMonitor` | warning |
 * | `CacheInvalidationsQueued` | for a minute there have been invalidations that the store has not heard of | critical |
 *
 * The same rules for Prometheus are in `ops/prometheus/effect-serialization-cache.rules.yml`, and `docs/operations.md`
 * says what to do about each. `Health` has those of serialization.
 *
 * **Example** (The state of a cache)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { SerializationLive } from "effect-serialization"
 * import { CacheHealth, MemoryMonitor, SerializedCache } from "effect-serialization/cache"
 *
 * const live = CacheHealth.layer({ minHitRate: 0.5 }).pipe(
 *   Layer.provideMerge(SerializedCache.layer()),
 *   Layer.provideMerge(MemoryMonitor.layer()),
 *   Layer.provide(SerializationLive)
 * )
 *
 * const program = CacheHealth.use((health) => health.state)
 * const { rules } = await Effect.runPromise(program.pipe(Effect.provide(live)))
 * rules.length // => 4
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import { watchRules } from "../internal/monitor/watchRules.ts"
import type { HealthState } from "../internal/monitor/healthRules.ts"
import { invalidOptions } from "./internal/errors.ts"
import {
  cacheHealthSettings,
  type CacheHealthOptions,
  type CacheRule,
  CacheRules,
  quiet
} from "./internal/healthRules.ts"
import { MemoryMonitor } from "./MemoryMonitor.ts"
import { SerializedCache } from "./SerializedCache.ts"

export type { CacheHealthOptions, CacheRule } from "./internal/healthRules.ts"

/**
 * Shows whether a cache is healthy. Its states are those of `Health`, with rules of their own.
 *
 * @category services
 * @since 0.1.0
 */
export class CacheHealth extends Context.Service<
  CacheHealth,
  {
    /** Evaluates the rules and gives the state. */
    readonly state: Effect.Effect<HealthState<CacheRule>>
    /** The state of the last evaluation, and then each state in which a rule begins or ceases to fire. */
    readonly changes: Stream.Stream<HealthState<CacheRule>>
  }
>()("effect-serialization/CacheHealth") {
  /**
   * Layer that evaluates the rules until its scope ends. It logs each change once, as `Health` does. Memory counts if
   * there is a `MemoryMonitor` in the context.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layer = (options?: CacheHealthOptions): Layer.Layer<CacheHealth, never, SerializedCache> =>
    Layer.effect(CacheHealth, make(options))
}

const make = Effect.fnUntraced(function* (options: CacheHealthOptions | undefined) {
  const settings = cacheHealthSettings(options)
  if (typeof settings === "string") return yield* Effect.die(invalidOptions(settings))
  const cache = yield* SerializedCache
  const monitor = yield* Effect.serviceOption(MemoryMonitor)
  const pressure = Option.isNone(monitor)
    ? Effect.succeed(0)
    : Effect.map(monitor.value.stats, ({ pressure }) => pressure)
  const clock = yield* Effect.clockWith(Effect.succeed)
  const rules = new CacheRules(settings, clock.currentTimeMillisUnsafe(), yield* cache.metrics)
  const evaluated = Effect.gen(function* () {
    return rules.evaluate(clock.currentTimeMillisUnsafe(), yield* cache.metrics, yield* pressure)
  })
  return CacheHealth.of(yield* watchRules(evaluated, quiet(yield* evaluated), settings.interval))
})
