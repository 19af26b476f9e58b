/**
 * The counters of a cache as one snapshot.
 */
import type { Core } from "./core.ts"
import type { RequestOutcome, Storing, Tier } from "./counters.ts"
import type { EvictionCause } from "./model.ts"

/**
 * What a cache has done so far, and how it stands. Sizes are in bytes.
 *
 * @category models
 * @since 0.1.0
 */
export interface CacheMetrics {
  /** Reads, by how they ended and by what answered them. */
  readonly requests: Readonly<Record<RequestOutcome, Readonly<Record<Tier, number>>>>
  /**
   * The share of reads that were answered without a computation of their own: from memory or the store, fresh or stale,
   * or by another call's computation. 0 where there were none.
   */
  readonly hitRate: number
  /** Computations that have ended. */
  readonly computations: number
  /** Mean time of a computation, in milliseconds. */
  readonly avgComputation: number
  /** Entries in memory. */
  readonly entries: number
  /** What they take, bookkeeping included. */
  readonly size: number
  /** What they may take now. */
  readonly limit: number
  /** Computations that run, and reads of the store. */
  readonly inFlight: number
  /** Entries that have left memory, by cause. */
  readonly evictions: Readonly<Record<EvictionCause, number>>
  /** Texts that were to be stored, by what became of them. */
  readonly stores: Readonly<Record<Storing, number>>
  /** Whether the store answers; undefined where there is none. */
  readonly store: "attached" | "detached" | undefined
  /** Names whose invalidation the store has not heard of. */
  readonly invalidationsQueued: number
  /** Times that messages of the store may have been lost. */
  readonly gaps: number
  /** Events that a hook was too slow for. */
  readonly hooksDropped: number
}

export const snapshot = ({ client, counters, flights, memory }: Core): CacheMetrics => {
  const { computeDuration, evictions, gaps, hooksDropped, requests, stores } = counters
  const total = (outcome: RequestOutcome) => Object.values(requests[outcome]).reduce((sum, count) => sum + count, 0)
  const hits = total("hit") + total("stale") + total("coalesced")
  const all = (Object.keys(requests) as Array<RequestOutcome>).reduce((sum, outcome) => sum + total(outcome), 0)
  return {
    requests: structuredClone(requests),
    hitRate: all === 0 ? 0 : hits / all,
    computations: computeDuration.count,
    avgComputation: computeDuration.count === 0 ? 0 : (computeDuration.sum * 1e3) / computeDuration.count,
    entries: memory.count,
    size: memory.size,
    limit: memory.limit,
    inFlight: flights.size,
    evictions: { ...evictions },
    stores: { ...stores },
    store: client === undefined ? undefined : client.isDetached ? "detached" : "attached",
    invalidationsQueued: client?.pending.size ?? 0,
    gaps,
    hooksDropped
  }
}
