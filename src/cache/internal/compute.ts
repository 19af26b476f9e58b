/**
 * Runs the computation of a flight, and makes its result a text: serialized, the stale one for longer, or a failure to
 * remember.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { CachedText } from "./cachedText.ts"
import { duration, milliseconds, wrong } from "./check.ts"
import { CurrentComputation, type Running } from "./computation.ts"
import { type Content, serializeContent } from "./content.ts"
import type { Core } from "./core.ts"
import { checkKey, invalidOptions, tooManyNames } from "./errors.ts"
import type { Flight } from "./flight.ts"
import type { Compute } from "./model.ts"
import { tagName } from "./names.ts"

/** What a caller gives to be computed. */
export type Computation<E, R> = Effect.Effect<unknown, E, R> | ((c: Compute) => Effect.Effect<unknown, E, R>)

/** A text, and for how many milliseconds it is fresh. */
export interface Computed {
  readonly content: Content
  readonly timeToLive: number
}

export const compute = <E, R>(
  core: Core,
  flight: Flight,
  computation: Computation<E, R>,
  outer: Running | undefined
): Effect.Effect<Computed, unknown, R> => {
  const { key, settings } = flight
  const tools = new ComputeTools(core, flight)
  const began = core.now
  const value = Effect.isEffect(computation) ? computation : Effect.suspend(() => computation(tools))
  return Effect.provideService(value, CurrentComputation, { flight, outer }).pipe(
    Effect.flatMap((value): Effect.Effect<Content, unknown> => {
      tools.isOver = true
      if (tools.error !== undefined) return Effect.fail(tools.error)
      if (flight.hasTooManyNames) return Effect.fail(tooManyNames())
      if (value !== tools.notModified) return serializeContent(core.serialization, value, settings.serialize)
      if (flight.stale !== undefined && Option.isSome(tools.stale)) {
        // What the text was built from still counts, as it is now.
        for (const [name, { since }] of flight.stale.marks) {
          flight.add(name, { since, generation: undefined, isLate: true })
        }
        return Effect.succeed(flight.stale.content)
      }
      return Effect.die(new Error("A computation gave back `notModified` without a stale text: look at `stale` first"))
    }),
    Effect.flatMap((content) =>
      Effect.map(jittered(tools.timeToLive, settings.jitter), (timeToLive) => ({ content, timeToLive }))
    ),
    Effect.onExit((exit) =>
      Effect.sync(() => {
        tools.isOver = true
        const time = core.now - began
        core.counters.computeDuration.add(time)
        if (Exit.isSuccess(exit)) {
          const { size } = exit.value.content
          if (core.events.wants("Computed")) {
            core.events.emit({ _tag: "Computed", key, size, duration: Duration.millis(time) })
          }
        } else if (!Cause.hasInterruptsOnly(exit.cause) && core.events.wants("ComputeFailed")) {
          core.events.emit({ _tag: "ComputeFailed", key, error: Cause.squash(exit.cause) })
        }
      })
    ),
    Effect.withSpan("SerializedCache.compute")
  )
}

/** A failure as a text, if it is one that the options want to be remembered. */
export const rememberFailure = Effect.fnUntraced(function* (core: Core, flight: Flight, cause: Cause.Cause<unknown>) {
  const { failures, jitter } = flight.settings
  const failure = Cause.findErrorOption(cause)
  if (failures === undefined || Option.isNone(failure)) return undefined
  const { schema } = failures
  if (!Schema.is(schema)(failure.value)) return undefined
  const timeToLive = milliseconds(failures.timeToLive(failure.value))
  if (timeToLive === undefined || timeToLive === 0) return undefined
  const encoded = yield* Schema.encodeEffect(schema)(failure.value).pipe(Effect.orDie)
  const content = yield* Effect.orDie(serializeContent(core.serialization, encoded ?? null, undefined, "failure"))
  return { content, timeToLive: yield* jittered(timeToLive, jitter) }
})

/** Spreads the ends of entries that were made together. */
export const jittered = (timeToLive: number, jitter: number): Effect.Effect<number> =>
  jitter === 0
    ? Effect.succeed(timeToLive)
    : Effect.map(Random.next, (random) => Math.ceil(timeToLive * (1 - jitter * random)))

const lateMark = ({ begunAt }: Flight) => ({ since: begunAt, generation: undefined, isLate: true })

class ComputeTools implements Compute {
  readonly key: string
  readonly stale: Compute["stale"]
  readonly notModified: unknown = Object.freeze({ notModified: true })
  timeToLive: number
  /** What is wrong with a tag that was added. */
  error: unknown = undefined
  isOver = false
  private readonly flight: Flight

  constructor(core: Core, flight: Flight) {
    const { key, settings, stale } = flight
    this.key = key
    this.flight = flight
    this.timeToLive = settings.timeToLive
    this.stale =
      stale === undefined || stale.content.kind === "failure" || flight.isStaleRemoved
        ? Option.none()
        : Option.some(new CachedText(key, stale.content, "memory", true, stale.expiresAt - core.now))
  }

  addTags(...tags: ReadonlyArray<string>): Effect.Effect<void> {
    return Effect.sync(() => {
      if (this.isOver) return
      for (const tag of tags) {
        this.error ??= checkKey(tag)
        this.flight.add(tagName(tag), lateMark(this.flight))
      }
    })
  }

  setTimeToLive(input: Duration.Input): Effect.Effect<void> {
    return Effect.sync(() => {
      const timeToLive = milliseconds(input)
      if (timeToLive === undefined) this.error ??= invalidOptions(wrong("timeToLive", duration, input))
      else this.timeToLive = Math.min(timeToLive, longest)
    })
  }
}

const longest = 30 * 24 * 3_600_000
