/**
 * What calls have done, as plain numbers. To add one costs next to nothing. They are read when somebody asks.
 */
import { Labels, type LabelTally } from "./labels.ts"
import { type Latencies, makeLatencies } from "./latencies.ts"
import { Defect, type Failure, type Outcome } from "./outcome.ts"
import { Tally } from "./callStats.ts"

export class Counters {
  /** By path and, for plain `JSON.stringify`, by arm of the rollout. */
  readonly tallies = {
    sync: new Tally(),
    control: new Tally(),
    worker: new Tally(),
    sliced: new Tally(),
    fallback: new Tally()
  }
  readonly labels = new Labels<LabelTally>(() => ({ calls: 0, held: 0, longestHeld: 0 }))
  /** Failed calls by the tag of their reason, and `Defect` for those that have none. */
  readonly failuresByReason = new Map<string, number>()
  /** Calls with a failed frame, by the tag of the worker pool's reason. */
  readonly workerErrorsByReason = new Map<string, number>()
  failures = 0
  workerErrors = 0
  truncated = 0
  /** Calls with a shape that left something out, and the texts made for those with `maxTokens`. */
  readonly shapes = { cut: 0, tries: 0 }
  interrupted = 0
  bytes = 0
  /** Frames by route. */
  readonly frames = { worker: 0, sliced: 0 }
  /** In nanoseconds, for percentiles finer than the buckets; there as soon as a call has ended. */
  latencies: Latencies | undefined = undefined

  ended(outcome: Outcome, milliseconds: number, size: number, label: string | undefined): void {
    const { held, longestHeld } = outcome
    this.tallies[outcome.arm === "control" ? "control" : outcome.path].add(milliseconds, held, longestHeld)
    this.bytes += size
    this.latencies ??= makeLatencies()
    this.latencies.record(Math.max(1, Math.round(milliseconds * 1e6)))
    if (outcome.truncated) this.truncated++
    if (outcome.shaped !== undefined && outcome.shaped.omittedCount > 0) this.shapes.cut++
    if (outcome.error !== undefined) this.failed(outcome.error)
    if (label !== undefined) {
      const tally = this.labels.of(label)
      tally.calls++
      tally.held += held
      if (longestHeld > tally.longestHeld) tally.longestHeld = longestHeld
    }
  }

  /** A call has failed, also one whose text was made. */
  failed(error: Failure): void {
    this.failures++
    increment(this.failuresByReason, error instanceof Defect ? "Defect" : error.reason._tag)
  }

  /** A call that its caller stopped has blocked the loop all the same. */
  cancelled({ held, longestHeld }: Pick<Outcome, "held" | "longestHeld">, label: string | undefined): void {
    this.interrupted++
    if (label === undefined) return
    const tally = this.labels.of(label)
    tally.held += held
    if (longestHeld > tally.longestHeld) tally.longestHeld = longestHeld
  }

  workerFailed(reason: string): void {
    this.workerErrors++
    increment(this.workerErrorsByReason, reason)
  }
}

const increment = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
