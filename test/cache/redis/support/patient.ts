/** Caches over Redis whose tests are not about time: a machine that stands still for seconds fails none of them. */
import { Effect, type Scope } from "effect"
import type { CacheOptions, SerializedCache } from "../../../../src/cache/index.ts"
import { exact } from "../../support/layers.ts"
import { eventually } from "../../support/storeUnderTest.ts"

export const patient = {
  ...exact,
  storeTimeout: "20 seconds",
  transferTimeout: "20 seconds"
} as const satisfies CacheOptions

type Cache = SerializedCache["Service"]

/** Waits until a cache has both connections: it hears messages, and knows where the store stands. */
export const connected = (make: Effect.Effect<Cache, never, Scope.Scope>): Effect.Effect<Cache, never, Scope.Scope> =>
  Effect.tap(make, (cache) =>
    eventually(Effect.map(cache.metrics, ({ gaps, store }) => gaps >= 2 && store === "attached"))
  )
