/**
 * What a layer of locks has done: plain numbers, as series of Effect metrics that are read when somebody asks.
 */
import type * as Context from "effect/Context"
import * as Metrics from "../../LockMetrics.ts"
import { Durations } from "../counters.ts"
import { Series } from "../series.ts"

const results = ["acquired", "busy", "timeout", "unavailable"] as const

export class LockCounters {
  readonly acquisitions: Record<(typeof results)[number], number> = { acquired: 0, busy: 0, timeout: 0, unavailable: 0 }
  readonly waits = new Durations()
  lost = 0
}

/** Registers what a layer of that name does, every series from the start, at zero. */
export const registerLocks = (counters: LockCounters, name: string, context: Context.Context<never>): Series => {
  const series = new Series(context, { name })
  for (const result of results) {
    series.counter(Metrics.acquisitions, { result }, () => counters.acquisitions[result])
  }
  series.durations(Metrics.waitDuration, {}, counters.waits)
  series.counter(Metrics.lost, {}, () => counters.lost)
  return series
}
