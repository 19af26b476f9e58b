/**
 * What calls have done, as plain numbers: adding one costs next to nothing, and they are read when somebody asks.
 */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks"
import type { Outcome } from "./engine.ts"
import type { SerializationPath } from "./optionTypes.ts"

export class Counters {
  readonly paths: Record<SerializationPath, number> = { sync: 0, worker: 0, sliced: 0, fallback: 0 }
  /** Failed calls by the tag of their reason. */
  readonly failuresByReason = new Map<string, number>()
  /** Calls with a failed frame, by the tag of the worker pool's reason. */
  readonly workerErrorsByReason = new Map<string, number>()
  failures = 0
  workerErrors = 0
  truncated = 0
  interrupted = 0
  bytes = 0
  calls = 0
  /** Sum of the latencies, in milliseconds. */
  latency = 0
  /** Frames by route. */
  readonly frames = { worker: 0, sliced: 0 }
  /** In nanoseconds. */
  readonly latencies: RecordableHistogram = createHistogram()

  ended(outcome: Outcome, milliseconds: number, size: number): void {
    this.calls++
    this.paths[outcome.path]++
    this.bytes += size
    this.latency += milliseconds
    this.latencies.record(Math.max(1, Math.round(milliseconds * 1e6)))
    if (outcome.truncated) this.truncated++
    if (outcome.error !== undefined) {
      this.failures++
      increment(this.failuresByReason, outcome.error.reason._tag)
    }
  }

  workerFailed(reason: string): void {
    this.workerErrors++
    increment(this.workerErrorsByReason, reason)
  }
}

const increment = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
