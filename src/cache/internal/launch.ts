/**
 * Beginning flights, and waiting for them.
 */
import { randomUUID } from "node:crypto"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { isCacheError } from "../CacheError.ts"
import { cycleThrough, type Running } from "./computation.ts"
import type { Computation } from "./compute.ts"
import type { Core } from "./core.ts"
import type { EntrySettings } from "./entrySettings.ts"
import { computeTimedOut, dependencyCycle } from "./errors.ts"
import { isServable } from "./examine.ts"
import { type Answer, Flight, staleAnswer, type StaleText } from "./flight.ts"
import { produce } from "./produce.ts"

/** Begins a flight, at once, in a fiber of the cache with the context of the caller. A refresh has no callers. */
export const launch = <E, R>(
  core: Core,
  key: string,
  settings: EntrySettings,
  names: ReadonlyArray<string>,
  computation: Computation<E, R>,
  context: Context.Context<R>,
  options: { readonly isRefresh: boolean; readonly stale: StaleText | undefined; readonly outer: Running | undefined }
): Flight => {
  const { isRefresh, outer, stale } = options
  const flight = new Flight({
    cache: core,
    key,
    settings,
    token: randomUUID(),
    isRefresh,
    stale,
    fence: core.fence,
    onEnd: (flight) => core.landed(flight),
    onDetach: (flight) => core.detached(flight)
  })
  flight.declare(names)
  core.flights.set(key, flight)
  // Whoever begins it counts as a caller from here on: nothing may find it without one.
  if (!isRefresh) flight.callers = 1
  const fiber = Effect.runForkWith(context)(produce(core, flight, computation, outer))
  flight.fiber = fiber
  Fiber.runIn(fiber, core.scope)
  fiber.addObserver((exit) => settle(core, flight, exit))
  return flight
}

const settle = (core: Core, flight: Flight, exit: Exit.Exit<void, unknown>): void => {
  core.landed(flight)
  flight.isDetached = true
  if (Exit.isSuccess(exit)) return
  Deferred.doneUnsafe(flight.answer, Exit.failCause(exit.cause))
  flight.end("failed")
}

/** What a caller gets from a flight: its answer, or the word to go again. */
export type Awaited = Answer | "again"

/** How a caller waits. */
export interface Waiting {
  readonly isStrong: boolean
  /**
   * It has waited for another flight already: any that is found now began after its call, and whatever comes of it is
   * good. For a strong read, of one that a strong read has begun.
   */
  readonly isAny: boolean
  /** Milliseconds of the clock. */
  readonly softUntil: number
  readonly hardUntil: number
  readonly hardTimeout: number
  /** Something stale to serve after the soft timeout, or when the hard one is over. */
  readonly stale: StaleText | undefined
  readonly running: Running | undefined
}

/** Waits for a flight as one of its callers. `begin` begins one where there is none to join. */
export const join = (
  core: Core,
  key: string,
  begin: () => Flight,
  waiting: Waiting
): Effect.Effect<{ readonly isOwn: boolean; readonly result: Awaited }, unknown> =>
  // A caller that was counted has to leave, whenever it is stopped.
  Effect.uninterruptibleMask((restore) =>
    Effect.suspend(() => {
      const { running } = waiting
      const found = core.flights.get(key)
      if (found !== undefined) {
        const cycle = running === undefined ? undefined : cycleThrough(running.flight, found)
        if (cycle !== undefined) return Effect.fail(dependencyCycle(cycle))
        found.callers++
      }
      const flight = found ?? begin()
      const isOwn = found === undefined
      running?.flight.waitsFor.add(flight)
      // What a bounded read has begun may have read what is outdated, or serve a stale text, whenever it began.
      const isAny = waiting.isAny && (!waiting.isStrong || flight.settings.isStrong)
      return restore(awaited(core, flight, isOwn || isAny, waiting)).pipe(
        Effect.map((result) => ({ isOwn, result })),
        Effect.onExit(() =>
          Effect.sync(() => {
            running?.flight.waitsFor.delete(flight)
            leave(core, flight)
          })
        )
      )
    })
  )

const leave = (core: Core, flight: Flight): void => {
  flight.callers--
  if (flight.callers > 0 || (flight.isBackground && !flight.isDetached)) return
  // Nobody wants it. Who comes from here on begins anew.
  if (!flight.isBackground) flight.isDetached = true
  core.landed(flight)
  if (!flight.isBackground) flight.fiber?.interruptUnsafe()
}

const awaited = Effect.fnUntraced(function* (core: Core, flight: Flight, isOwn: boolean, waiting: Waiting) {
  const { hardUntil, isStrong, softUntil } = waiting
  // A strong read cannot know whether a text that is on its way to the store was valid after it asked.
  const isTooLate = isStrong && !isOwn && flight.isCommitting
  const soft = yield* within(core, end(core, flight, isOwn, isStrong), Math.min(softUntil, hardUntil))
  let result = soft
  if (result === undefined && softUntil < hardUntil) {
    const stale = yield* staleOf(core, flight, waiting)
    if (stale !== undefined) {
      flight.isBackground = true
      return staleAnswer(stale)
    }
    result = yield* within(core, end(core, flight, isOwn, isStrong), hardUntil)
  }
  if (result === undefined) {
    flight.isBackground = true
    const stale = yield* staleOf(core, flight, waiting)
    if (stale !== undefined) return staleAnswer(stale)
    return yield* computeTimedOut(Duration.millis(waiting.hardTimeout))
  }
  if (isTooLate && result === "answer") return "again" as const
  return result === "answer" ? yield* Deferred.await(flight.answer) : result
})

/** The stale text that a caller may fall back on, where there is one. */
const staleOf = (core: Core, flight: Flight, { isStrong, stale }: Waiting): Effect.Effect<StaleText | undefined> =>
  Effect.suspend(() => {
    const found = flight.isStaleKnown ? flight.stale : (stale ?? flight.stale)
    if (found === undefined || isStrong || core.now >= Math.max(found.revalidateUntil, found.errorUntil)) return none
    // Who comes after it was removed must not get it, whatever those before may have.
    return Effect.map(isServable(core, found), (is) => (is ? found : undefined))
  })

const none = Effect.succeed(undefined)

const within = <A, E>(core: Core, effect: Effect.Effect<A, E>, until: number): Effect.Effect<A | undefined, E> =>
  until === Infinity
    ? effect
    : Effect.suspend(() =>
        Effect.timeoutOrElse(effect, {
          duration: Math.max(0, until - core.now),
          orElse: () => Effect.undefined
        })
      )

type End = "answer" | "again" | Answer

/** Waits until a flight has something for a caller: an answer, which may be a failure, or nothing. */
const end = (core: Core, flight: Flight, isOwn: boolean, isStrong: boolean): Effect.Effect<End> => {
  const final: Effect.Effect<End> = isOwn ? answered(flight, isStrong) : joined(flight, isStrong)
  // Most flights have nothing to serve early, and a race costs two fibers.
  if (isStrong || flight.settings.staleWhileRevalidate === 0) return final
  const early = Effect.flatMap(Deferred.await(flight.early), (answer) =>
    Effect.flatMap(isServable(core, flight.stale!), (is) => (is ? Effect.succeed(answer) : Effect.never))
  )
  return Effect.suspend(() => (flight.isStaleRemoved ? final : Effect.raceFirst(early, final)))
}

const answered = (flight: Flight, isStrong: boolean): Effect.Effect<End> =>
  Effect.map(Effect.result(Effect.sandbox(Deferred.await(flight.answer))), (result) =>
    flight.settings.isStrong && !isStrong && isUnavailable(result) ? "again" : "answer"
  )

const joined = (flight: Flight, isStrong: boolean): Effect.Effect<End> =>
  Effect.flatMap(Deferred.await(flight.outcome), (outcome) => {
    switch (outcome) {
      case "stored":
        return Effect.succeed("answer")
      case "failed":
        return answered(flight, isStrong)
      case "kept":
      case "read":
      case "stale":
        return Effect.succeed(isStrong ? "again" : "answer")
      case "fenced":
        return Effect.succeed("again")
      case "unavailable":
        return Effect.succeed(isStrong ? "answer" : "again")
    }
  })

// One that was begun for a strong read fails where the store does not answer, by itself or by what its computation reads.
// Others need not.
const isUnavailable = (result: Result.Result<unknown, Cause.Cause<unknown>>): boolean => {
  if (Result.isSuccess(result)) return false
  const error = Cause.squash(result.failure)
  return isCacheError(error) && error.reason._tag === "StoreUnavailable"
}
