/**
 * What a flight does: looks into the store, waits for whoever computes elsewhere, computes, and keeps the text.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { type BeginReply, type Generations, type StoredEntry, StoreError } from "../CacheStore.ts"
import { type Computation, type Computed, compute, rememberFailure } from "./compute.ts"
import type { Running } from "./computation.ts"
import { type Core, lifetimeOf } from "./core.ts"
import { storeUnavailable } from "./errors.ts"
import { isServable } from "./examine.ts"
import { type Answer, type Flight, isRemoved, type Marks, staleAnswer, type StaleText } from "./flight.ts"
import { type Begun, keep } from "./keep.ts"
import { loadContent } from "./load.ts"
import { doneOrLater, longestPause } from "./leaseWait.ts"
import { hardHalf } from "./names.ts"
import type { StoreClient } from "./storeClient.ts"

/** Runs a flight to its end. Its failure is that of the computation. */
export const produce = <E, R>(
  core: Core,
  flight: Flight,
  computation: Computation<E, R>,
  outer: Running | undefined
): Effect.Effect<void, unknown, R> => {
  const { client } = core
  const run =
    client === undefined
      ? computeAndKeep(core, flight, computation, outer, { _tag: "NoStore" })
      : withStore(core, client, flight, computation, outer)
  return Effect.ensuring(run, core.abandon(flight))
}

const withStore = Effect.fnUntraced(function* <E, R>(
  core: Core,
  client: StoreClient,
  flight: Flight,
  computation: Computation<E, R>,
  outer: Running | undefined
) {
  const { settings } = flight
  let discard: string | undefined
  let attempt = 0
  /** When it began to wait: the first time, and this time. */
  let waitedSince: number | undefined
  let waitsSince: number | undefined
  while (true) {
    const askedAt = core.now
    const view = core.view.number
    let reply: BeginReply | StoreError = yield* begin(core, client, flight, discard).pipe(
      Effect.catch((error) => Effect.succeed(error))
    )
    // Where the store does not answer nobody knows.
    flight.mayHaveLease = reply._tag === "Leased" || reply._tag === "StoreError"
    if (waitsSince !== undefined && reply._tag !== "Busy") {
      core.counters.leaseWait.add(core.now - waitsSince)
      waitsSince = undefined
    }
    if (reply._tag === "Hit") {
      const { head, stamp } = reply.entry
      // What memory has was replaced. It may have been removed before that, and the message is on its way.
      if (flight.stale !== undefined && !isBuiltAlike(flight.stale.marks, stamp)) flight.stale = undefined
      flight.isStaleKnown = true
      const served = yield* serveEntry(core, client, flight, reply.entry, askedAt, view)
      if (served === "served") return
      if (served === "broken" && head.id !== discard) {
        discard = head.id
        continue
      }
      // Its text does not come in time, or the store does not let go of what is broken: it is left as it is. What is
      // computed instead is built under the same generations, so the store can tell when it is outdated.
      flight.declare(Array.from(flight.marks.keys()), stamp)
      reply = served === "broken" ? notDiscarded() : served
    }
    switch (reply._tag) {
      case "StoreError": {
        const isFull = reply.kind === "full"
        // One that is full has answered: there is no entry.
        if (settings.isStrong && !isFull) {
          flight.end("unavailable")
          return yield* storeUnavailable(reply)
        }
        return yield* computeAndKeep(core, flight, computation, outer, { _tag: "NoStore", isFull })
      }
      case "Leased": {
        flight.declare(Object.keys(reply.generations), reply.generations)
        yield* takeStale(core, client, flight, reply.stale, askedAt, view)
        if (core.now < (flight.stale?.revalidateUntil ?? 0) && !flight.isStaleRemoved) serveEarly(flight)
        const begun = { _tag: "Store", position: reply.position, isWrite: false } as const
        return yield* renewing(core, client, flight, computeAndKeep(core, flight, computation, outer, begun))
      }
      case "Busy": {
        yield* takeStale(core, client, flight, reply.stale, askedAt, view)
        const stale = staleWithin(core, flight, "revalidateUntil")
        if (stale !== undefined) {
          // Nothing has failed: what the other one computes is looked for soon.
          tryLater(core, flight, longestPause)
          return answerStale(flight, stale)
        }
        waitsSince ??= core.now
        waitedSince ??= waitsSince
        const left = waitedSince + core.settings.leaseWait - core.now
        if (left > 0 && !flight.isDetached) {
          yield* doneOrLater(core, flight.key, attempt++, left)
          // Once something was invalidated its text can only be fenced: the lease is for those who have come since.
          if (!flight.isDetached) continue
        }
        core.counters.leaseWait.add(core.now - waitsSince)
        const last = staleWithin(core, flight, "errorUntil")
        if (last !== undefined && (yield* isServable(core, last))) {
          tryLater(core, flight)
          return answerStale(flight, last)
        }
        return yield* computeAndKeep(core, flight, computation, outer, { _tag: "Alone" })
      }
      case "Absent":
        return yield* Effect.die(new Error("A store has answered `Absent` to who would compute"))
    }
  }
})

const begin = (core: Core, client: StoreClient, flight: Flight, discard: string | undefined) =>
  Effect.suspend(() => {
    const { key, marks, settings, token } = flight
    if (!flight.isDetached) flight.begunAt = core.fence.counter
    const names = Array.from(marks.keys())
    const { refreshAhead, timeToLive } = settings
    // Whoever is stopped before the answer has come may have it all the same.
    flight.mayHaveLease = true
    // Who refreshes ahead looks into the store first: another process may have done it.
    const refreshBelow = flight.isRefresh && refreshAhead <= 1 ? timeToLive * (1 - refreshAhead) : 0
    return client.call("begin", (store) =>
      store.begin(client.namespace, {
        key,
        purpose: "compute",
        names,
        token,
        lease: core.settings.lease,
        refreshBelow,
        discard
      })
    )
  })

/** Gives an entry of the store to the callers. A failure that they do not ask for is as good as broken. */
const serveEntry = Effect.fnUntraced(function* (
  core: Core,
  client: StoreClient,
  flight: Flight,
  entry: StoredEntry,
  askedAt: number,
  view: number
) {
  const { key, settings } = flight
  const { head, stamp, timeLeft } = entry
  if (head.kind === "failure" && settings.failures === undefined) return "broken"
  const content = yield* loadContent(client, entry).pipe(Effect.catch((error) => Effect.succeed(error)))
  if (content === undefined) return "broken"
  if ("_tag" in content) return content
  flight.become(stamp)
  const lifetime = lifetimeOf(askedAt, timeLeft, head.timeToLive, settings)
  const { isValid } = flight
  if (isValid) core.put(key, content, flight.stamp, lifetime, { view, isStored: true })
  answer(flight, { content, source: "store", isStale: false, expiresAt: lifetime.expiresAt, marks: flight.marks })
  // While it was on its way something may have been invalidated that nobody knew it was built from. Who began it asked
  // before; who joined it may not have.
  if (isValid) flight.end("read")
  else flight.detach()
  return "served"
})

/** Whether all that a text was built from is as it was for another one. */
const isBuiltAlike = (marks: Marks, stamp: Generations): boolean => {
  for (const [name, { generation }] of marks) {
    const other = stamp[name]
    if (generation === undefined || other === undefined || hardHalf(generation) !== hardHalf(other)) return false
  }
  return true
}

const notDiscarded = (): StoreError =>
  new StoreError({ kind: "unavailable", cause: new Error("It does not discard a broken entry") })

/**
 * Reads a stale entry of the store, to fall back on, and keeps it in memory for those who come meanwhile. What memory
 * had is forgotten where the store does not have it any more: it was removed, and the message is on its way.
 */
const takeStale = Effect.fnUntraced(function* (
  core: Core,
  client: StoreClient,
  flight: Flight,
  entry: StoredEntry | undefined,
  askedAt: number,
  view: number
) {
  const known = flight.stale
  flight.isStaleKnown = true
  flight.stale = undefined
  if (entry === undefined || entry.head.kind === "failure") return
  const { head, stamp, timeLeft } = entry
  const isKnown = known?.content.etag === head.etag
  const content = isKnown ? known.content : yield* loadContent(client, entry).pipe(Effect.catch(() => Effect.undefined))
  if (content === undefined) return
  const lifetime = lifetimeOf(askedAt, timeLeft, head.timeToLive, flight.settings)
  const marks: Marks = new Map(
    Object.entries(stamp).map(([name, generation]) => [name, { since: flight.begunAt, generation, isLate: false }])
  )
  // It may have been invalidated by a name that only its stamp has.
  if (isRemoved(core.fence, marks)) return
  flight.stale = { content, source: isKnown ? known.source : "store", marks, view, ...lifetime }
  const isCurrent = Object.keys(stamp).every((name) => core.fence.check(name, flight.begunAt) === "current")
  if (!isKnown && flight.isValid && isCurrent) {
    core.put(flight.key, content, new Map(Object.entries(stamp)), lifetime, { view, isStored: true })
  }
})

const computeAndKeep = Effect.fnUntraced(function* <E, R>(
  core: Core,
  flight: Flight,
  computation: Computation<E, R>,
  outer: Running | undefined,
  begun: Begun
) {
  const exit = yield* Effect.exit(compute(core, flight, computation, outer))
  let computed: Computed | undefined
  if (Exit.isSuccess(exit)) computed = exit.value
  else if (!Cause.hasInterrupts(exit.cause)) {
    computed = yield* rememberFailure(core, flight, exit.cause)
    if (computed === undefined) tryLater(core, flight)
    const stale = computed === undefined ? staleWithin(core, flight, "errorUntil") : undefined
    if (stale !== undefined && (yield* isServable(core, stale))) return answerStale(flight, stale)
  }
  if (computed === undefined) return yield* exit as Exit.Failure<never, unknown>
  const { content, timeToLive } = computed
  const expiresAt = core.now + timeToLive
  // From here on it goes on without its callers: the text is theirs already.
  flight.isBackground = true
  answer(flight, { content, source: "computed", isStale: false, expiresAt, marks: flight.marks })
  flight.end(yield* keep(core, flight, content, timeToLive, begun))
})

const answer = (flight: Flight, answer: Answer): void => {
  Deferred.doneUnsafe(flight.answer, Effect.succeed(answer))
}

/** The stale text of a flight, while it may be served within a window: not to strong reads, and not once removed. */
const staleWithin = (
  core: Core,
  { isStaleRemoved, settings, stale }: Flight,
  window: "revalidateUntil" | "errorUntil"
): StaleText | undefined =>
  stale === undefined || settings.isStrong || core.now >= stale[window] || isStaleRemoved ? undefined : stale

/** What is in memory is served for a while, as far as its windows go, before a computation is tried again. */
const tryLater = (core: Core, flight: Flight, pause?: number): void => {
  // What is there now may be another's.
  if (flight.isDetached) return
  const entry = core.memory.get(flight.key, core.now)
  if (entry !== undefined) entry.retryAt = core.now + (pause ?? Math.max(1_000, entry.timeToLive / 10))
}

/** The stale text is all there is. */
const answerStale = (flight: Flight, stale: StaleText): void => {
  answer(flight, staleAnswer(stale))
  flight.end("stale")
}

/** The stale text may be served while the computation goes on. */
const serveEarly = (flight: Flight): void => {
  flight.isBackground = true
  Deferred.doneUnsafe(flight.early, Effect.succeed(staleAnswer(flight.stale!)))
}

/** Renews the lease while something runs. One that is lost is noticed when the text is stored. */
const renewing = <A, E, R>(
  core: Core,
  client: StoreClient,
  flight: Flight,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const { lease } = core.settings
  const { key, token } = flight
  const renew = Effect.suspend(() =>
    client.call("renew", (store) => {
      const names = Array.from(flight.marks.keys())
      return store.renew(client.namespace, { key, token, lease, names })
    })
  ).pipe(Effect.catch(() => Effect.succeed(true)))
  const loop = Effect.gen(function* () {
    do yield* Effect.sleep(lease / 3)
    while (yield* renew)
    // One that was given back is not lost.
    if (flight.mayHaveLease && !flight.isDetached) core.counters.leasesLost++
  })
  return Effect.flatMap(Effect.forkChild(loop), (fiber) => Effect.ensuring(effect, Fiber.interrupt(fiber)))
}
