/**
 * The counters of a layer as one snapshot.
 */
import type { RoutesOfKind } from "../routing/routeCosts.ts"
import { crowding } from "../routing/cpuContention.ts"
import type { EngineStats, ShadowStats } from "./engineStats.ts"
import type { ArmMetrics, RouteCosts, SerializationMetrics } from "./metricTypes.ts"
import { maxEventLoopLag } from "./maxLoopLag.ts"
import type { Tally } from "./callStats.ts"
import { longestHold } from "../turns/turnQueue.ts"

export const snapshot = (
  { breaker, costs, counters, rollout }: EngineStats,
  shadow: ShadowStats | undefined
): SerializationMetrics => {
  const { frames, latencies, tallies } = counters
  const { control, fallback, sliced, sync, worker } = tallies
  const calls = control.calls + fallback.calls + sliced.calls + sync.calls + worker.calls
  const latency = control.latency + fallback.latency + sliced.latency + sync.latency + worker.latency
  const offLoop = worker.calls + fallback.calls
  const percentile = (share: number) => (latencies === undefined ? 0 : latencies.percentile(share) / 1e6)
  return {
    syncPath: sync.calls + control.calls,
    workerPath: worker.calls,
    slicedPath: sliced.calls,
    fallbackPath: fallback.calls,
    workerErrors: counters.workerErrors,
    workerFailureRate: offLoop === 0 ? 0 : counters.workerErrors / offLoop,
    truncated: counters.truncated,
    shapeCut: counters.shapes.cut,
    shapeTries: counters.shapes.tries,
    failures: counters.failures,
    failuresByReason: Object.fromEntries(counters.failuresByReason),
    workerErrorsByReason: Object.fromEntries(counters.workerErrorsByReason),
    interrupted: counters.interrupted,
    bytes: counters.bytes,
    workerFrames: frames.worker,
    slicedFrames: frames.sliced,
    avgLatency: calls === 0 ? 0 : latency / calls,
    p50: percentile(50),
    p95: percentile(95),
    p99: percentile(99),
    longestHold: longestHold(),
    maxEventLoopLag: maxEventLoopLag(),
    rollout: rollout.current,
    arms: { control: armOf(control), offloop: armOf(worker, sliced, fallback) },
    labels: Object.fromEntries(
      [...counters.labels.byLabel].map(([label, { calls, held, longestHeld }]) => [
        label,
        { calls, holdTime: held, longestHold: longestHeld }
      ])
    ),
    shadow: shadow && {
      outcomes: { ...shadow.outcomes },
      labels: Object.fromEntries([...shadow.labels.byLabel].map(([label, tally]) => [label, { ...tally }]))
    },
    breaker: breaker.state,
    costs: Object.fromEntries([...costs].map(([kind, cost]) => [kind, routeCosts(cost)])),
    crowding: crowding.price
  }
}

const armOf = (...tallies: ReadonlyArray<Tally>): ArmMetrics => {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0)
  const calls = sum((tally) => tally.calls)
  return {
    calls,
    avgLatency: calls === 0 ? 0 : sum((tally) => tally.latency) / calls,
    holdTime: sum((tally) => tally.held),
    longestHold: Math.max(...tallies.map((tally) => tally.longestHeld))
  }
}

const routeCosts = ({ sliced, worker }: RoutesOfKind): RouteCosts => ({
  worker: worker.total,
  sliced: sliced.total,
  workerFrames: worker.frames,
  slicedFrames: sliced.frames
})
