/**
 * The metrics of locks, as handles of Effect's `Metric`.
 *
 * Each layer of locks registers its series when it is built, all from zero, and removes them when its scope ends. Times
 * are in seconds. The attribute `name` is the layer's.
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"
import { bounds } from "./internal/counters.ts"

const prefix = "effect_serialization.lock"

/**
 * Attempts to get a lock, by `result`: `acquired`, `busy` (tried once, and somebody else had it), `timeout` (waited for
 * it in vain) or `unavailable`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const acquisitions: Metric.Counter<number> = Metric.counter(`${prefix}.acquisitions`, {
  description: "Attempts to get a lock, by result",
  incremental: true,
  attributes: { unit: "{attempt}" }
})

/**
 * How long locks were waited for that were acquired.
 *
 * @category metrics
 * @since 0.1.0
 */
export const waitDuration: Metric.Histogram<number> = Metric.histogram(`${prefix}.wait.duration`, {
  description: "Time for which locks were waited for that were acquired, in seconds",
  boundaries: bounds,
  attributes: { unit: "s" }
})

/**
 * Locks that were lost while the work under them ran.
 *
 * @category metrics
 * @since 0.1.0
 */
export const lost: Metric.Counter<number> = Metric.counter(`${prefix}.lost`, {
  description: "Locks lost while the work under them ran",
  incremental: true,
  attributes: { unit: "{lock}" }
})
