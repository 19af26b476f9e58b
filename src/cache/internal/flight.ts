/**
 * One computation of a key in this process, or one read of it from the store, and those who wait for it.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Generations } from "../CacheStore.ts"
import type { Content } from "./content.ts"
import type { EntrySettings } from "./entrySettings.ts"
import type { Fence } from "./fence.ts"
import type { Stamp } from "./memory.ts"
import type { Cached } from "./model.ts"
import { mostNames } from "./names.ts"

/** A name that a text depends on. */
export interface Mark {
  /** The counter of the fence from before it was read. */
  readonly since: number
  /** Its generation in the store, where that is known. */
  readonly generation: string | undefined
  /** A tag that the computation added: the store decides whether it may be one. */
  readonly isLate: boolean
}

export type Marks = ReadonlyMap<string, Mark>

/** A text, and how it stands. */
export interface Answer {
  readonly content: Content
  readonly source: Cached["source"]
  readonly isStale: boolean
  /** Milliseconds of the clock. */
  readonly expiresAt: number
  readonly marks: Marks
}

/**
 * What became of a flight.
 *
 * - `stored`: the store, or the memory where there is none, has taken it: it was valid when it did.
 * - `kept`: only memory has taken it, since the store did not answer: it is valid as far as this process knows.
 * - `read`: an entry of the store, of which nothing was invalidated meanwhile.
 * - `stale`: a stale text was all there is to be had.
 * - `fenced`: something that it was built from was invalidated; or it could not be stored, so that nobody knows.
 * - `failed`: its computation has failed.
 * - `unavailable`: a strong read, and the store does not answer.
 */
export type Outcome = "stored" | "kept" | "read" | "stale" | "fenced" | "failed" | "unavailable"

/** A text that has expired, to fall back on. */
export interface StaleText {
  readonly content: Content
  readonly source: "memory" | "store"
  readonly marks: Marks
  readonly expiresAt: number
  readonly revalidateUntil: number
  readonly errorUntil: number
  /** The view of the store in which it was last known to be there. */
  view: number
}

export class Flight {
  readonly cache: object
  readonly key: string
  readonly settings: EntrySettings
  readonly token: string
  /** What its callers get. Theirs who began it, as soon as it is there. */
  readonly answer = Deferred.makeUnsafe<Answer, unknown>()
  /** A stale text that may be served while it goes on. */
  readonly early = Deferred.makeUnsafe<Answer>()
  /** What became of it, for those who joined. */
  readonly outcome = Deferred.makeUnsafe<Outcome>()
  /** Flights that its computation waits for. */
  readonly waitsFor = new Set<Flight>()
  /** The counter of the fence from before its first request. */
  begunAt: number
  callers = 0
  /** It was begun to refresh an entry that is there. */
  readonly isRefresh: boolean
  /** It goes on when nobody waits for it. */
  isBackground: boolean
  /** Nobody joins it any more: what it is built from was invalidated, or everybody has left. */
  isDetached = false
  /** Its text goes to the store now. Who joins from here on cannot know that it is read after they asked. */
  isCommitting = false
  /** The store was asked for the lease of its key. */
  mayHaveLease = false
  /** It depends on more names than an entry may. */
  hasTooManyNames = false
  /** Something that it read through the cache has no generations: the store cannot know when it is outdated. */
  isIncomplete = false
  /** Something to serve instead. */
  stale: StaleText | undefined
  /** The store was asked what there is to serve instead: what callers have found in memory counts no more. */
  isStaleKnown = false
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined
  private names = new Map<string, Mark>()
  private readonly fence: Fence
  private readonly onEnd: (flight: Flight) => void
  private readonly onDetach: (flight: Flight) => void

  constructor(options: {
    readonly cache: object
    readonly key: string
    readonly settings: EntrySettings
    readonly token: string
    readonly isRefresh: boolean
    readonly stale: StaleText | undefined
    readonly fence: Fence
    /** It is joined by nobody any more. */
    readonly onEnd: (flight: Flight) => void
    /** Something that it is built from was invalidated. */
    readonly onDetach: (flight: Flight) => void
  }) {
    this.cache = options.cache
    this.key = options.key
    this.settings = options.settings
    this.token = options.token
    this.isRefresh = options.isRefresh
    this.isBackground = options.isRefresh
    this.stale = options.stale
    this.fence = options.fence
    this.begunAt = options.fence.counter
    this.onEnd = options.onEnd
    this.onDetach = options.onDetach
  }

  get marks(): Marks {
    return this.names
  }

  /** Whether its stale text was removed since it was found: it is served no more, and kept no longer. */
  get isStaleRemoved(): boolean {
    return this.stale !== undefined && isRemoved(this.fence, this.stale.marks)
  }

  /** Names and generations as an entry keeps them. */
  get stamp(): Stamp {
    return stampOf(this.names)
  }

  /** The names that it depends on from the beginning. */
  declare(names: ReadonlyArray<string>, generations?: Generations): void {
    for (const name of names) {
      const generation = generations?.[name]
      this.names.set(name, { since: this.begunAt, generation, isLate: false })
    }
    if (this.names.size > mostNames) this.hasTooManyNames = true
  }

  /** Its computation depends on one more name. Of two times that it was read, the first counts. */
  add(name: string, mark: Mark): void {
    if (!this.names.has(name)) {
      if (this.names.size >= mostNames) {
        this.hasTooManyNames = true
        return
      }
      this.names.set(name, mark)
    }
    if (this.fence.check(name, mark.since) !== "current") this.detach()
  }

  /** Its computation has read a text through the cache. */
  read(marks: Marks, hasStore: boolean): void {
    for (const [name, mark] of marks) {
      this.add(name, mark)
      if (hasStore && mark.generation === undefined && !mark.isLate) this.isIncomplete = true
    }
  }

  /** It is an entry of the store after all. */
  become(stamp: Generations): void {
    this.names = new Map()
    this.declare(Object.keys(stamp), stamp)
  }

  /** Whether nothing that it is built from was invalidated in this process. */
  get isValid(): boolean {
    if (this.isDetached) return false
    for (const [name, { since }] of this.names) {
      if (this.fence.check(name, since) !== "current") return false
    }
    return true
  }

  /** Something was invalidated that it may be built from: nobody joins it, and those who did go again. */
  detach(): void {
    if (this.cut()) this.tell()
  }

  /** The first half: nobody joins it from here on. False: that was so before. */
  cut(): boolean {
    if (this.isDetached) return false
    this.isDetached = true
    this.onEnd(this)
    return true
  }

  /** The second half: whoever waits goes on within this call, and must find everything as it is to be. */
  tell(): void {
    this.end("fenced")
    this.onDetach(this)
  }

  dependsOn(names: ReadonlyArray<string>): boolean {
    return names.some((name) => this.names.has(name))
  }

  /** Whoever waits for the outcome goes on within this call. */
  end(outcome: Outcome): void {
    this.onEnd(this)
    Deferred.doneUnsafe(this.outcome, Effect.succeed(outcome))
  }
}

export const stampOf = (marks: Marks): Stamp => {
  const stamp = new Map<string, string | undefined>()
  for (const [name, { generation }] of marks) stamp.set(name, generation)
  return stamp
}

export const staleAnswer = ({ content, expiresAt, marks, source }: StaleText): Answer => ({
  content,
  source,
  isStale: true,
  expiresAt,
  marks
})

/** Whether something that a text was built from was removed since. */
export const isRemoved = (fence: Fence, marks: Marks): boolean => {
  for (const [name, { since }] of marks) {
    if (fence.check(name, since) === "gone") return true
  }
  return false
}

/** The names of an entry that was valid at a counter. */
export const marksOf = (stamp: Stamp, since: number): Marks => {
  const marks = new Map<string, Mark>()
  for (const [name, generation] of stamp) marks.set(name, { since, generation, isLate: false })
  return marks
}
