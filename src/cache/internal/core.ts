/**
 * What the calls of one cache share, and what happens to it: entries, flights, invalidations.
 */
import { randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { Serialization } from "../../Serialization.ts"
import type { CacheError } from "../CacheError.ts"
import type { CacheSettings } from "./cacheSettings.ts"
import type { Content } from "./content.ts"
import type { Counters } from "./counters.ts"
import type { EntrySettings } from "./entrySettings.ts"
import { tooManyNames } from "./errors.ts"
import type { Events } from "./events.ts"
import type { Fence } from "./fence.ts"
import type { Flight } from "./flight.ts"
import { inTurns } from "../../internal/turns/stepsInTurns.ts"
import { Memory, type Lifetime, type MemoryEntry, type Stamp } from "./memory.ts"
import { everything, keyName, keyOf, mostNames, tagName } from "./names.ts"
import type { StoreClient } from "./storeClient.ts"
import { unrefSleep } from "./unrefSleep.ts"
import { type Moment, View } from "./view.ts"

/**
 * How long after an invalidation entries are looked through for what it has outdated. Nobody is served it meanwhile.
 */
const sweepDelay = 100

export class Core {
  readonly settings: CacheSettings
  readonly serialization: Serialization["Service"]
  readonly scope: Scope.Scope
  readonly clock: Clock.Clock
  readonly fence: Fence
  readonly memory: Memory
  readonly counters: Counters
  readonly events: Events
  readonly client: StoreClient | undefined
  readonly view = new View()
  readonly flights = new Map<string, Flight>()
  /** The last write of each key that is under way. */
  readonly writes = new Map<string, Flight>()
  /** Who is told when a lease is given back, by key. */
  readonly waiters = new Map<string, Set<() => void>>()
  /** Tells this cache's messages from those of others. */
  readonly origin = randomBytes(8).toString("hex")
  private isSweeping = false

  constructor(options: {
    readonly settings: CacheSettings
    readonly serialization: Serialization["Service"]
    readonly scope: Scope.Scope
    readonly clock: Clock.Clock
    readonly fence: Fence
    readonly counters: Counters
    readonly events: Events
    readonly client: StoreClient | undefined
  }) {
    const { counters, events, fence, settings } = options
    this.settings = settings
    this.serialization = options.serialization
    this.scope = options.scope
    this.clock = options.clock
    this.fence = fence
    this.counters = counters
    this.events = events
    this.client = options.client
    this.memory = new Memory(settings.maxBytes, settings.maxEntryBytes, fence, (key, cause) => {
      counters.evictions[cause]++
      if (events.wants("Evicted")) events.emit({ _tag: "Evicted", key, cause })
    })
    this.view.onGap = () => {
      counters.gaps++
      if (events.wants("Gap")) events.emit({ _tag: "Gap" })
    }
  }

  get now(): number {
    return this.clock.currentTimeMillisUnsafe()
  }

  get moment(): Moment {
    return { wall: this.now, monotonic: Number(this.clock.monotonicTimeNanosUnsafe()) / 1e6 }
  }

  /** Whether what the messages of the store say is all there is to say, up to a moment ago. */
  get isVerified(): boolean {
    return this.view.isVerified(this.moment, this.settings.verifyWithin)
  }

  /**
   * The names that an entry depends on by its options: its key, its tags, and the keys that it is built from, to the
   * end.
   */
  namesOf(key: string, { dependsOn, tags }: EntrySettings): ReadonlyArray<string> | CacheError {
    const names = new Set([everything, keyName(key)])
    for (const tag of tags) names.add(tagName(tag))
    const { dependencies } = this.settings
    const keys = dependencies === undefined ? [...dependsOn] : [...dependsOn, ...dependencies(key)]
    while (keys.length > 0) {
      const next = keys.pop()!
      const name = keyName(next)
      if (names.has(name)) continue
      names.add(name)
      if (names.size > mostNames) return tooManyNames()
      if (dependencies !== undefined) keys.push(...dependencies(next))
    }
    return names.size > mostNames ? tooManyNames() : Array.from(names)
  }

  /** Nothing of these names that was begun before is served again by this process. */
  invalidateHere(names: ReadonlyArray<string>, mode: "remove" | "stale", origin: "local" | "remote"): void {
    for (const name of names) {
      this.counters.invalidations[name === everything ? "all" : keyOf(name) === undefined ? "tag" : "key"][origin]++
    }
    this.invalidateAgain(names, mode)
    if (this.events.wants("Invalidated")) this.events.emit({ _tag: "Invalidated", names, origin })
  }

  /** The same once more, for what was begun since. It counts as one. */
  invalidateAgain(names: ReadonlyArray<string>, mode: "remove" | "stale"): void {
    this.fence.invalidate(names, mode)
    const cut = Array.from(this.flights.values()).filter((flight) => flight.dependsOn(names) && flight.cut())
    let isWide = false
    for (const name of names) {
      const key = keyOf(name)
      if (key === undefined) isWide = true
      else if (mode === "remove") this.memory.delete(key, "invalidated")
    }
    if (isWide) this.sweep()
    for (const flight of cut) flight.tell()
  }

  /** Keeps a text in memory. Its names have to be valid. */
  put(
    key: string,
    content: Content,
    stamp: Stamp,
    lifetime: Lifetime,
    store: { readonly view: number; readonly isStored: boolean }
  ): MemoryEntry | undefined {
    const entry = this.memory.put({ key, content, stamp, ...lifetime, ...store })
    if (entry !== undefined && this.events.wants("Stored")) {
      this.events.emit({ _tag: "Stored", key, tier: "memory", size: content.size })
    }
    return entry
  }

  /** A flight is joined by nobody any more. */
  landed(flight: Flight): void {
    if (this.flights.get(flight.key) === flight) this.flights.delete(flight.key)
  }

  /** Something that a flight is built from was invalidated. */
  detached(flight: Flight): void {
    if (flight.callers === 0) flight.fiber?.interruptUnsafe()
    else if (flight.mayHaveLease) this.run(this.abandon(flight))
  }

  /** Gives the lease of a flight back, so that nobody waits for it. */
  abandon(flight: Flight): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { client } = this
      if (!flight.mayHaveLease || client === undefined) return Effect.void
      flight.mayHaveLease = false
      const { key, token } = flight
      return Effect.ignore(client.call("abandon", (store) => store.abandon(client.namespace, { key, token })))
    })
  }

  /** Runs something in the background, until the cache is gone. */
  run(effect: Effect.Effect<void>): void {
    Fiber.runIn(Effect.runFork(Effect.provideService(effect, Clock.Clock, this.clock)), this.scope)
  }

  private sweep(): void {
    if (this.isSweeping || this.memory.count === 0) return
    this.isSweeping = true
    this.run(
      Effect.andThen(
        unrefSleep(sweepDelay),
        Effect.suspend(() => {
          this.isSweeping = false
          return Effect.asVoid(inTurns(this.memory.sweep(() => this.now)))
        })
      )
    )
  }
}

/** When an entry is what, if it was asked for at a time and has some time left. */
export const lifetimeOf = (
  askedAt: number,
  timeLeft: number,
  timeToLive: number,
  { memoryTimeToLive, refreshAhead, staleIfError, staleWhileRevalidate }: EntrySettings
): Lifetime => {
  const expiresAt = askedAt + timeLeft
  return {
    timeToLive,
    expiresAt,
    refreshAt: Math.min(expiresAt, refreshAhead > 1 ? expiresAt : expiresAt - timeToLive * (1 - refreshAhead)),
    revalidateUntil: expiresAt + staleWhileRevalidate,
    errorUntil: expiresAt + staleIfError,
    memoryUntil: askedAt + memoryTimeToLive
  }
}
