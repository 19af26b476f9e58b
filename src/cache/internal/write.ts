/**
 * Writes: values that are set, and invalidations.
 */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import type { SerializationError } from "../../SerializationError.ts"
import type { CacheError } from "../CacheError.ts"
import type { StoreError, StorePosition } from "../CacheStore.ts"
import { CachedText } from "./cachedText.ts"
import { isObject, wrong } from "./check.ts"
import { jittered } from "./compute.ts"
import { type Content, serializeContent } from "./content.ts"
import type { Core } from "./core.ts"
import { entrySettings } from "./entrySettings.ts"
import { checkKey, invalidOptions, storeUnavailable } from "./errors.ts"
import { Flight } from "./flight.ts"
import { type Begun, keep, keepHere } from "./keep.ts"
import type { Cached, EntryOptions, InvalidateOptions, Invalidation } from "./model.ts"
import { everything, keyName, tagName } from "./names.ts"

/** Invalidates a key and stores a text for it, in one step. */
export const set: (
  core: Core,
  key: string,
  value: unknown,
  options: EntryOptions | undefined
) => Effect.Effect<Cached, SerializationError | CacheError> = Effect.fnUntraced(function* (core, key, value, options) {
  const settings = entrySettings(options, core.settings.entry)
  if ("_tag" in settings) return yield* settings
  const error = checkKey(key)
  if (error !== undefined) return yield* error
  const names = core.namesOf(key, settings)
  if ("_tag" in names) return yield* names
  // Nobody waits for it, and it computes nothing; but it can be fenced, as a computation can.
  const flight = new Flight({
    cache: core,
    key,
    settings,
    token: randomUUID(),
    isRefresh: false,
    stale: undefined,
    fence: core.fence,
    onEnd: () => {},
    onDetach: () => {}
  })
  flight.declare(names)
  return yield* lastWrite(
    core,
    flight,
    Effect.gen(function* () {
      const begun = yield* beginWrite(core, flight, names)
      const content = yield* serializeContent(core.serialization, value, settings.serialize)
      const timeToLive = yield* jittered(settings.timeToLive, settings.jitter)
      yield* keepWritten(core, flight, content, timeToLive, begun)
      return new CachedText(key, content, "computed", false, timeToLive)
    })
  )
})

/**
 * Of two values that a process sets at the same time the one that it has set later stays: the store may hear of the
 * other one after it.
 */
const lastWrite = <A, E>(core: Core, flight: Flight, write: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const { key } = flight
    core.writes.get(key)?.detach()
    core.writes.set(key, flight)
    return Effect.ensuring(
      write,
      Effect.sync(() => {
        if (core.writes.get(key) === flight) core.writes.delete(key)
      })
    )
  })

const beginWrite = (core: Core, flight: Flight, names: ReadonlyArray<string>): Effect.Effect<Begun> =>
  Effect.suspend(() => {
    const { client } = core
    if (client === undefined) return Effect.succeed<Begun>({ _tag: "NoStore" })
    const request = { key: flight.key, purpose: "write", names, token: flight.token, lease: 0 } as const
    return client
      .call("begin", (store) => store.begin(client.namespace, request))
      .pipe(
        Effect.map((reply): Begun => {
          if (reply._tag !== "Leased") return { _tag: "NoStore" }
          flight.declare(names, reply.generations)
          return { _tag: "Store", position: reply.position, isWrite: true }
        }),
        Effect.catch(({ kind }) => Effect.succeed<Begun>({ _tag: "NoStore", isFull: kind === "full" }))
      )
  })

const keepWritten = (
  core: Core,
  flight: Flight,
  content: Content,
  timeToLive: number,
  begun: Begun
): Effect.Effect<unknown> =>
  Effect.suspend((): Effect.Effect<unknown> => {
    const { key } = flight
    const isValid = flight.isValid
    if (isValid && begun._tag === "Store") return keep(core, flight, content, timeToLive, begun)
    const names = [keyName(key)]
    const { client, counters } = core
    core.invalidateHere(names, "remove", "local")
    const since = core.fence.counter
    if (!isValid) counters.stores.fenced++
    else {
      const isFull = begun._tag === "NoStore" && begun.isFull === true
      counters.stores[client === undefined ? "stored" : isFull ? "full" : "failed"]++
    }
    const keepIt = (timeToLive: number) => keepHere(core, flight, content, timeToLive, { view: 0, isStored: false })
    if (client === undefined) {
      // The key was invalidated by this write itself, and by nobody else.
      if (isValid) keepIt(timeToLive)
      return Effect.void
    }
    return Effect.ensuring(
      client.invalidateOrQueue({ names, mode: "remove", origin: core.origin }),
      Effect.sync(() => {
        const isCurrent = Array.from(flight.marks.keys()).every((name) => core.fence.check(name, since) === "current")
        // What was read from the store before it heard of this.
        core.invalidateAgain(names, "remove")
        if (isValid && isCurrent && !flight.isDetached) keepIt(Math.min(timeToLive, core.settings.detachedTimeToLive))
      })
    )
  })

/** Invalidates names: in this process at once, and wherever the store is read. */
const invalidateNames = (
  core: Core,
  names: ReadonlyArray<string>,
  options: InvalidateOptions | undefined
): Effect.Effect<Invalidation, CacheError> =>
  Effect.suspend(() => {
    const { mode = "remove" } = options ?? {}
    const { client, origin } = core
    if (names.length === 0) return Effect.succeed(done(undefined))
    core.invalidateHere(names, mode, "local")
    if (client === undefined) return Effect.succeed(done(undefined))
    const request = { names, mode, origin }
    const told: Effect.Effect<StorePosition | undefined, StoreError> =
      options?.onUnavailable === "fail" ? client.invalidate(request) : client.invalidateOrQueue(request)
    return told.pipe(
      // What was read from the store before it heard of this must not be served after this has returned, or was stopped:
      // the message will be this cache's own, which it does not listen to.
      Effect.ensuring(Effect.sync(() => core.invalidateAgain(names, mode))),
      Effect.map((position) => (position === undefined ? queued : done(position.sequence))),
      Effect.mapError(storeUnavailable)
    )
  }).pipe(Effect.withSpan("SerializedCache.invalidate", { attributes: { "cache.names": names.length } }))

const queued: Invalidation = { status: "queued", sequence: undefined }
const done = (sequence: number | undefined): Invalidation => ({ status: "done", sequence })

export const invalidate = (
  core: Core,
  keys: string | ReadonlyArray<string>,
  options: InvalidateOptions | undefined
): Effect.Effect<Invalidation, CacheError> => invalidateEach(core, keys, keyName, options)

export const invalidateTags = (
  core: Core,
  tags: string | ReadonlyArray<string>,
  options: InvalidateOptions | undefined
): Effect.Effect<Invalidation, CacheError> => invalidateEach(core, tags, tagName, options)

export const invalidateAll = (
  core: Core,
  options: InvalidateOptions | undefined
): Effect.Effect<Invalidation, CacheError> =>
  Effect.suspend(() => {
    const message = checkOptions(options)
    return message === undefined ? invalidateNames(core, [everything], options) : Effect.fail(invalidOptions(message))
  })

const invalidateEach = (
  core: Core,
  given: string | ReadonlyArray<string>,
  nameOf: (given: string) => string,
  options: InvalidateOptions | undefined
): Effect.Effect<Invalidation, CacheError> =>
  Effect.suspend(() => {
    const message = checkOptions(options)
    if (message !== undefined) return Effect.fail(invalidOptions(message))
    const list = Array.isArray(given) ? (given as ReadonlyArray<string>) : [given as string]
    for (const one of list) {
      const error = checkKey(one)
      if (error !== undefined) return Effect.fail(error)
    }
    return invalidateNames(core, Array.from(new Set(list), nameOf), options)
  })

const checkOptions = (options: InvalidateOptions | undefined): string | undefined => {
  if (options === undefined) return undefined
  if (!isObject(options)) return wrong("options", "an object", options)
  const { mode, onUnavailable } = options
  if (mode !== undefined && mode !== "remove" && mode !== "stale") return wrong("mode", '"remove" or "stale"', mode)
  if (onUnavailable !== undefined && onUnavailable !== "queue" && onUnavailable !== "fail") {
    return wrong("onUnavailable", '"queue" or "fail"', onUnavailable)
  }
  return undefined
}
