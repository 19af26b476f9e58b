/**
 * The metrics of caches, as handles of Effect's `Metric`.
 *
 * Each cache registers its series when its layer is built, all from zero, and removes them when its scope ends. The
 * values are plain counters that are read when somebody asks, so a call pays next to nothing for them. Names follow the
 * conventions of OpenTelemetry; in Prometheus text dots become underscores. Times are in seconds. The attribute `name`
 * is the cache's.
 *
 * **Example** (What a cache has done so far, as Prometheus text)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { PrometheusMetrics } from "effect/observability"
 * import { SerializationLive } from "effect-serialization"
 * import { SerializedCache } from "effect-serialization/cache"
 *
 * const program = Effect.gen(function* () {
 *   const cache = yield* SerializedCache
 *   yield* cache.getOrCompute("a", Effect.succeed(1))
 *   yield* cache.getOrCompute("a", Effect.succeed(1))
 *   return yield* PrometheusMetrics.format()
 * })
 *
 * const live = SerializedCache.layer().pipe(Layer.provide(SerializationLive))
 * const text = await Effect.runPromise(program.pipe(Effect.provide(live)))
 * text.includes('effect_serialization_cache_requests{name="default",outcome="hit",tier="memory"} 1') // => true
 * ```
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"
import { bounds } from "./internal/counters.ts"

const prefix = "effect_serialization.cache"

const counter = (id: string, unit: string, description: string): Metric.Counter<number> =>
  Metric.counter(`${prefix}.${id}`, { description, incremental: true, attributes: { unit } })

const gauge = (id: string, unit: string, description: string): Metric.Gauge<number> =>
  Metric.gauge(`${prefix}.${id}`, { description, attributes: { unit } })

const histogram = (id: string, description: string): Metric.Histogram<number> =>
  Metric.histogram(`${prefix}.${id}`, { description, boundaries: bounds, attributes: { unit: "s" } })

/**
 * Reads, by `outcome` (`hit`, `stale`, `computed`, `coalesced` with the computation of another call, `failed`,
 * `absent`) and by `tier`: `memory`, `store` or `none`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const requests: Metric.Counter<number> = counter("requests", "{request}", "Reads, by outcome and tier")

/**
 * How long reads took that memory did not answer at once, by `outcome`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const duration: Metric.Histogram<number> = histogram(
  "duration",
  "Time of reads that memory did not answer at once, by outcome, in seconds"
)

/**
 * How long computations took, with the serialization of what they gave.
 *
 * @category metrics
 * @since 0.1.0
 */
export const computeDuration: Metric.Histogram<number> = histogram(
  "compute.duration",
  "Time of computations and of the serialization of their values, in seconds"
)

/**
 * Entries in memory.
 *
 * @category metrics
 * @since 0.1.0
 */
export const entries: Metric.Gauge<number> = gauge("entries", "{entry}", "Entries in memory")

/**
 * Bytes of the entries in memory, with their bookkeeping.
 *
 * @category metrics
 * @since 0.1.0
 */
export const size: Metric.Gauge<number> = gauge("size", "By", "Bytes of the entries in memory")

/**
 * Bytes that may be kept in memory now: less than `maxBytes` while memory is short.
 *
 * @category metrics
 * @since 0.1.0
 */
export const limit: Metric.Gauge<number> = gauge("limit", "By", "Bytes that may be kept in memory now")

/**
 * Entries that have left memory, by `cause`: `size`, `pressure`, `expired`, `invalidated` or `replaced`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const evictions: Metric.Counter<number> = counter("evictions", "{entry}", "Entries that left memory, by cause")

/**
 * Texts that were to be stored, by `result`: `stored`, `fenced` (outdated meanwhile), `superseded`, `failed`, or
 * `full`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const stores: Metric.Counter<number> = counter("stores", "{text}", "Texts that were to be stored, by result")

/**
 * Round trips to the store, by `op` and `result`: `ok`, `failed` or `timeout`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const storeRequests: Metric.Counter<number> = counter(
  "store.requests",
  "{request}",
  "Round trips to the store, by operation and result"
)

/**
 * How long round trips to the store took, by `op`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const storeDuration: Metric.Histogram<number> = histogram(
  "store.duration",
  "Time of round trips to the store, by operation, in seconds"
)

/**
 * How long computations of other processes were waited for.
 *
 * @category metrics
 * @since 0.1.0
 */
export const leaseWaitDuration: Metric.Histogram<number> = histogram(
  "lease.wait.duration",
  "Time for which computations of other processes were waited for, in seconds"
)

/**
 * Leases that were lost while a computation ran.
 *
 * @category metrics
 * @since 0.1.0
 */
export const leaseLost: Metric.Counter<number> = counter("lease.lost", "{lease}", "Leases lost while computing")

/**
 * Names that were invalidated, by `target`: `key`, `tag` or `all`; and by `origin`: `local` or `remote`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const invalidations: Metric.Counter<number> = counter(
  "invalidations",
  "{name}",
  "Names that were invalidated, by target and origin"
)

/**
 * Names whose invalidation the store has not heard of.
 *
 * @category metrics
 * @since 0.1.0
 */
export const invalidationsQueued: Metric.Gauge<number> = gauge(
  "invalidations.queued",
  "{name}",
  "Names whose invalidation the store has not heard of"
)

/**
 * Times that messages of the store may have been lost.
 *
 * @category metrics
 * @since 0.1.0
 */
export const busGaps: Metric.Counter<number> = counter("bus.gaps", "{gap}", "Times that messages may have been lost")

/**
 * Entries in memory that the store was asked about, by `result`: `current`, `stale`, `gone` or `failed`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const validations: Metric.Counter<number> = counter(
  "validations",
  "{validation}",
  "Entries in memory that the store was asked about, by result"
)

/**
 * Whether the store is in the `state` of the attribute, `attached` or `detached`: 1 or 0.
 *
 * @category metrics
 * @since 0.1.0
 */
export const breakerState: Metric.Gauge<number> = gauge(
  "breaker.state",
  "1",
  "1 for the state that the store is in, 0 for the other"
)

/**
 * Events that a hook was too slow for.
 *
 * @category metrics
 * @since 0.1.0
 */
export const hooksDropped: Metric.Counter<number> = counter(
  "hooks.dropped",
  "{event}",
  "Events that a hook was too slow for"
)

/**
 * How much of the memory is used, by `source`, `heap` or `rss`: from 0 to 1.
 *
 * @category metrics
 * @since 0.1.0
 */
export const memoryPressure: Metric.Gauge<number> = gauge(
  "memory.pressure",
  "1",
  "The share of the memory that is used, by source"
)
