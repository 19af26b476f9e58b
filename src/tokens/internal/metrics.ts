/**
 * The numbers of a layer as series of Effect metrics, read when a snapshot is taken.
 */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import * as Metrics from "../Metrics.ts"
import { TokensErrorReason } from "../TokensError.ts"
import type { TokensStats } from "./stats.ts"

/** Registers what a layer of that name does. Returns what removes it. */
export const registerTokens = (
  stats: TokensStats,
  threads: () => number,
  name: string,
  context: Context.Context<never>
): (() => void) => {
  const removals: Array<() => void> = []
  const nothing = () => {}
  const add = <Input, State>(
    metric: Metric.Metric<Input, State>,
    get: () => State,
    attributes?: Record<string, string>
  ): void => {
    const series = Metric.withAttributes(metric, { name, ...attributes })
    removals.push(Metric.registerUnsafe(series, context, { get, update: nothing, modify: nothing }).remove)
  }
  const count = (metric: Metric.Counter<number>, read: () => number, attributes?: Record<string, string>): void =>
    add(metric, () => ({ count: read(), incremental: true }), attributes)

  count(Metrics.calls, () => stats.calls)
  count(Metrics.counted, () => stats.tokens)
  count(Metrics.fallbacks, () => stats.fallbacks)
  // Every reason from the start, at zero: a rate over a series that has just appeared misses its first event.
  for (const { fields } of TokensErrorReason.members) {
    const reason = fields._tag.schema.literal
    count(Metrics.failures, () => stats.failuresByReason.get(reason) ?? 0, { reason })
  }
  add(Metrics.threads, () => ({ value: threads() }))
  add(Metrics.time, () => ({
    buckets: stats.cumulative(),
    count: stats.calls,
    min: stats.calls === 0 ? 0 : stats.shortest,
    max: stats.longest,
    sum: stats.sum
  }))
  return () => {
    for (const remove of removals) remove()
  }
}
