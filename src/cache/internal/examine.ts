/**
 * May an entry in memory be used now? Where there is a store, that is a question of what was heard of it, and if need
 * be it is asked.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Generations } from "../CacheStore.ts"
import type { Core } from "./core.ts"
import type { Validity } from "./fence.ts"
import { isRemoved, type StaleText, stampOf } from "./flight.ts"
import type { MemoryEntry, Stamp } from "./memory.ts"
import type { StoreClient } from "./storeClient.ts"

/** `unavailable`: only the store could tell, and it does not answer. */
export type Usable = "yes" | "no" | "unavailable"

/** Whether an entry may be used without asking anybody. */
export const isUsableAtOnce = (core: Core, entry: MemoryEntry): boolean => {
  const { client, view } = core
  return client === undefined || (entry.view === view.number && !client.isDetached && core.isVerified)
}

/** Whether an entry may be used. Where `isAsked` the store is asked in any case, after the call has begun. */
export const examine = (core: Core, entry: MemoryEntry, isAsked: boolean): Effect.Effect<Usable> =>
  Effect.suspend(() => {
    const { client, settings } = core
    if (client === undefined || (!isAsked && isUsableAtOnce(core, entry))) return yes
    if (client.isDetached && !isAsked) return settings.whenDetached === "serve" ? yes : no
    if (!entry.isStored) {
      // Made while the store did not answer, so it cannot say anything about it.
      if (client.isDetached) return isAsked ? unavailable : yes
      core.memory.delete(entry.key, "invalidated")
      return no
    }
    if (isAsked) return validate(core, client, entry)
    return Effect.map(shared(core, client, entry), (usable) =>
      usable === "unavailable" && client.isDetached && settings.whenDetached === "serve" ? "yes" : usable
    )
  })

const yes: Effect.Effect<Usable> = Effect.succeed("yes")
const no: Effect.Effect<Usable> = Effect.succeed("no")
const unavailable: Effect.Effect<Usable> = Effect.succeed("unavailable")

/** One round trip for all that come while it is on its way. It goes on without them. */
const shared = (core: Core, client: StoreClient, entry: MemoryEntry): Effect.Effect<Usable> => {
  let { validating } = entry
  if (validating === undefined) {
    const asked = Deferred.makeUnsafe<Usable>()
    validating = entry.validating = asked
    core.run(
      Effect.onExit(
        Effect.andThen(validate(core, client, entry), (usable) => Deferred.succeed(asked, usable)),
        () =>
          Effect.sync(() => {
            entry.validating = undefined
            // Where it was stopped, with the cache.
            Deferred.doneUnsafe(asked, unavailable)
          })
      )
    )
  }
  return Deferred.await(validating)
}

const validate = (core: Core, client: StoreClient, entry: MemoryEntry): Effect.Effect<Usable> =>
  Effect.suspend(() => {
    const view = core.view.number
    return Effect.map(ask(core, client, entry.stamp), (validity): Usable => {
      if (validity === "failed") return "unavailable"
      if (validity === "gone") {
        if (core.memory.get(entry.key, core.now) === entry) core.memory.delete(entry.key, "invalidated")
        return "no"
      }
      if (validity === "stale") entry.expire(core.now)
      entry.view = view
      // Meanwhile it may have been invalidated, or replaced.
      return core.memory.get(entry.key, core.now) === entry ? "yes" : "no"
    })
  })

/** What the store says of the names of a text. */
const ask = (core: Core, client: StoreClient, stamp: Stamp): Effect.Effect<Validity | "failed"> =>
  client
    .call("validate", (store) => store.validate(client.namespace, Object.fromEntries(stamp) as Generations))
    .pipe(
      Effect.catch(() => Effect.succeed("failed" as const)),
      Effect.tap((validity) => Effect.sync(() => core.counters.validations[validity]++))
    )

/**
 * Whether a stale text that was found a while ago may be served still. What was removed elsewhere since is known once its
 * message has come; where it may have been lost, the store is asked.
 */
export const isServable = (core: Core, stale: StaleText): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const { client, fence, settings } = core
    if (isRemoved(fence, stale.marks)) return Effect.succeed(false)
    if (client === undefined) return Effect.succeed(true)
    if (client.isDetached) return Effect.succeed(settings.whenDetached === "serve")
    const view = core.view.number
    if (stale.view === view && core.isVerified) return Effect.succeed(true)
    const stamp = stampOf(stale.marks)
    // Made while the store did not answer, so it cannot say anything about it.
    if (Array.from(stamp.values()).includes(undefined)) return Effect.succeed(false)
    return Effect.map(ask(core, client, stamp), (validity) => {
      if (validity === "failed") return client.isDetached && settings.whenDetached === "serve"
      if (validity === "gone") return false
      stale.view = view
      return !isRemoved(fence, stale.marks)
    })
  })
