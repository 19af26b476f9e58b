/**
 * A read that memory does not answer at once: it looks closer, asks the store, waits for a flight, or begins one.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { annotateIfTraced, withSpanIfTraced } from "../../internal/telemetry/spanIfTraced.ts"
import type { CacheError } from "../CacheError.ts"
import { CachedText } from "./cachedText.ts"
import type { Computation } from "./compute.ts"
import { CurrentComputation, cycleAround, type Running } from "./computation.ts"
import { type Content, textOf } from "./content.ts"
import type { Core } from "./core.ts"
import type { RequestOutcome, Tier } from "./counters.ts"
import { type EntrySettings, entrySettings } from "./entrySettings.ts"
import { checkKey, dependencyCycle, storeUnavailable } from "./errors.ts"
import { examine } from "./examine.ts"
import { findInStore } from "./findInStore.ts"
import { type Answer, type Marks, marksOf, type StaleText } from "./flight.ts"
import { join, launch, type Waiting } from "./launch.ts"
import type { MemoryEntry } from "./memory.ts"
import type { Cached, EntryOptions, ReadOptions } from "./model.ts"
import { everything, keyName } from "./names.ts"

export class Read {
  private readonly core: Core
  private readonly key: string
  private readonly began: number
  /** The computation of this cache that reads. */
  private readonly running: Running | undefined
  /** The counter of the fence from before it, and the names that it asked for. */
  private readonly since: number
  private names: ReadonlyArray<string> = []
  private outcome: RequestOutcome = "failed"
  private tier: Tier = "none"
  private size = 0

  constructor(core: Core, key: string, fiber: Fiber.Fiber<unknown, unknown>) {
    this.core = core
    this.key = key
    this.began = core.now
    this.since = core.fence.counter
    const running = fiber.getRef(CurrentComputation)
    this.running = running?.flight.cache === core ? running : undefined
  }

  /** The entry of the key, computed where there is none. */
  compute<E, R>(
    computation: Computation<E, R>,
    options: EntryOptions<E> | undefined,
    context: Context.Context<R>
  ): Effect.Effect<Cached, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { core, key, running } = this
      const settings = yield* this.check(options)
      const names = core.namesOf(key, settings)
      if ("_tag" in names) return yield* names
      this.names = names
      const refresh = (stale: StaleText | undefined) => {
        if (core.flights.has(key)) return
        launch(core, key, settings, names, computation, context, { isRefresh: true, stale, outer: undefined })
      }
      const known = yield* this.inMemory(settings, refresh)
      if (known !== undefined && "_tag" in known) return yield* this.give(known.answer, settings)
      const stale = known
      if (core.events.wants("Miss")) core.events.emit({ _tag: "Miss", key })
      const waiting = this.waiting(settings, stale)
      const begin = () =>
        launch(core, key, settings, names, computation, context, { isRefresh: false, stale, outer: running })
      const { isOwn, result } = yield* this.wait(begin, waiting)
      return yield* this.give(result, settings, !isOwn && result.source === "computed" ? "coalesced" : undefined)
    })
  }

  /** The entry of the key, where there is one. */
  find(options: ReadOptions | undefined): Effect.Effect<Option.Option<Cached>, CacheError> {
    return Effect.gen({ self: this }, function* () {
      const { core, key } = this
      const settings = yield* this.check(options)
      const known = yield* this.inMemory(settings, () => {})
      let answer = known !== undefined && "_tag" in known ? known.answer : undefined
      if (answer === undefined && core.client !== undefined) {
        answer = yield* findInStore(core, core.client, key, settings)
      }
      if (answer === undefined || answer.content.kind === "failure") {
        this.outcome = "absent"
        this.names = [everything, keyName(key)]
        this.recordNothing()
        return Option.none()
      }
      return Option.some(this.take(answer))
    })
  }

  /** Counts a request, and tells who traces of it. */
  traced<A, E, R>(name: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return withSpanIfTraced(
      Effect.onExit(effect, (exit) => {
        if (Exit.isFailure(exit)) this.recordNothing()
        const { core, outcome, size, tier } = this
        if (Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)) return Effect.void
        core.counters.requests[outcome][tier]++
        core.counters.durations[outcome].add(core.now - this.began)
        return annotateIfTraced(() => ({ "cache.outcome": outcome, "cache.tier": tier, "cache.size": size }))
      }),
      `SerializedCache.${name}`,
      () => ({ "cache.name": this.core.settings.name, "cache.key": hashOf(this.key) })
    )
  }

  private check(options: EntryOptions<any> | undefined): Effect.Effect<EntrySettings, CacheError> {
    return Effect.suspend(() => {
      const { core, key, running } = this
      const settings = entrySettings(options, core.settings.entry)
      if ("_tag" in settings) return Effect.fail(settings)
      const error = checkKey(key)
      if (error !== undefined) return Effect.fail(error)
      const cycle = cycleAround(running, core, key)
      if (cycle !== undefined) return Effect.fail(dependencyCycle(cycle))
      // What a strong read computes is read by strong reads.
      const isStrong = settings.isStrong || running?.flight.settings.isStrong === true
      return Effect.succeed(isStrong === settings.isStrong ? settings : { ...settings, isStrong })
    })
  }

  /** What memory says: an answer, or a stale text to fall back on, or nothing. */
  private inMemory(settings: EntrySettings, refresh: (stale: StaleText | undefined) => void) {
    return Effect.gen({ self: this }, function* () {
      const { core, key, running } = this
      const since = core.fence.counter
      const entry = core.memory.get(key, core.now)
      if (entry === undefined) return undefined
      const isAsked = core.client !== undefined && (settings.isStrong || running !== undefined)
      const usable = yield* examine(core, entry, isAsked)
      if (usable === "unavailable" && settings.isStrong) return yield* storeUnavailable(new Error("It does not answer"))
      if (usable !== "yes") return undefined
      const { now } = core
      const isFailure = entry.content.kind === "failure"
      const isRetried = now >= entry.retryAt
      const stale = () => (isFailure ? undefined : staleText(entry, since))
      if (now < entry.expiresAt) {
        if (isFailure && settings.failures === undefined) return undefined
        if (isRetried && now >= entry.refreshAt) refresh(stale())
        return found(entry, false, since)
      }
      if (settings.isStrong || isFailure) return undefined
      if (now < entry.revalidateUntil) {
        if (isRetried) refresh(stale())
        return found(entry, true, since)
      }
      if (!isRetried && now < entry.errorUntil) return found(entry, true, since)
      return stale()
    })
  }

  private waiting(settings: EntrySettings, stale: StaleText | undefined): Omit<Waiting, "isAny"> {
    const { hardTimeout, isStrong, softTimeout } = settings
    return {
      isStrong,
      softUntil: this.began + softTimeout,
      hardUntil: this.began + hardTimeout,
      hardTimeout,
      stale,
      running: this.running
    }
  }

  /** Waits for a flight, and for another one where the first has not helped. */
  private wait(begin: Parameters<typeof join>[2], waiting: Omit<Waiting, "isAny">) {
    return Effect.gen({ self: this }, function* () {
      let isAny = false
      while (true) {
        const { isOwn, result } = yield* join(this.core, this.key, begin, { ...waiting, isAny })
        if (result !== "again") return { isOwn, result }
        isAny = true
      }
    })
  }

  private give(answer: Answer, settings: EntrySettings, outcome?: RequestOutcome): Effect.Effect<Cached, unknown> {
    if (answer.content.kind === "failure") return this.fail(answer, settings)
    return Effect.sync(() => this.take(answer, outcome))
  }

  private take(answer: Answer, outcome?: RequestOutcome): Cached {
    const { core, key } = this
    const { content, expiresAt, isStale, source } = answer
    this.record(answer.marks)
    this.size = content.size
    this.tier = source === "computed" ? "none" : source
    this.outcome = outcome ?? (isStale ? "stale" : source === "computed" ? "computed" : "hit")
    if (isStale) {
      if (core.events.wants("Stale")) core.events.emit({ _tag: "Stale", key })
    } else if (source !== "computed" && core.events.wants("Hit")) core.events.emit({ _tag: "Hit", key, tier: source })
    return new CachedText(key, content, source, isStale, expiresAt - core.now)
  }

  /** A failure that is remembered comes out as it was. */
  private fail({ content, marks, source }: Answer, { failures }: EntrySettings): Effect.Effect<never, unknown> {
    this.record(marks)
    this.tier = source === "computed" ? "none" : source
    this.outcome = source === "computed" ? "failed" : "hit"
    return decodeFailure(content, failures!.schema)
  }

  /**
   * A computation that goes on without what it asked for is built from that as well: once there is something, its text
   * is outdated. As with a tag that is added late, the store decides whether there was nothing all the while.
   */
  private recordNothing(): void {
    const { since } = this
    this.record(new Map(this.names.map((name) => [name, { since, generation: undefined, isLate: true }])))
  }

  private record(marks: Marks): void {
    this.running?.flight.read(marks, this.core.client !== undefined)
  }
}

interface Found {
  readonly _tag: "Found"
  readonly answer: Answer
}

const found = (entry: MemoryEntry, isStale: boolean, since: number): Found => {
  const { content, expiresAt, stamp } = entry
  const marks = marksOf(stamp, since)
  return { _tag: "Found", answer: { content, source: "memory", isStale, expiresAt, marks } }
}

const staleText = (entry: MemoryEntry, since: number): StaleText => {
  const { content, errorUntil, expiresAt, revalidateUntil, stamp, view } = entry
  return { content, source: "memory", expiresAt, revalidateUntil, errorUntil, view, marks: marksOf(stamp, since) }
}

const decodeFailure = (content: Content, schema: Schema.Codec<any, any>): Effect.Effect<never, unknown> =>
  textOf(content).pipe(
    Effect.flatMap((text) => Effect.orDie(Schema.decodeUnknownEffect(schema)(JSON.parse(text)))),
    Effect.flatMap((failure) => Effect.fail(failure))
  )

/** Keys may hold what must not be seen. */
const hashOf = (key: unknown): string => createHash("sha256").update(String(key)).digest("base64url").slice(0, 12)
