/** `get` of what only the store has: what it answers, what it keeps in memory, and what happens meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import {
  type CacheOptions,
  CacheStore,
  type CacheStoreShape,
  type EntryOptions,
  StoreError
} from "../../src/cache/index.ts"
import { layerStoreFailing, makeStoreMemory } from "../../src/cache/testing.ts"
import { exact, makeCache, overStore } from "./support/layers.ts"

const settled = Effect.gen(function* () {
  for (let i = 0; i < 20; i++) yield* Effect.yieldNow
})

const read = { timeToLive: "10 seconds", staleWhileRevalidate: "1 minute" } as const

/** A process that computes, and one that only reads, whose store the test listens to and holds up. */
const world = Effect.fnUntraced(function* (options: CacheOptions = exact) {
  const shared = makeStoreMemory()
  const asked: Array<string> = []
  const answered = yield* Deferred.make<void>()
  const gate = yield* Deferred.make<void>()
  let isHeld = false
  let isDeaf = false
  const held: CacheStoreShape = {
    ...shared.store,
    begin: (namespace, request) =>
      shared.store.begin(namespace, request).pipe(
        Effect.tap(() => {
          asked.push("begin")
          if (!isHeld || request.key !== "a") return Effect.void
          isHeld = false
          return Effect.andThen(Deferred.succeed(answered, undefined), Deferred.await(gate))
        })
      ),
    validate: (namespace, stamp) => {
      asked.push("validate")
      return shared.store.validate(namespace, stamp)
    },
    invalidate: (namespace, request) =>
      isDeaf
        ? Effect.fail(new StoreError({ kind: "unavailable", cause: undefined }))
        : shared.store.invalidate(namespace, request)
  }
  const one = yield* makeCache(overStore(shared.layer, exact))
  const two = yield* makeCache(overStore(Layer.succeed(CacheStore, held), options))
  yield* settled
  /** The store hears of no invalidation of the second cache any more. */
  const deafen = Effect.sync(() => (isDeaf = true))
  /** A `get` whose answer has left the store, and is on its way until `gate` opens. */
  const onItsWay = Effect.fnUntraced(function* <A, E>(call: Effect.Effect<A, E>) {
    isHeld = true
    const fiber = yield* Effect.forkChild(call)
    yield* Deferred.await(answered)
    return { fiber, arrive: Deferred.succeed(gate, undefined) }
  })
  return { shared, asked, one, two, onItsWay, deafen }
})

const textOf = Effect.fnUntraced(function* (
  cache: Effect.Success<ReturnType<typeof makeCache>>,
  consistency: "bounded" | "strong" = "bounded"
) {
  const found = yield* cache.get("a", { consistency })
  return Option.isSome(found) ? `${yield* found.value.text}${found.value.isStale ? ", stale" : ""}` : "nothing"
})

const entry = (options: EntryOptions<never>): CacheOptions => ({ entry: { jitter: 0, ...options } })

describe("a get of what only the store has", () => {
  it.effect("fresh until its time is out, and stale as long as this cache serves stale text", () =>
    Effect.gen(function* () {
      const { one, two } = yield* world(entry({ staleWhileRevalidate: "5 seconds", memoryTimeToLive: "1 milli" }))
      yield* one.getOrCompute("a", Effect.succeed(1), read)
      yield* TestClock.adjust(9_999)
      assert.strictEqual(yield* textOf(two), "1")
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* textOf(two), "1, stale")
      assert.strictEqual(yield* textOf(two, "strong"), "nothing")
      yield* TestClock.adjust(4_999)
      assert.strictEqual(yield* textOf(two), "1, stale")
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* textOf(two), "nothing")
    })
  )

  it.effect("is kept: the next one asks nobody", () =>
    Effect.gen(function* () {
      const { asked, one, two } = yield* world()
      yield* one.getOrCompute("a", Effect.succeed(1), read)
      assert.strictEqual(yield* textOf(two), "1")
      assert.strictEqual(yield* textOf(two), "1")
      assert.deepStrictEqual(asked, ["begin"])
      // The store knows it, so it can say whether it is still the one.
      assert.strictEqual(yield* textOf(two, "strong"), "1")
      assert.deepStrictEqual(asked, ["begin", "validate"])
    })
  )

  it.effect("what is not there is left to whoever computes it", () =>
    Effect.gen(function* () {
      const { one, two } = yield* world()
      assert.strictEqual(yield* textOf(two), "nothing")
      const computed = yield* one.getOrCompute("a", Effect.succeed(1)).pipe(Effect.forkChild)
      yield* settled
      assert.isDefined(computed.pollUnsafe(), "somebody has the lease")
    })
  )

  it.effect("an invalidation while it is on its way: an answer still, and not kept", () =>
    Effect.gen(function* () {
      const { asked, one, onItsWay, two } = yield* world()
      yield* one.getOrCompute("a", Effect.succeed(1), read)
      const { arrive, fiber } = yield* onItsWay(two.get("a"))
      yield* two.invalidate("a")
      yield* arrive
      assert.strictEqual(yield* (yield* Fiber.join(fiber)).pipe(Option.getOrThrow).text, "1")
      assert.strictEqual((yield* two.metrics).entries, 0)
      assert.strictEqual(yield* textOf(two), "nothing")
      assert.deepStrictEqual(asked, ["begin", "begin"])
    })
  )

  it.effect("an invalidation that only this process knows of: what was made of it is not kept either", () =>
    Effect.gen(function* () {
      const { deafen, one, onItsWay, two } = yield* world()
      yield* one.getOrCompute("a", Effect.succeed(1), read)
      let computed = 0
      const b = two.getOrCompute(
        "b",
        Effect.map(two.get("a"), () => ++computed)
      )
      const { arrive, fiber } = yield* onItsWay(b)
      yield* deafen
      assert.strictEqual((yield* two.invalidate("a")).status, "queued")
      yield* arrive
      yield* Fiber.join(fiber)
      yield* b
      assert.strictEqual(computed, 2)
    })
  )

  it.effect("messages that were lost while it was on its way: the store is asked before it is used again", () =>
    Effect.gen(function* () {
      const { one, onItsWay, shared, two } = yield* world()
      yield* one.getOrCompute("a", Effect.succeed(1), read)
      yield* one.invalidate("first")
      yield* settled
      const { arrive, fiber } = yield* onItsWay(two.get("a"))
      yield* shared.pause
      yield* one.invalidate("a")
      yield* shared.drop
      yield* shared.resume
      yield* one.invalidate("another")
      yield* settled
      yield* arrive
      assert.isTrue(Option.isSome(yield* Fiber.join(fiber)))
      assert.strictEqual(yield* textOf(two), "nothing")
    })
  )

  it.effect("its time runs from when it was asked for, not from when it came", () =>
    Effect.gen(function* () {
      const { one, onItsWay, two } = yield* world({ ...exact, storeTimeout: "1 minute", verifyWithin: "1 hour" })
      yield* one.getOrCompute("a", Effect.succeed(1), { timeToLive: "10 seconds" })
      yield* TestClock.adjust("4 seconds")
      const { arrive, fiber } = yield* onItsWay(two.get("a"))
      yield* TestClock.adjust("3 seconds")
      yield* arrive
      const found = Option.getOrThrow(yield* Fiber.join(fiber))
      assert.strictEqual(Duration.toMillis(found.timeToLive), 3_000)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* textOf(two), "nothing")
    })
  )

  it.effect("a store that does not answer: nothing, and an error for a strong one", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache(overStore(layerStoreFailing()))
      assert.strictEqual(yield* textOf(cache), "nothing")
      const { reason } = yield* Effect.flip(cache.get("a", { consistency: "strong" }))
      assert.strictEqual(reason._tag, "StoreUnavailable")
    })
  )
})
