/**
 * A cache's counters as series of Effect metrics, read when a snapshot is taken.
 */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import * as Metrics from "../Metrics.ts"
import type { Core } from "./core.ts"
import { causes, type Durations, operations, outcomes, storings, tiers, validations } from "./counters.ts"

type Attributes = Record<string, string>

/** Series in one registry, with some attributes in common, that end together. */
export class Series {
  private readonly context: Context.Context<never>
  private readonly attributes: Attributes
  private readonly removals: Array<() => void> = []

  constructor(context: Context.Context<never>, attributes: Attributes) {
    this.context = context
    this.attributes = attributes
  }

  counter(metric: Metric.Counter<number>, attributes: Attributes, read: () => number): void {
    this.add(metric, attributes, () => ({ count: read(), incremental: true }))
  }

  gauge(metric: Metric.Gauge<number>, attributes: Attributes, read: () => number): void {
    this.add(metric, attributes, () => ({ value: read() }))
  }

  durations(metric: Metric.Histogram<number>, attributes: Attributes, durations: Durations): void {
    this.add(metric, attributes, () => ({
      buckets: durations.cumulative(),
      count: durations.count,
      min: durations.count === 0 ? 0 : durations.shortest,
      max: durations.longest,
      sum: durations.sum
    }))
  }

  close(): void {
    for (const remove of this.removals) remove()
  }

  private add<Input, State>(metric: Metric.Metric<Input, State>, attributes: Attributes, get: () => State): void {
    const series = Metric.withAttributes(metric, { ...this.attributes, ...attributes })
    const nothing = () => {}
    this.removals.push(Metric.registerUnsafe(series, this.context, { get, update: nothing, modify: nothing }).remove)
  }
}

/**
 * Registers what a cache does. Every series from the start, at zero: a rate over one that has just appeared misses its
 * first event.
 */
export const registerCache = (core: Core, context: Context.Context<never>): Series => {
  const series = new Series(context, { name: core.settings.name })
  const { client, counters, memory } = core
  for (const outcome of outcomes) {
    for (const tier of tiers)
      series.counter(Metrics.requests, { outcome, tier }, () => counters.requests[outcome][tier])
    series.durations(Metrics.duration, { outcome }, counters.durations[outcome])
  }
  series.durations(Metrics.computeDuration, {}, counters.computeDuration)
  series.gauge(Metrics.entries, {}, () => memory.count)
  series.gauge(Metrics.size, {}, () => memory.size)
  series.gauge(Metrics.limit, {}, () => memory.limit)
  for (const cause of causes) series.counter(Metrics.evictions, { cause }, () => counters.evictions[cause])
  for (const result of storings) series.counter(Metrics.stores, { result }, () => counters.stores[result])
  for (const target of ["key", "tag", "all"] as const) {
    for (const origin of ["local", "remote"] as const) {
      series.counter(Metrics.invalidations, { target, origin }, () => counters.invalidations[target][origin])
    }
  }
  series.counter(Metrics.hooksDropped, {}, () => counters.hooksDropped)
  if (client === undefined) return series
  for (const op of operations) {
    for (const result of ["ok", "failed", "timeout"] as const) {
      series.counter(Metrics.storeRequests, { op, result }, () => counters.storeRequests[op][result])
    }
    series.durations(Metrics.storeDuration, { op }, counters.storeDurations[op])
  }
  series.durations(Metrics.leaseWaitDuration, {}, counters.leaseWait)
  series.counter(Metrics.leaseLost, {}, () => counters.leasesLost)
  series.gauge(Metrics.invalidationsQueued, {}, () => client.pending.size)
  series.counter(Metrics.busGaps, {}, () => counters.gaps)
  for (const result of validations) series.counter(Metrics.validations, { result }, () => counters.validations[result])
  for (const state of ["attached", "detached"] as const) {
    series.gauge(Metrics.breakerState, { state }, () => (client.isDetached === (state === "detached") ? 1 : 0))
  }
  return series
}
