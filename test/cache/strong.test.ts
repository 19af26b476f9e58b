/** Strong reads that join what bounded ones have begun. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { down, settled, twoCaches } from "./support/twoCaches.ts"

const forked = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

describe("a strong read that joins a bounded one", () => {
  it.effect("goes again, where that was begun without the store", () =>
    Effect.gen(function* () {
      const { here, other, shared, steps } = yield* twoCaches()
      const goOn = yield* Deferred.make<void>()
      let source = "old"
      const slow = Effect.suspend(() => {
        const value = source
        return Effect.as(Deferred.await(goOn), value)
      })
      steps.before = () => down
      const bounded = yield* forked(here.getOrCompute("a", slow))
      yield* settled
      steps.before = () => Effect.void
      source = "new"
      yield* shared.pause
      assert.strictEqual((yield* other.invalidate("a")).status, "done")
      const joined = yield* forked(here.getOrCompute("a", slow))
      const strong = yield* forked(here.getOrCompute("a", slow, { consistency: "strong" }))
      yield* settled
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(bounded)).text, '"old"')
      assert.strictEqual(yield* (yield* Fiber.join(joined)).text, '"old"')
      assert.strictEqual(yield* (yield* Fiber.join(strong)).text, '"new"')
    })
  )

  it.effect("gets no stale text of the second one that it waits for", () =>
    Effect.gen(function* () {
      const options = { entry: { jitter: 0, timeToLive: "10 seconds", staleIfError: "1 minute" } } as const
      const { here, other } = yield* twoCaches(options)
      yield* other.getOrCompute("a", Effect.succeed("old"))
      yield* TestClock.adjust("11 seconds")
      const goOn = yield* Deferred.make<void>()
      let begun = 0
      const broken = Effect.suspend(() =>
        begun++ === 0 ? Deferred.await(goOn) : Effect.andThen(Effect.yieldNow, Effect.fail("broken"))
      )
      const bounded = yield* forked(here.getOrCompute("a", broken))
      yield* settled
      // The one that was begun is fenced, and this one begins the next.
      const next = yield* forked(here.getOrCompute("a", broken))
      const strong = yield* forked(here.getOrCompute("a", Effect.succeed("new"), { consistency: "strong" }))
      yield* settled
      yield* here.invalidate("a", { mode: "stale" })
      yield* settled
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(bounded)
      yield* Fiber.join(next)
      const found = yield* Fiber.join(strong)
      assert.isFalse(found.isStale)
      assert.strictEqual(yield* found.text, '"new"')
    })
  )
})
