/**
 * Looks for an entry in the store, without a computation to follow.
 */
import * as Effect from "effect/Effect"
import type { CacheError } from "../CacheError.ts"
import { type Core, lifetimeOf } from "./core.ts"
import type { EntrySettings } from "./entrySettings.ts"
import { storeUnavailable } from "./errors.ts"
import { type Answer, type Mark, stampOf } from "./flight.ts"
import { loadContent } from "./load.ts"
import type { StoreClient } from "./storeClient.ts"

/** Another text may take the place of one while its parts are read. The next attempt finds it. */
const attempts = 3

export const findInStore: (
  core: Core,
  client: StoreClient,
  key: string,
  settings: EntrySettings
) => Effect.Effect<Answer | undefined, CacheError> = Effect.fnUntraced(function* (core, client, key, settings) {
  const { fence } = core
  for (let attempt = 0; attempt < attempts; attempt++) {
    const askedAt = core.now
    const since = fence.counter
    const view = core.view.number
    const trouble = (error: unknown) => (settings.isStrong ? Effect.fail(storeUnavailable(error)) : Effect.undefined)
    const request = { key, purpose: "read", names: [], token: "", lease: 0 } as const
    const reply = yield* client
      .call("begin", (store) => store.begin(client.namespace, request))
      .pipe(Effect.catch(trouble))
    if (reply === undefined) return undefined
    const entry = reply._tag === "Hit" ? reply.entry : reply._tag === "Absent" ? reply.stale : undefined
    if (entry === undefined) return undefined
    const { head, stamp, timeLeft } = entry
    const isStale = timeLeft <= 0
    if (isStale && (settings.isStrong || -timeLeft >= settings.staleWhileRevalidate)) return undefined
    const content = yield* loadContent(client, entry).pipe(
      Effect.catch((error) => Effect.as(trouble(error), "late" as const))
    )
    if (content === "late") return undefined
    if (content === undefined) continue
    const marks = new Map(
      Object.entries(stamp).map(([name, generation]): [string, Mark] => [name, { since, generation, isLate: false }])
    )
    const lifetime = lifetimeOf(askedAt, timeLeft, head.timeToLive, settings)
    // Something that was invalidated meanwhile is an answer still, for it was asked for before; but it is not kept.
    if (Object.keys(stamp).every((name) => fence.check(name, since) === "current")) {
      core.put(key, content, stampOf(marks), lifetime, { view, isStored: true })
    }
    return { content, source: "store", isStale, expiresAt: lifetime.expiresAt, marks }
  }
  return undefined
})
