/**
 * What the calls of a layer have done, as plain numbers.
 */
import { type Latencies, makeLatencies } from "../../internal/telemetry/latencies.ts"
import { realTimers } from "../../internal/turns/realTimers.ts"
import { longestHold } from "../../internal/turns/turnQueue.ts"
import type { TokensError, TokensErrorReason } from "../TokensError.ts"
import type { TokenCount, TokensMetrics } from "../../internal/options/tokenOptions.ts"

/** Upper bounds of the buckets of times, in seconds. */
export const bounds: ReadonlyArray<number> = [
  1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25
]

export class TokensStats {
  calls = 0
  texts = 0
  tokens = 0
  bytes = 0
  inexact = 0
  fallbacks = 0
  failures = 0
  readonly failuresByReason = new Map<TokensErrorReason["_tag"], number>()
  /** Of the times of all calls, in seconds. */
  sum = 0
  shortest = Infinity
  longest = 0
  readonly buckets = new Float64Array(bounds.length + 1)
  // In nanoseconds, for percentiles finer than the buckets.
  private readonly times: Latencies = makeLatencies()

  counted(count: TokenCount, bytes: number): void {
    this.texts++
    this.tokens += count.tokens
    this.bytes += bytes
    if (!count.exact) this.inexact++
  }

  /** A call that began at this time, by `realTimers.now`, has ended. */
  ended(began: number, error: TokensError | undefined): void {
    const seconds = (realTimers.now() - began) / 1e3
    this.calls++
    this.sum += seconds
    this.shortest = Math.min(this.shortest, seconds)
    this.longest = Math.max(this.longest, seconds)
    const bucket = bounds.findIndex((bound) => seconds <= bound)
    this.buckets[bucket === -1 ? bounds.length : bucket]!++
    this.times.record(Math.max(1, Math.round(seconds * 1e9)))
    if (error === undefined) return
    this.failures++
    const tag = error.reason._tag
    this.failuresByReason.set(tag, (this.failuresByReason.get(tag) ?? 0) + 1)
  }

  /** The upper bounds, each with the number of calls that took no longer. */
  cumulative(): Array<[number, number]> {
    let sum = 0
    return bounds.map((bound, i) => [bound, (sum += this.buckets[i]!)])
  }

  snapshot(threads: number): TokensMetrics {
    const { bytes, calls, failures, fallbacks, inexact, texts, times, tokens } = this
    const percentile = (share: number) => (calls === 0 ? 0 : times.percentile(share) / 1e6)
    return {
      calls,
      texts,
      tokens,
      bytes,
      inexact,
      fallbacks,
      failures,
      p50: percentile(50),
      p95: percentile(95),
      p99: percentile(99),
      longestHold: longestHold(),
      threads
    }
  }
}
