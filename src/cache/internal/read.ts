/**
 * Reads: from memory, from the store, or by a computation.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { SerializationError } from "../../SerializationError.ts"
import type { CacheError } from "../CacheError.ts"
import { CachedText } from "./cachedText.ts"
import { CurrentComputation } from "./computation.ts"
import type { Computation } from "./compute.ts"
import type { Core } from "./core.ts"
import { isUsableAtOnce } from "./examine.ts"
import type { Cached, EntryOptions, ReadOptions } from "./model.ts"
import { Read } from "./slowRead.ts"

type AnyFiber = Fiber.Fiber<unknown, unknown>

/** The entry of a key, computed where there is none. */
export const getOrCompute = <E, R>(
  core: Core,
  key: string,
  computation: Computation<E, R>,
  options: EntryOptions<E> | undefined
): Effect.Effect<Cached, E | SerializationError | CacheError, R> =>
  Effect.withFiber((fiber) => {
    // Most calls end here: no closure, no span and no log before it is known that they do not.
    const found = atOnce(core, key, options, fiber)
    if (found !== undefined) return Effect.succeed(found)
    const read = new Read(core, key, fiber)
    const context = fiber.context as Context.Context<R>
    return read.traced("getOrCompute", read.compute(computation, options, context)) as Effect.Effect<
      Cached,
      E | SerializationError | CacheError,
      R
    >
  })

/** The entry of a key, where there is one. */
export const get = (
  core: Core,
  key: string,
  options: ReadOptions | undefined
): Effect.Effect<Option.Option<Cached>, CacheError> =>
  Effect.withFiber((fiber) => {
    const found = atOnce(core, key, options, fiber)
    if (found !== undefined) return Effect.succeed(Option.some(found))
    const read = new Read(core, key, fiber)
    return read.traced("get", read.find(options))
  })

const atOnce = (core: Core, key: string, options: ReadOptions | undefined, fiber: AnyFiber): Cached | undefined => {
  const { now } = core
  const entry = core.memory.get(key, now)
  if (entry === undefined || now >= entry.refreshAt || entry.content.kind !== "value") return undefined
  if (options?.consistency === "strong" || core.settings.entry.isStrong || !isUsableAtOnce(core, entry))
    return undefined
  if (fiber.getRef(CurrentComputation) !== undefined) return undefined
  core.counters.requests.hit.memory++
  if (core.events.wants("Hit")) core.events.emit({ _tag: "Hit", key, tier: "memory" })
  return new CachedText(key, entry.content, "memory", false, entry.expiresAt - now)
}
