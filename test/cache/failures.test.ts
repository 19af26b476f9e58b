/** Failures that are remembered, for several processes; and times to live that are spread. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, Schema } from "effect"
import { TestClock } from "effect/testing"
import { inMemory, makeCache, overStore } from "./support/layers.ts"
import { settled, twoCaches } from "./support/twoCaches.ts"

class NotFound extends Schema.TaggedError<NotFound>("test/NotFound")("NotFound", { id: Schema.Int }) {}

const failures = { schema: NotFound, timeToLive: () => "10 seconds" as const }

describe("a failure that is remembered, over a store", () => {
  it.effect("comes out as it was in the other process too, until its time is over", () =>
    Effect.gen(function* () {
      const { here, other } = yield* twoCaches()
      let computed = 0
      const compute = Effect.suspend(() => (computed++, Effect.fail(new NotFound({ id: 7 }))))
      for (const cache of [here, other, other]) {
        const failure = yield* Effect.flip(cache.getOrCompute("a", compute, { failures }))
        assert.instanceOf(failure, NotFound)
        assert.deepStrictEqual([(failure as NotFound).id, computed], [7, 1])
        yield* settled
      }
      assert.isTrue(Option.isNone(yield* other.get("a")))
      yield* TestClock.adjust("10 seconds")
      yield* Effect.flip(other.getOrCompute("a", compute, { failures }))
      assert.strictEqual(computed, 2)
    })
  )

  it.effect("goes with an invalidation", () =>
    Effect.gen(function* () {
      const { here, other } = yield* twoCaches()
      yield* Effect.flip(here.getOrCompute("a", Effect.fail(new NotFound({ id: 7 })), { failures }))
      yield* other.invalidate("a")
      yield* settled
      for (const cache of [here, other]) {
        assert.strictEqual(yield* (yield* cache.getOrCompute("a", Effect.succeed(1), { failures })).text, "1")
      }
    })
  )

  it.effect("is nothing to who remembers none: it is computed, and what comes of it takes its place", () =>
    Effect.gen(function* () {
      const { here, other, shared } = yield* twoCaches()
      yield* Effect.flip(here.getOrCompute("a", Effect.fail(new NotFound({ id: 7 })), { failures }))
      yield* settled
      assert.isTrue(Option.isNone(yield* other.get("a")))
      assert.strictEqual((yield* other.getOrCompute("a", Effect.succeed(1))).source, "computed")
      yield* settled
      const third = yield* makeCache(overStore(shared.layer))
      const found = yield* third.getOrCompute("a", Effect.fail(new NotFound({ id: 8 })), { failures })
      assert.deepStrictEqual([found.source, yield* found.text], ["store", "1"])
    })
  )
})

describe("jitter", () => {
  it.effect("shortens the time to live by up to its share, and never makes it longer", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache(inMemory())
      const options = { timeToLive: "100 seconds", jitter: 0.25 } as const
      const times: Array<number> = []
      for (let i = 0; i < 200; i++) {
        const { timeToLive } = yield* cache.getOrCompute(`computed ${i}`, Effect.succeed(i), options)
        const set = yield* cache.set(`set ${i}`, i, options)
        times.push(Duration.toSeconds(timeToLive), Duration.toSeconds(set.timeToLive))
      }
      assert.isAtLeast(Math.min(...times), 75)
      assert.isAtMost(Math.max(...times), 100)
      // Of 400 at random, some are near either end.
      assert.isBelow(Math.min(...times), 80)
      assert.isAbove(Math.max(...times), 95)
    })
  )
})
