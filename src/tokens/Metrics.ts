/**
 * The metrics of `Tokens`, as handles of Effect's `Metric`.
 *
 * Each layer registers its series when it is built and removes them when its scope ends. The values are read when
 * somebody asks. The attribute `name` is the layer's. Times are in seconds.
 *
 * **Example** (What has been counted, as Prometheus text)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { PrometheusMetrics } from "effect/observability"
 * import { Tokens } from "effect-serialization/tokens"
 *
 * const program = Effect.gen(function* () {
 *   yield* Tokens.use((tokens) => tokens.count("Hello, world!"))
 *   return yield* PrometheusMetrics.format()
 * })
 *
 * const text = await Effect.runPromise(program.pipe(Effect.provide(Tokens.layerEstimate())))
 * text.includes('effect_serialization_tokens_calls{name="default"} 1') // => true
 * ```
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"
import { bounds } from "./internal/stats.ts"

const prefix = "effect_serialization.tokens"

const counter = (id: string, unit: string, description: string): Metric.Counter<number> =>
  Metric.counter(`${prefix}.${id}`, { description, incremental: true, attributes: { unit } })

/**
 * Calls that have ended.
 *
 * @category metrics
 * @since 0.1.0
 */
export const calls: Metric.Counter<number> = counter("calls", "{call}", "Calls that have ended")

/**
 * Tokens counted.
 *
 * @category metrics
 * @since 0.1.0
 */
export const counted: Metric.Counter<number> = counter("counted", "{token}", "Tokens counted")

/**
 * Texts that were estimated, at least in part, because threads failed.
 *
 * @category metrics
 * @since 0.1.0
 */
export const fallbacks: Metric.Counter<number> = counter(
  "fallbacks",
  "{text}",
  "Texts that were estimated because threads failed"
)

/**
 * Calls that have failed, by `reason`.
 *
 * @category metrics
 * @since 0.1.0
 */
export const failures: Metric.Counter<number> = counter("failures", "{call}", "Calls that have failed, by reason")

/**
 * Tokens threads that run.
 *
 * @category metrics
 * @since 0.1.0
 */
export const threads: Metric.Gauge<number> = Metric.gauge(`${prefix}.threads`, {
  description: "Tokens threads that run",
  attributes: { unit: "{thread}" }
})

/**
 * How long calls took from beginning to end.
 *
 * @category metrics
 * @since 0.1.0
 */
export const time: Metric.Histogram<number> = Metric.histogram(`${prefix}.time`, {
  description: "Time from a call's beginning to its end, in seconds",
  boundaries: bounds,
  attributes: { unit: "s" }
})
