/** Texts of several parts: what comes of a part that is late, gone, or broken. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { CacheStore, type CacheStoreShape, type SerializedCache } from "../../src/cache/index.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"
import { exact, makeCache, overStore } from "./support/layers.ts"
import { settledInTurns } from "./support/twoCaches.ts"

const large = (name: string) => [name, "x".repeat(600_000)]

/** A process that writes, and one that reads through what a test makes of the store. */
const world = Effect.fnUntraced(function* (
  wrap: (store: CacheStoreShape, one: SerializedCache["Service"]) => Partial<CacheStoreShape>
) {
  const shared = makeStoreMemory()
  const one = yield* makeCache(overStore(shared.layer, exact))
  const two = yield* makeCache(
    overStore(Layer.succeed(CacheStore, { ...shared.store, ...wrap(shared.store, one) }), exact)
  )
  yield* settledInTurns
  return { shared, one, two }
})

const cut = (text: string) => text.slice(0, 6)

describe("a text of several parts", () => {
  it.live("another one takes its place while it is read: a `get` finds the other one", () =>
    Effect.gen(function* () {
      let isFirst = true
      const { one, two } = yield* world((store, one) => ({
        part: (namespace, part) =>
          Effect.suspend(() => {
            if (!isFirst) return store.part(namespace, part)
            isFirst = false
            return Effect.andThen(Effect.orDie(one.set("a", large("2"))), store.part(namespace, part))
          })
      }))
      yield* one.set("a", large("1"))
      const found = yield* two.get("a")
      assert.strictEqual(cut(yield* Option.getOrThrow(found).text), '["2","')
    })
  )

  it.live("a part that is gone for good: nothing, and no end of attempts", () =>
    Effect.gen(function* () {
      let asked = 0
      const { one, two } = yield* world(() => ({ part: () => Effect.sync(() => void asked++) }))
      yield* one.set("a", large("1"))
      assert.isTrue(Option.isNone(yield* two.get("a")))
      assert.isAtMost(asked, 9)
    })
  )

  it.live("a store that does not let go of a broken one: it is computed, and not asked for ever", () =>
    Effect.gen(function* () {
      const { one, two } = yield* world((store) => ({
        begin: (namespace, request) => store.begin(namespace, { ...request, discard: undefined }),
        part: () => Effect.undefined
      }))
      yield* one.set("a", large("1"))
      assert.strictEqual((yield* two.getOrCompute("a", Effect.succeed(2))).source, "computed")
    })
  )

  it.effect("a part that does not come in time: it is computed here, and left as it is", () =>
    Effect.gen(function* () {
      let isSlow = true
      const { one, two } = yield* world((store) => ({
        part: (namespace, part) => (isSlow ? Effect.never : store.part(namespace, part))
      }))
      yield* one.set("a", large("1"))
      const read = yield* Effect.forkChild(two.getOrCompute("a", Effect.succeed(2)))
      const strong = yield* Effect.forkChild(two.getOrCompute("a", Effect.succeed(2), { consistency: "strong" }))
      const found = yield* Effect.forkChild(two.get("a"))
      yield* settledInTurns
      for (let i = 0; i < 10; i++) yield* Effect.andThen(TestClock.adjust("10 seconds"), settledInTurns)
      assert.strictEqual((yield* Fiber.join(read)).source, "computed")
      assert.strictEqual((yield* Effect.flip(Fiber.join(strong))).reason._tag, "StoreUnavailable")
      assert.isTrue(Option.isNone(yield* Fiber.join(found)))
      isSlow = false
      yield* TestClock.adjust("1 minute")
      const again = yield* two.getOrCompute("a", Effect.die("computed twice"))
      assert.strictEqual(again.source, "store")
      assert.strictEqual(cut(yield* again.text), '["1","')
    })
  )

  it.effect(
    "parts that never come in time: what is computed instead is served for a while, unless it is outdated",
    () =>
      Effect.gen(function* () {
        const { one, two } = yield* world(() => ({ part: () => Effect.never }))
        let computed = 0
        const read = Effect.gen(function* () {
          const compute = Effect.sync(() => ++computed)
          const reading = yield* Effect.forkChild(two.getOrCompute("a", compute, { tags: ["t"] }))
          yield* settledInTurns
          for (let i = 0; i < 11 && reading.pollUnsafe() === undefined; i++) {
            yield* Effect.andThen(TestClock.adjust("1 second"), settledInTurns)
          }
          return (yield* Fiber.join(reading)).source
        })
        yield* one.set("a", large("1"), { tags: ["t"] })
        assert.strictEqual(yield* read, "computed")
        yield* TestClock.adjust("9 seconds")
        assert.strictEqual(yield* read, "memory")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* read, "computed")
        yield* one.invalidateTags("t")
        yield* settledInTurns
        yield* one.set("a", large("2"), { tags: ["t"] })
        assert.strictEqual(yield* read, "computed")
        assert.strictEqual(computed, 3)
      })
  )
})
