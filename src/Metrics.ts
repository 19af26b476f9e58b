/**
 * The metrics of the library, as handles of Effect's `Metric`.
 *
 * Each layer registers its series when it is built, and removes them when its scope ends. You switch nothing on. Every
 * exporter of Effect's metrics carries them: `PrometheusMetrics` and `Otlp` of `effect/observability`, for example. The
 * values are plain counters of the library, read when somebody asks, so a call pays next to nothing for them.
 *
 * Names follow the conventions of OpenTelemetry. In Prometheus text, dots become underscores. Times are in seconds. The
 * attribute `name` is the name of the layer. A *hold* is one uninterrupted time for which the event loop is blocked.
 *
 * **Example** (What has been done so far, as Prometheus text)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { PrometheusMetrics } from "effect/observability"
 * import { Serialization, SerializationLive } from "effect-serialization"
 *
 * const program = Effect.gen(function* () {
 *   yield* Serialization.use((serialization) => serialization.serialize({ id: 1 }))
 *   return yield* PrometheusMetrics.format()
 * })
 *
 * const text = await Effect.runPromise(program.pipe(Effect.provide(SerializationLive)))
 * text.includes('effect_serialization_calls{name="default",path="sync",arm="none"} 1') // => true
 * ```
 *
 * **Gotchas**
 *
 * Two layers of the same `name` in one registry write to the same series, and the one built last wins. Give each its
 * own name.
 *
 * @since 0.1.0
 */
import type * as Metric from "effect/Metric"
import { counter, gauge, times } from "./internal/telemetry/handles.ts"

/**
 * Calls that have ended, by `path` and by `arm` of the rollout. Those that their caller stopped are in {@link
 * interruptions}.
 *
 * @category metrics
 * @since 0.1.0
 */
export const calls: Metric.Counter<number> = counter("calls", "{call}", "Calls that have ended, by path and arm")

/**
 * How long calls took from beginning to end, by `path` and `arm`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const duration: Metric.Histogram<number> = times(
  "duration",
  "Time from a call's beginning to its end, by path and arm, in seconds"
)

/**
 * For how long calls blocked the event loop, by `path` and `arm`: all their holds together.
 *
 * @category metrics
 * @since 0.1.0
 */
export const holdTime: Metric.Counter<number> = counter(
  "hold.time",
  "s",
  "Time for which calls blocked the event loop, by path and arm, in seconds"
)

/**
 * The longest hold by one call, by `path` and `arm`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const holdMax: Metric.Gauge<number> = gauge(
  "hold.max",
  "s",
  "The longest hold of the event loop by one call, by path and arm, in seconds"
)

/**
 * Calls that failed, by `reason`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const failures: Metric.Counter<number> = counter("failures", "{call}", "Calls that failed, by reason")

/**
 * Calls with a frame that failed on a worker thread, by the `reason` of the first.
 *
 * @category metrics
 * @since 0.1.0
 */
export const workerErrors: Metric.Counter<number> = counter(
  "worker.errors",
  "{call}",
  "Calls with a frame that failed on a worker thread, by the first reason"
)

/**
 * Calls whose output was shortened to `maxSize` or `maxTokens`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const truncations: Metric.Counter<number> = counter(
  "truncations",
  "{call}",
  "Calls whose output was shortened to maxSize or maxTokens"
)

/**
 * Calls with a `Shape` that left something out.
 *
 * @category metrics
 * @since 0.1.0
 */
export const shapeCut: Metric.Counter<number> = counter(
  "shape.cut",
  "{call}",
  "Calls with a shape that left something out"
)

/**
 * Texts made and counted to find one within `maxTokens`, in calls with a `Shape` whose whole text is over it.
 *
 * @category metrics
 * @since 0.1.0
 */
export const shapeTries: Metric.Counter<number> = counter(
  "shape.tries",
  "{text}",
  "Texts made and counted to find one within maxTokens, in calls with a shape"
)

/**
 * Calls that their caller stopped.
 *
 * @category metrics
 * @since 0.1.0
 */
export const interruptions: Metric.Counter<number> = counter(
  "interruptions",
  "{call}",
  "Calls that their caller stopped"
)

/**
 * Length of all results: bytes, and UTF-16 code units of strings.
 *
 * @category metrics
 * @since 0.1.0
 */
export const outputSize: Metric.Counter<number> = counter(
  "output.size",
  "By",
  "Length of all results: bytes, and code units of strings"
)

/**
 * Frames by `route`, `worker` or `sliced`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const frames: Metric.Counter<number> = counter("frames", "{frame}", "Frames of values, by route")

/**
 * Threads of the pool that run or are starting.
 *
 * @category metrics
 * @since 0.1.0
 */
export const poolThreads: Metric.Gauge<number> = gauge(
  "pool.threads",
  "{thread}",
  "Threads of the pool that run or are starting"
)

/**
 * Frames and calls that wait for a thread with a free slot.
 *
 * @category metrics
 * @since 0.1.0
 */
export const poolQueue: Metric.Gauge<number> = gauge(
  "pool.queue.length",
  "{frame}",
  "Frames and calls that wait for a thread with a free slot"
)

/**
 * Frames that a thread has received and not answered.
 *
 * @category metrics
 * @since 0.1.0
 */
export const poolInFlight: Metric.Gauge<number> = gauge(
  "pool.in_flight",
  "{frame}",
  "Frames that a thread has received and not answered"
)

/**
 * The share of ready threads that have something to do, from 0 to 1.
 *
 * @category metrics
 * @since 0.1.0
 */
export const poolUtilization: Metric.Gauge<number> = gauge(
  "pool.utilization",
  "1",
  "The share of ready threads that have something to do"
)

/**
 * Whether the circuit breaker is in the `state` of the attribute, `closed`, `open` or `half-open`: 1 or 0.
 *
 * @category metrics
 * @since 0.1.0
 */
export const breakerState: Metric.Gauge<number> = gauge(
  "breaker.state",
  "1",
  "1 for the state that the circuit breaker of the pool is in, 0 for the others"
)

/**
 * The share of calls at or above the threshold that go off the event loop, from 0 to 1.
 *
 * @category metrics
 * @since 0.1.0
 */
export const rolloutShare: Metric.Gauge<number> = gauge(
  "rollout.share",
  "1",
  "The share of calls at or above the threshold that go off the event loop"
)

/**
 * What frames of a `kind` cost the calling thread on a `route`, as measured by adaptive routing.
 *
 * @category metrics
 * @since 0.1.0
 */
export const routeCost: Metric.Gauge<number> = gauge(
  "route.cost",
  "s/KiBy",
  "Seconds of the calling thread for 1,024 code units, by kind of frame and route"
)

/**
 * CPU contention: what a second of a worker thread costs the calling thread, as measured by adaptive routing. 0 where
 * there are cores enough for both, up to 1 where other programs want them too and the calling thread waits for one.
 *
 * @category metrics
 * @since 0.1.0
 */
export const routeCrowding: Metric.Gauge<number> = gauge(
  "route.crowding",
  "1",
  "CPU contention: what a second of a worker thread costs the calling thread, from 0 to 1"
)

/**
 * Calls by `label`, at or above the threshold or not.
 *
 * @category metrics
 * @since 0.1.0
 */
export const labelCalls: Metric.Counter<number> = counter("label.calls", "{call}", "Calls that have ended, by label")

/**
 * For how long the calls of a `label` blocked the event loop.
 *
 * @category metrics
 * @since 0.1.0
 */
export const labelHoldTime: Metric.Counter<number> = counter(
  "label.hold.time",
  "s",
  "Time for which the calls of a label blocked the event loop, in seconds"
)

/**
 * The longest hold by one call of a `label`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const labelHoldMax: Metric.Gauge<number> = gauge(
  "label.hold.max",
  "s",
  "The longest hold of the event loop by one call of a label, in seconds"
)

/**
 * Values that shadow mode has checked, by `outcome`: `same`, `different`, `skipped` (user code in the value, or too
 * many at once), `changed` (by the program, before the comparison was over) or `failed`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const shadowCalls: Metric.Counter<number> = counter(
  "shadow.calls",
  "{call}",
  "Values that shadow mode has checked, by outcome"
)

/**
 * The longest hold of the event loop in shadowed calls, by `label` and `by`: `native` is what `JSON.stringify` caused,
 * `library` what the library would have.
 *
 * @category metrics
 * @since 0.1.0
 */
export const shadowHoldMax: Metric.Gauge<number> = gauge(
  "shadow.hold.max",
  "s",
  "The longest hold in shadowed calls, by label and by who made the JSON, in seconds"
)
