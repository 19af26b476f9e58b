/**
 * The counters of a layer as one snapshot.
 */
import type { Engine } from "./engine.ts"
import { longestHold } from "./turn.ts"

/**
 * What a layer has done so far. Counts are of calls that have ended, times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface SerializationMetrics {
  /** Calls done by plain `JSON.stringify`. */
  readonly syncPath: number
  /** Calls with frames done by worker threads. */
  readonly workerPath: number
  /** Calls done in slices on the calling thread. */
  readonly slicedPath: number
  /** Calls in which the calling thread took over from the worker threads. */
  readonly fallbackPath: number
  /** Calls with at least one frame that failed on a worker thread. */
  readonly workerErrors: number
  /** `workerErrors / (workerPath + fallbackPath)`, and 0 where both are 0. */
  readonly workerFailureRate: number
  /** Calls whose text was shortened to `maxSize`. */
  readonly truncated: number
  /** Calls that failed. */
  readonly failures: number
  /** Failed calls by the tag of their reason. */
  readonly failuresByReason: Readonly<Record<string, number>>
  /** Calls with a frame that failed on a worker thread, by the tag of the first reason. */
  readonly workerErrorsByReason: Readonly<Record<string, number>>
  /** Length of all results: bytes, and UTF-16 code units of strings. */
  readonly bytes: number
  /** Frames done by worker threads. */
  readonly workerFrames: number
  /** Frames done on the calling thread. */
  readonly slicedFrames: number
  /** Mean time from a call's beginning to its end. */
  readonly avgLatency: number
  /** Half of the calls took no longer. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** The longest time for which this library has held the event loop of this thread, all layers together. */
  readonly longestHold: number
  /** The longest hold of the event loop by anybody, where an event-loop monitor runs. */
  readonly maxEventLoopLag: number | undefined
  /** Whether the worker pool is used, or left alone for a while because it keeps failing. */
  readonly breaker: "closed" | "open" | "half-open"
  /**
   * What adaptive routing has measured, by kind of frame (content, size, output): milliseconds of the calling thread for 1,024
   * code units of text on each route, and how many frames that is known from.
   */
  readonly costs: Readonly<Record<string, RouteCosts>>
}

/**
 * What frames of one kind have cost the calling thread, by route.
 *
 * @category models
 * @since 0.1.0
 */
export interface RouteCosts {
  readonly worker: number
  readonly sliced: number
  readonly workerFrames: number
  readonly slicedFrames: number
}

export const snapshot = ({ breaker, costs, counters }: Engine): SerializationMetrics => {
  const { calls, frames, latencies, latency, paths } = counters
  const offLoop = paths.worker + paths.fallback
  const percentile = (share: number) => (calls === 0 ? 0 : latencies.percentile(share) / 1e6)
  return {
    syncPath: paths.sync,
    workerPath: paths.worker,
    slicedPath: paths.sliced,
    fallbackPath: paths.fallback,
    workerErrors: counters.workerErrors,
    workerFailureRate: offLoop === 0 ? 0 : counters.workerErrors / offLoop,
    truncated: counters.truncated,
    failures: counters.failures,
    failuresByReason: Object.fromEntries(counters.failuresByReason),
    workerErrorsByReason: Object.fromEntries(counters.workerErrorsByReason),
    bytes: counters.bytes,
    workerFrames: frames.worker,
    slicedFrames: frames.sliced,
    avgLatency: calls === 0 ? 0 : latency / calls,
    p50: percentile(50),
    p95: percentile(95),
    p99: percentile(99),
    longestHold: longestHold(),
    maxEventLoopLag: undefined,
    breaker: breaker.state,
    costs: Object.fromEntries([...costs].map(([kind, cost]) => [kind, { ...cost }]))
  }
}
