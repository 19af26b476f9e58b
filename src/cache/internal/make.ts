/**
 * Makes a cache: everything that its calls share, and the calls over it.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Serialization } from "../../Serialization.ts"
import type { CacheStoreShape } from "../CacheStore.ts"
import { adapt, type Pressure } from "./adapt.ts"
import { attach } from "./attach.ts"
import type { CacheSettings } from "./cacheSettings.ts"
import { Core } from "./core.ts"
import { Counters } from "./counters.ts"
import { makeEvents } from "./events.ts"
import { Fence } from "./fence.ts"
import { registerCache } from "./series.ts"
import { makeStoreClient } from "./storeClient.ts"

/** Whether the local fence is up. Only tests take it down, to see what happens without it. */
export const IsFenced: Context.Reference<boolean> = Context.Reference<boolean>(
  "effect-serialization/SerializedCache/IsFenced",
  { defaultValue: () => true }
)

export const makeCore = Effect.fnUntraced(function* (
  settings: CacheSettings,
  serialization: Serialization["Service"],
  store: CacheStoreShape | undefined,
  monitor: Pressure | undefined
) {
  const clock = yield* Clock.Clock
  const counters = new Counters()
  const events = yield* makeEvents(settings.hooks, counters)
  const fence = new Fence(yield* IsFenced)
  const client = store === undefined ? undefined : yield* makeStoreClient(store, settings, counters, clock)
  const scope = yield* Effect.scope
  const core = new Core({ settings, serialization, scope, clock, fence, counters, events, client })
  if (client !== undefined) yield* attach(core, client)
  if (monitor !== undefined) yield* Effect.forkScoped(adapt(core, monitor))
  const series = registerCache(core, yield* Effect.context<never>())
  yield* Effect.addFinalizer(() => Effect.sync(() => series.close()))
  return core
})
