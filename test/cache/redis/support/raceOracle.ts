/**
 * Knows what must not be served any more: the versions whose invalidations have returned, in a place that no fault reaches.
 *
 * A version counts as due from when its process has told that the invalidation returned, and a read as begun when it was sent
 * to its process: both later than the truth, or earlier, so that nothing is wrongly called old.
 */
import { leaves, type Versions } from "./raceProtocol.ts"

interface Due {
  readonly version: number
  /** Milliseconds of this process. */
  readonly at: number
}

/** What a read may expect, as it was when it was sent. */
export interface Expectation {
  readonly what: string
  readonly floor: Versions
}

const zeros = (): Record<string, number> => Object.fromEntries(leaves.map((leaf) => [leaf, 0]))

export class Oracle {
  /** The versions of the source. */
  readonly source = zeros()
  /** What was served although it was outdated. */
  readonly wrong: Array<string> = []
  private readonly own: ReadonlyArray<Record<string, number>>
  /** What the store has acknowledged, by leaf. */
  private readonly done: Record<string, Array<Due>> = Object.fromEntries(leaves.map((leaf) => [leaf, []]))
  private readonly verifyWithin: number
  /** Since when a failover goes on, after which the store may have lost what it had acknowledged. */
  private forgivenSince = Infinity
  private forgivenUntil = -Infinity

  constructor(processes: number, verifyWithin: number) {
    this.own = Array.from({ length: processes }, zeros)
    this.verifyWithin = verifyWithin
  }

  /** An invalidation has returned in a process; `isDone`: the store has heard of it. */
  returned(process: number, leaf: string, version: number, isDone: boolean): void {
    const own = this.own[process]!
    own[leaf] = Math.max(own[leaf]!, version)
    const done = this.done[leaf]!
    if (isDone && version > (done.at(-1)?.version ?? 0)) done.push({ version, at: performance.now() })
  }

  failoverBegins(): void {
    this.forgivenSince = performance.now()
    this.forgivenUntil = Infinity
  }

  /** All processes have the new server. The old text that it may have is gone within the bound. */
  failoverEnds(): void {
    this.forgivenUntil = performance.now() + this.verifyWithin
  }

  /**
   * What a read of a process must give, if it is sent now. What a process has outdated itself it never serves. What another
   * one has, it does not serve when it asks the store (`isFresh`); and `isBounded`, not for longer than the bound.
   */
  expect(what: string, process: number, isFresh: boolean, isBounded: boolean): Expectation {
    const now = performance.now()
    const isForgiven = now >= this.forgivenSince && now <= this.forgivenUntil
    const isDue = isFresh || isBounded
    const until = isForgiven ? this.forgivenSince - this.verifyWithin : isFresh ? now : now - this.verifyWithin
    const floor = zeros()
    for (const leaf of leaves) {
      const due = (isDue ? this.done[leaf]!.findLast(({ at }) => at <= until) : undefined)?.version ?? 0
      floor[leaf] = isForgiven ? due : Math.max(due, this.own[process]![leaf]!)
    }
    return { what, floor }
  }

  look({ floor, what }: Expectation, versions: Versions, source: string): void {
    for (const [leaf, version] of Object.entries(versions)) {
      const due = floor[leaf]!
      if (version < due) this.wrong.push(`${what}, from ${source}: ${leaf} is ${version}, and ${due} was due`)
    }
  }
}
