/**
 * What a cache has done: plain numbers that are read when somebody asks.
 */
import type { EvictionCause } from "./model.ts"

export const outcomes = ["hit", "stale", "computed", "coalesced", "failed", "absent"] as const
export type RequestOutcome = (typeof outcomes)[number]

export const tiers = ["memory", "store", "none"] as const
export type Tier = (typeof tiers)[number]

export const causes: ReadonlyArray<EvictionCause> = ["size", "pressure", "expired", "invalidated", "replaced"]

export const storings = ["stored", "fenced", "superseded", "failed", "full"] as const
export type Storing = (typeof storings)[number]

export const operations = [
  "begin",
  "renew",
  "abandon",
  "putPart",
  "commit",
  "part",
  "validate",
  "invalidate",
  "position"
] as const
export type Operation = (typeof operations)[number]

export const validations = ["current", "stale", "gone", "failed"] as const
export type Validation = (typeof validations)[number]

/** Upper bounds of the buckets, in seconds. */
export const bounds = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Durations: how many, how long together, and how they spread. */
export class Durations {
  count = 0
  /** Seconds. */
  sum = 0
  shortest = Infinity
  longest = 0
  private readonly buckets = new Array<number>(bounds.length + 1).fill(0)

  add(milliseconds: number): void {
    const seconds = milliseconds / 1e3
    this.count++
    this.sum += seconds
    if (seconds < this.shortest) this.shortest = seconds
    if (seconds > this.longest) this.longest = seconds
    let i = 0
    while (i < bounds.length && seconds > bounds[i]!) i++
    this.buckets[i]!++
  }

  /** How many were no longer than each bound, and than infinity. */
  cumulative(): ReadonlyArray<[number, number]> {
    let total = 0
    return [...bounds, Infinity].map((bound, i) => [bound, (total += this.buckets[i]!)])
  }
}

const zeros = <K extends string>(keys: ReadonlyArray<K>): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>

const durations = <K extends string>(keys: ReadonlyArray<K>): Record<K, Durations> =>
  Object.fromEntries(keys.map((key) => [key, new Durations()])) as Record<K, Durations>

export class Counters {
  /** By outcome and tier. */
  readonly requests = Object.fromEntries(outcomes.map((outcome) => [outcome, zeros(tiers)])) as Record<
    RequestOutcome,
    Record<Tier, number>
  >
  /** Of requests that were not answered from memory at once. */
  readonly durations = durations(outcomes)
  readonly computeDuration = new Durations()
  readonly evictions = zeros(causes)
  readonly stores = zeros(storings)
  readonly storeRequests = Object.fromEntries(
    operations.map((operation) => [operation, { ok: 0, failed: 0, timeout: 0 }])
  ) as Record<Operation, Record<"ok" | "failed" | "timeout", number>>
  readonly storeDurations = durations(operations)
  readonly leaseWait = new Durations()
  readonly validations = zeros(validations)
  readonly invalidations = {
    key: zeros(["local", "remote"]),
    tag: zeros(["local", "remote"]),
    all: zeros(["local", "remote"])
  }
  leasesLost = 0
  gaps = 0
  hooksDropped = 0
}
