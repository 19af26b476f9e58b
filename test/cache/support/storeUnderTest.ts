/**
 * Stores that the same cases are asked of: the one in memory, and the one in Redis.
 */
import { Context, Effect, Layer, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { createClient } from "redis"
import { CacheStore, type CacheStoreShape } from "../../../src/cache/CacheStore.ts"
import { makeStoreMemory } from "../../../src/cache/testing.ts"
import * as RedisStore from "../../../src/cache/RedisStore.ts"

export interface StoreUnderTest {
  readonly store: CacheStoreShape
  /** Lets time pass, in milliseconds. */
  readonly pass: (milliseconds: number) => Effect.Effect<void>
  /** Everything is gone. */
  readonly flush: Effect.Effect<void>
}

export const inMemory: Effect.Effect<StoreUnderTest> = Effect.sync(() => {
  const { flush, store } = makeStoreMemory()
  return { store, flush, pass: (milliseconds) => TestClock.adjust(milliseconds) }
})

// Nobody can move the clock of Redis; but what is left of each key's life can be shortened.
const shorten = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - tonumber(ARGV[1])) end
end
return 1
`

/** Over a server at an address. It is emptied before. */
export const inRedis: (url: string) => Effect.Effect<StoreUnderTest, never, Scope.Scope> = Effect.fnUntraced(
  function* (url) {
    const client = yield* Effect.acquireRelease(
      // It connects again.
      Effect.promise(() =>
        createClient({ url })
          .on("error", () => {})
          .connect()
      ),
      (client) => Effect.sync(() => client.destroy())
    )
    const flush = Effect.promise(() => client.flushAll())
    yield* flush
    const store = yield* connected(url)
    return {
      store,
      flush,
      pass: (milliseconds) =>
        Effect.promise(() => client.eval(shorten, { arguments: [milliseconds.toString()] })).pipe(Effect.asVoid)
    }
  }
)

/** A store that is connected. */
export const connected = (url: string): Effect.Effect<CacheStoreShape, never, Scope.Scope> =>
  Effect.gen(function* () {
    const store = yield* build(RedisStore.layer({ url }))
    yield* eventually(Effect.isSuccess(store.position("ready")))
    return store
  })

export const build = (layer: Layer.Layer<CacheStore>): Effect.Effect<CacheStoreShape, never, Scope.Scope> =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, CacheStore))

/** Asks again until the answer is true. The limit of the test is its limit. */
export const eventually = (condition: Effect.Effect<boolean>): Effect.Effect<void> =>
  Effect.flatMap(condition, (isTrue) =>
    isTrue
      ? Effect.void
      : Effect.andThen(
          Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5))),
          eventually(condition)
        )
  )
