/**
 * Watches the event loop of the thread: how late it is, and how busy.
 *
 * While the layer is up, `SerializationMetrics.maxEventLoopLag` has a value, and exporters get OpenTelemetry's metrics
 * for Node.js: `nodejs.eventloop.delay.min`, `.max`, `.mean`, `.stddev`, `.p50`, `.p90`, `.p99`, in seconds, and
 * `nodejs.eventloop.utilization`. Reading resets nothing, so any number of exporters may read.
 *
 * **Example** (How late has the loop been?)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { EventLoopMonitor } from "effect-serialization/EventLoopMonitor"
 *
 * const program = Effect.gen(function* () {
 *   const monitor = yield* EventLoopMonitor
 *   const { maxLag, utilization } = yield* monitor.stats
 *   return [maxLag >= 0, utilization <= 1]
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.provide(EventLoopMonitor.layer()))) // => [true, true]
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import { invalidOptions } from "./internal/errors/serializationErrors.ts"
import { type Delays, EventLoopWatch, isExactIn } from "./internal/monitor/eventLoopDelay.ts"
import { addMonitor } from "./internal/telemetry/maxLoopLag.ts"
import { type EventLoopMonitorOptions, monitorSettings } from "./internal/monitor/monitorOptions.ts"
import { Registrations } from "./internal/telemetry/metricSeries.ts"

export type { EventLoopMonitorOptions } from "./internal/monitor/monitorOptions.ts"

/**
 * How late the event loop was, and how busy. Times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface EventLoopStats {
  /** The longest delay since the monitor began. */
  readonly maxLag: number
  /** The longest delay in the last window, or up to half a window before it. */
  readonly maxLagInWindow: number
  readonly min: number
  readonly mean: number
  readonly stddev: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  /** The share of the time for which the loop was busy, from 0 to 1. */
  readonly utilization: number
  /** Whether Node measures each iteration. If not, a hold may read shorter by up to `resolution`, and never longer. */
  readonly isExact: boolean
}

/**
 * Watches the event loop of the thread.
 *
 * @category services
 * @since 0.1.0
 */
export class EventLoopMonitor extends Context.Service<
  EventLoopMonitor,
  {
    /** What the monitor has seen. Reading resets nothing. */
    readonly stats: Effect.Effect<EventLoopStats>
  }
>()("effect-serialization/EventLoopMonitor") {
  /**
   * Layer that watches the event loop until its scope ends. It keeps no process alive.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layer = (options?: EventLoopMonitorOptions): Layer.Layer<EventLoopMonitor> =>
    Layer.effect(EventLoopMonitor, make(options))
}

/**
 * Layer that watches the event loop until its scope ends; the same as `EventLoopMonitor.layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: (options?: EventLoopMonitorOptions) => Layer.Layer<EventLoopMonitor> = EventLoopMonitor.layer

const gauge = (id: string, unit: string, description: string) =>
  Metric.gauge(`nodejs.eventloop.${id}`, { description, attributes: { unit } })

const delayGauges: ReadonlyArray<readonly [keyof Delays, Metric.Gauge<number>]> = [
  ["min", gauge("delay.min", "s", "Event loop minimum delay, in seconds")],
  ["max", gauge("delay.max", "s", "Event loop maximum delay, in seconds")],
  ["mean", gauge("delay.mean", "s", "Event loop mean delay, in seconds")],
  ["stddev", gauge("delay.stddev", "s", "Event loop standard deviation of the delay, in seconds")],
  ["p50", gauge("delay.p50", "s", "Event loop 50 percentile delay, in seconds")],
  ["p90", gauge("delay.p90", "s", "Event loop 90 percentile delay, in seconds")],
  ["p99", gauge("delay.p99", "s", "Event loop 99 percentile delay, in seconds")]
]
const utilizationGauge = gauge("utilization", "1", "Event loop utilization")

const make = Effect.fnUntraced(function* (options: EventLoopMonitorOptions | undefined) {
  const settings = monitorSettings(options)
  if (typeof settings === "string") return yield* Effect.die(invalidOptions(settings))
  const watch = new EventLoopWatch(settings.window, settings.resolution, isExactIn(process.version))
  const series = new Registrations(yield* Effect.context<never>(), {})
  for (const [key, metric] of delayGauges) series.gauge(metric, {}, () => watch.delays()[key] / 1e3)
  series.gauge(utilizationGauge, {}, () => watch.utilization())
  const remove = addMonitor(() => watch.maxSinceStart)
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      remove()
      series.close()
      watch.close()
    })
  )
  return EventLoopMonitor.of({
    stats: Effect.sync(() => {
      const { max, ...delays } = watch.delays()
      const maxLag = watch.maxSinceStart
      return { ...delays, maxLag, maxLagInWindow: max, utilization: watch.utilization(), isExact: watch.isExact }
    })
  })
})
