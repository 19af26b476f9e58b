/**
 * A layer's counters as series of Effect metrics, read when a snapshot is taken.
 */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import * as Metrics from "../../Metrics.ts"
import { SerializationErrorReason } from "../../SerializationError.ts"
import { crowding } from "../routing/cpuContention.ts"
import type { EngineStats, ShadowOutcome, ShadowStats } from "./engineStats.ts"
import type { Tally } from "./callStats.ts"
import type { Counters } from "./counters.ts"
import { WorkerPoolErrorReason } from "../pool/workerPoolError.ts"

type Attributes = Record<string, string>

/** Registers series in one registry, all with the same attributes besides their own, and removes them all at once. */
export class Registrations {
  private readonly context: Context.Context<never>
  private readonly attributes: Attributes
  private readonly removals: Array<() => void> = []
  private isClosed = false

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

  latency(metric: Metric.Histogram<number>, attributes: Attributes, tally: Tally): void {
    this.add(metric, attributes, () => ({
      buckets: tally.cumulative(),
      count: tally.calls,
      min: tally.calls === 0 ? 0 : tally.shortest / 1e3,
      max: tally.longest / 1e3,
      sum: tally.latency / 1e3
    }))
  }

  close(): void {
    this.isClosed = true
    for (const remove of this.removals) remove()
  }

  private add<Input, State>(metric: Metric.Metric<Input, State>, attributes: Attributes, get: () => State): void {
    if (this.isClosed) return
    const series = Metric.withAttributes(metric, { ...this.attributes, ...attributes })
    const nothing = () => {}
    this.removals.push(Metric.registerUnsafe(series, this.context, { get, update: nothing, modify: nothing }).remove)
  }
}

/** Registers what a layer of that name does. */
export const registerEngine = (
  engine: EngineStats,
  shadow: ShadowStats | undefined,
  name: string,
  context: Context.Context<never>
): Registrations => {
  const series = new Registrations(context, { name })
  const { breaker, counters, port, rollout } = engine
  const { tallies } = counters

  const arms: ReadonlyArray<readonly [Tally, Attributes]> = [
    [tallies.sync, { path: "sync", arm: "none" }],
    [tallies.control, { path: "sync", arm: "control" }],
    [tallies.worker, { path: "worker", arm: "offloop" }],
    [tallies.sliced, { path: "sliced", arm: "offloop" }],
    [tallies.fallback, { path: "fallback", arm: "offloop" }]
  ]
  for (const [tally, attributes] of arms) {
    series.counter(Metrics.calls, attributes, () => tally.calls)
    series.latency(Metrics.duration, attributes, tally)
    series.counter(Metrics.holdTime, attributes, () => tally.held / 1e3)
    series.gauge(Metrics.holdMax, attributes, () => tally.longestHeld / 1e3)
  }
  // Every reason from the start, at zero: a rate over a series that has just appeared misses its first event.
  for (const reason of tagsOf(SerializationErrorReason)) {
    // Such a call does not begin.
    if (reason === "InvalidOptions") continue
    series.counter(Metrics.failures, { reason }, () => counters.failuresByReason.get(reason) ?? 0)
  }
  for (const reason of tagsOf(WorkerPoolErrorReason)) {
    series.counter(Metrics.workerErrors, { reason }, () => counters.workerErrorsByReason.get(reason) ?? 0)
  }
  series.counter(Metrics.truncations, {}, () => counters.truncated)
  series.counter(Metrics.shapeCut, {}, () => counters.shapes.cut)
  series.counter(Metrics.shapeTries, {}, () => counters.shapes.tries)
  series.counter(Metrics.interruptions, {}, () => counters.interrupted)
  series.counter(Metrics.outputSize, {}, () => counters.bytes)
  for (const route of ["worker", "sliced"] as const) {
    series.counter(Metrics.frames, { route }, () => counters.frames[route])
  }
  series.gauge(Metrics.rolloutShare, {}, () => rollout.current)
  series.gauge(Metrics.routeCrowding, {}, () => crowding.price)
  for (const state of ["closed", "open", "half-open"] as const) {
    series.gauge(Metrics.breakerState, { state }, () => (breaker.state === state ? 1 : 0))
  }
  if (port !== undefined) {
    series.gauge(Metrics.poolThreads, {}, () => port.stats()?.threads ?? 0)
    series.gauge(Metrics.poolQueue, {}, () => port.stats()?.queued ?? 0)
    series.gauge(Metrics.poolInFlight, {}, () => port.stats()?.inFlight ?? 0)
    series.gauge(Metrics.poolUtilization, {}, () => port.stats()?.utilization ?? 0)
  }
  registerLabels(counters, shadow, series)
  return series
}

const registerLabels = (counters: Counters, shadow: ShadowStats | undefined, series: Registrations): void => {
  counters.labels.onNew = (label, tally) => {
    series.counter(Metrics.labelCalls, { label }, () => tally.calls)
    series.counter(Metrics.labelHoldTime, { label }, () => tally.held / 1e3)
    series.gauge(Metrics.labelHoldMax, { label }, () => tally.longestHeld / 1e3)
  }
  if (shadow === undefined) return
  for (const outcome of Object.keys(shadow.outcomes) as Array<ShadowOutcome>) {
    series.counter(Metrics.shadowCalls, { outcome }, () => shadow.outcomes[outcome])
  }
  shadow.labels.onNew = (label, tally) => {
    series.gauge(Metrics.shadowHoldMax, { label, by: "native" }, () => tally.nativeHold / 1e3)
    series.gauge(Metrics.shadowHoldMax, { label, by: "library" }, () => tally.libraryHold / 1e3)
  }
}

const tagsOf = (reasons: {
  readonly members: ReadonlyArray<{
    readonly fields: { readonly _tag: { readonly schema: { readonly literal: string } } }
  }>
}): ReadonlyArray<string> => reasons.members.map((member) => member.fields._tag.schema.literal)
