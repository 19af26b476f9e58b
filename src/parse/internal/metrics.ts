/**
 * What calls have done, as series of Effect metrics: counters of one registry, read when somebody asks.
 */
import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import type { ParseErrorReason } from "../ParseError.ts"

const prefix = "effect_serialization.parse"

const counter = (id: string, unit: string, description: string): Metric.Counter<number> =>
  Metric.counter(`${prefix}.${id}`, { description, incremental: true, attributes: { unit } })

/** Upper bounds of the buckets of times, in seconds. */
const bounds: ReadonlyArray<number> = [
  5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
]

const calls = counter("calls", "{call}", "Calls that have ended")
const direct = counter("direct", "{call}", "Calls whose input was small enough to be parsed at once")
const bytes = counter("bytes", "By", "Input that was read: bytes, or code units of strings")
const failures = counter("failures", "{call}", "Calls that failed, by reason")
const time = Metric.histogram(`${prefix}.time`, {
  description: "Time from a call's beginning to its end, in seconds",
  boundaries: bounds,
  attributes: { unit: "s" }
})

const reasons: ReadonlyArray<ParseErrorReason["_tag"]> = [
  "InvalidJson",
  "InvalidUtf8",
  "InputTooLarge",
  "NestingTooDeep",
  "ForbiddenKey",
  "NotFound",
  "NotAnArray",
  "ReviverFailed",
  "StringTooLong",
  "InvalidOptions"
]

type Registry = typeof Metric.MetricRegistry.Service

export class Counters {
  calls = 0
  direct = 0
  bytes = 0
  readonly failures = new Map<string, number>()
  private total = 0
  private shortest = Infinity
  private longest = 0
  private readonly buckets = new Float64Array(bounds.length + 1)

  /** Adds a call that has ended. */
  add(units: number, milliseconds: number, isDirect: boolean, reason: string | undefined): void {
    this.calls++
    this.bytes += units
    if (isDirect) this.direct++
    if (reason !== undefined) this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1)
    const seconds = milliseconds / 1000
    this.total += seconds
    if (seconds < this.shortest) this.shortest = seconds
    if (seconds > this.longest) this.longest = seconds
    // From the small end: small inputs are by far the most common.
    let i = 0
    while (i < bounds.length && seconds > bounds[i]!) i++
    this.buckets[i]!++
  }

  register(registry: Registry): void {
    const context = Context.make(Metric.MetricRegistry, registry)
    const nothing = () => {}
    const add = <Input, State>(metric: Metric.Metric<Input, State>, get: () => State): void =>
      void Metric.registerUnsafe(metric, context, { get, update: nothing, modify: nothing })
    const count = (metric: Metric.Counter<number>, read: () => number): void =>
      add(metric, () => ({ count: read(), incremental: true }))
    count(calls, () => this.calls)
    count(direct, () => this.direct)
    count(bytes, () => this.bytes)
    // Every reason from the start, at zero: a rate over a series that has just appeared misses its first event.
    for (const reason of reasons) {
      count(Metric.withAttributes(failures, { reason }), () => this.failures.get(reason) ?? 0)
    }
    add(time, () => ({
      buckets: this.cumulative(),
      count: this.calls,
      min: this.calls === 0 ? 0 : this.shortest,
      max: this.longest,
      sum: this.total
    }))
  }

  private cumulative(): Array<[number, number]> {
    let sum = 0
    return bounds.map((bound, i) => [bound, (sum += this.buckets[i]!)])
  }
}

const known = new WeakMap<Registry, Counters>()

/** The counters of a registry, which are registered at the first call that sees it. */
export const countersOf = (registry: Registry): Counters => {
  let counters = known.get(registry)
  if (counters === undefined) {
    counters = new Counters()
    known.set(registry, counters)
    counters.register(registry)
  }
  return counters
}
