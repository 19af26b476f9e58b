/**
 * What becomes of a text that was computed or written: it goes to the store and into memory, unless something that it
 * was built from was invalidated meanwhile.
 */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import { type CommitReply, StoreError, type StorePosition } from "../CacheStore.ts"
import type { Content } from "./content.ts"
import { type Core, lifetimeOf } from "./core.ts"
import type { EntrySettings } from "./entrySettings.ts"
import { type Flight, type Marks, stampOf } from "./flight.ts"
import { partsAtATime } from "./load.ts"
import { keyName } from "./names.ts"
import type { StoreClient } from "./storeClient.ts"
import { within } from "./within.ts"

/** How a text was begun: with the store, without it, or beside somebody who holds the lease. */
export type Begun =
  | { readonly _tag: "Store"; readonly position: StorePosition; readonly isWrite: boolean }
  /** `isFull`: it was refused, since nothing more goes in. */
  | { readonly _tag: "NoStore"; readonly isFull?: boolean }
  | { readonly _tag: "Alone" }

/** Keeps the text of a flight. */
export const keep = (
  core: Core,
  flight: Flight,
  content: Content,
  timeToLive: number,
  begun: Begun
): Effect.Effect<"stored" | "kept" | "fenced"> =>
  Effect.suspend(() => {
    const { client } = core
    if (!flight.isValid) return fenced(core, flight)
    // Zero: not to be kept. Alone: whoever has the lease stores.
    if (timeToLive === 0 || begun._tag === "Alone") {
      return Effect.succeed(client === undefined ? ("stored" as const) : ("fenced" as const))
    }
    if (client === undefined) {
      keepHere(core, flight, content, timeToLive, { view: 0, isStored: false })
      core.counters.stores.stored++
      return Effect.succeed("stored" as const)
    }
    if (begun._tag === "NoStore" || flight.isIncomplete) {
      if (begun._tag === "NoStore" && begun.isFull === true) core.counters.stores.full++
      const left = Math.min(timeToLive, core.settings.detachedTimeToLive)
      // With all generations it may be used while the store answers: it is asked about them first.
      const isStored = !flight.isIncomplete && hasGenerations(flight.marks)
      keepHere(core, flight, content, left, { view: 0, isStored })
      // With generations missing nobody can say whether others may have it.
      return Effect.succeed(flight.isIncomplete ? ("fenced" as const) : ("kept" as const))
    }
    return commit(core, client, flight, content, timeToLive, begun)
  })

const commit = Effect.fnUntraced(function* (
  core: Core,
  client: StoreClient,
  flight: Flight,
  content: Content,
  timeToLive: number,
  { isWrite, position }: Extract<Begun, { _tag: "Store" }>
) {
  const { counters, events } = core
  const { key, settings } = flight
  const sent = send(core, client, flight, content, timeToLive, position, isWrite)
  const { reply, sentAt, view } = yield* isWrite
    ? // One that was stopped may have been stored all the same.
      Effect.onError(sent, () => Effect.sync(() => core.invalidateHere([keyName(key)], "remove", "local")))
    : sent
  if (reply._tag !== "StoreError") flight.mayHaveLease = false
  const isValid = flight.isValid
  // A write has replaced the generation of its key, here as there, whatever became of its text.
  if (isWrite) core.invalidateHere([keyName(key)], "remove", "local")
  switch (reply._tag) {
    case "Fenced":
      return yield* fenced(core, flight)
    case "Superseded":
      counters.stores.superseded++
      return "stored" as const
    case "Stored": {
      counters.stores.stored++
      if (events.wants("Stored")) events.emit({ _tag: "Stored", key, tier: "store", size: content.size })
      if (isValid) {
        const stamp = new Map(Object.entries(reply.stamp))
        core.put(key, content, stamp, lifetimeOf(sentAt, timeToLive, timeToLive, settings), { view, isStored: true })
      }
      return "stored" as const
    }
    case "StoreError": {
      counters.stores[reply.kind === "full" ? "full" : "failed"]++
      // It may have been stored, or fenced. Its generations can tell, once the store answers: view 0 is validated
      // first. Those of a write cannot.
      if (isValid && (isWrite || hasGenerations(flight.marks))) {
        const left = Math.min(timeToLive, core.settings.detachedTimeToLive)
        keepHere(core, flight, content, left, { view: 0, isStored: !isWrite })
      }
      return "fenced" as const
    }
  }
})

const send = Effect.fnUntraced(function* (
  core: Core,
  client: StoreClient,
  flight: Flight,
  content: Content,
  timeToLive: number,
  position: StorePosition,
  isWrite: boolean
) {
  const { key, marks, settings, token } = flight
  const grace = Math.max(settings.staleWhileRevalidate, settings.staleIfError)
  const id = randomUUID()
  const { compression } = core.settings
  const { etag, kind, parts, size, truncated } = content
  const head = { id, kind, etag, size, parts: parts.length, truncated, compression, timeToLive, grace }
  // Read before it is sent: what is invalidated later is told by messages, or by a gap in them.
  let view = core.view.number
  let sentAt = core.now
  const stamp: Record<string, string> = {}
  const late: Array<string> = []
  for (const [name, { generation, isLate }] of marks) {
    if (isLate) late.push(name)
    else stamp[name] = generation!
  }
  const put = (bytes: Uint8Array, index: number) =>
    client.call("putPart", (store) =>
      store.putPart(client.namespace, { id, index, bytes, timeToLive: timeToLive + grace, compression })
    )
  const reply: CommitReply | StoreError = yield* Effect.gen(function* () {
    if (parts.length > 1) {
      const allPut = Effect.forEach(parts, put, { concurrency: partsAtATime, discard: true })
      yield* within(allPut, client.transferTimeout, () => Effect.fail(tooLate()))
    }
    flight.isCommitting = true
    view = core.view.number
    sentAt = core.now
    const body = parts.length === 1 ? parts[0] : undefined
    const request = { key, token, head, body, stamp, late, begun: position, isWrite, origin: core.origin }
    return yield* client.commit(request, keyName(key))
  }).pipe(
    Effect.catch((error) => Effect.succeed(error)),
    Effect.withSpan("SerializedCache.store", { attributes: { "cache.size": size, "cache.parts": parts.length } })
  )
  return { reply, view, sentAt }
})

const tooLate = (): StoreError =>
  new StoreError({ kind: "unavailable", cause: new Error("The text did not go in time") })

export const keepHere = (
  core: Core,
  { key, marks, settings }: { readonly key: string; readonly marks: Marks; readonly settings: EntrySettings },
  content: Content,
  timeToLive: number,
  store: { readonly view: number; readonly isStored: boolean }
): void => {
  core.put(key, content, stampOf(marks), lifetimeOf(core.now, timeToLive, timeToLive, settings), store)
}

const hasGenerations = (marks: Marks): boolean => {
  for (const { generation } of marks.values()) {
    if (generation === undefined) return false
  }
  return true
}

const fenced = (core: Core, flight: Flight): Effect.Effect<"fenced"> =>
  Effect.sync(() => {
    core.counters.stores.fenced++
    if (core.events.wants("Fenced")) core.events.emit({ _tag: "Fenced", key: flight.key })
    flight.detach()
    return "fenced" as const
  })
