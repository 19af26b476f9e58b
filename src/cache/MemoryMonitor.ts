/**
 * Watches how much of its memory the process uses. A cache that finds one in its context keeps less while memory is
 * short.
 *
 * The pressure is the larger of two shares: of the heap, as it was after the last full collection, in the limit of the
 * old generation; and of the resident set, in the limit of the container or the machine. From 0.75 up it is `elevated`,
 * from 0.9 up `critical`, and `normal` again below 0.65.
 *
 * **Example** (A cache that gives way)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { SerializationLive } from "effect-serialization"
 * import { MemoryMonitor, SerializedCache } from "effect-serialization/cache"
 *
 * const live = SerializedCache.layer({ maxBytes: "512 MiB" }).pipe(
 *   Layer.provideMerge(MemoryMonitor.layer()),
 *   Layer.provide(SerializationLive)
 * )
 *
 * const program = MemoryMonitor.use((monitor) => monitor.stats)
 * const { pressure } = await Effect.runPromise(program.pipe(Effect.provide(live)))
 * pressure > 0 && pressure < 1 // => true
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { duration, milliseconds, wrong } from "./internal/check.ts"
import { invalidOptions } from "./internal/errors.ts"
import {
  criticalFrom,
  elevatedFrom,
  heapShare,
  type MemoryProbe,
  type MemoryReading,
  normalBelow,
  pressureOf,
  ProcessProbe,
  rssShare
} from "./internal/memoryReading.ts"
import { Series } from "./internal/series.ts"
import { unrefSleep } from "./internal/unrefSleep.ts"
import * as Metrics from "./Metrics.ts"

export type { MemoryProbe, MemoryReading } from "./internal/memoryReading.ts"

/**
 * How short memory is.
 *
 * @category models
 * @since 0.1.0
 */
export type MemoryLevel = "normal" | "elevated" | "critical"

/**
 * What the monitor has seen last.
 *
 * @category models
 * @since 0.1.0
 */
export interface MemoryStats extends MemoryReading {
  /** The larger share of heap and resident set in their limits. */
  readonly pressure: number
  readonly level: MemoryLevel
}

/**
 * Options of the memory monitor.
 *
 * @category models
 * @since 0.1.0
 */
export interface MemoryMonitorOptions {
  /** How often memory is looked at. More than zero. Default 1 second; a look takes some 25 microseconds. */
  readonly interval?: Duration.Input | undefined
  /** What looks at it. Default: one that looks at this process. */
  readonly probe?: MemoryProbe | undefined
}

/**
 * Watches the memory of the process.
 *
 * @category services
 * @since 0.1.0
 */
export class MemoryMonitor extends Context.Service<
  MemoryMonitor,
  {
    /** Looks at the memory now. */
    readonly stats: Effect.Effect<MemoryStats>
    /** The level at the last look, and then each that is another. */
    readonly changes: Stream.Stream<MemoryLevel>
    /** Milliseconds from one look to the next. */
    readonly interval: number
  }
>()("effect-serialization/MemoryMonitor") {
  /**
   * Layer that watches the memory until its scope ends. It keeps no process alive.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layer = (options?: MemoryMonitorOptions): Layer.Layer<MemoryMonitor> =>
    Layer.effect(MemoryMonitor, make(options))
}

const levelOf = (pressure: number, before: MemoryLevel): MemoryLevel => {
  if (pressure >= criticalFrom) return "critical"
  if (pressure >= elevatedFrom) return "elevated"
  // Between the two it stays elevated where it was more: else it would go to and fro.
  return pressure < normalBelow || before === "normal" ? "normal" : "elevated"
}

const make = Effect.fnUntraced(function* (options: MemoryMonitorOptions | undefined) {
  const interval = milliseconds(options?.interval ?? 1_000)
  if (interval === undefined || interval === 0 || interval === Infinity) {
    const message = wrong("interval", `${duration}, more than zero and finite`, options?.interval)
    return yield* Effect.die(invalidOptions(message))
  }
  let { probe } = options ?? {}
  if (probe === undefined) {
    const ownProbe = new ProcessProbe()
    probe = ownProbe
    yield* Effect.addFinalizer(() => Effect.sync(() => ownProbe.close()))
  }
  const read = probe.read.bind(probe)
  const level = yield* SubscriptionRef.make<MemoryLevel>(levelOf(pressureOf(read()), "normal"))
  const look = Effect.gen(function* () {
    const reading = read()
    const pressure = pressureOf(reading)
    const before = SubscriptionRef.getUnsafe(level)
    const now = levelOf(pressure, before)
    if (now !== before) yield* SubscriptionRef.set(level, now)
    return { ...reading, pressure, level: now }
  })
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(unrefSleep(interval), look)))
  const series = new Series(yield* Effect.context<never>(), {})
  series.gauge(Metrics.memoryPressure, { source: "heap" }, () => heapShare(read()))
  series.gauge(Metrics.memoryPressure, { source: "rss" }, () => rssShare(read()))
  yield* Effect.addFinalizer(() => Effect.sync(() => series.close()))
  return MemoryMonitor.of({ stats: look, changes: SubscriptionRef.changes(level), interval })
})
