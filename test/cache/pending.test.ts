/** Invalidations that wait for the store, while others wait for those to be told. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Scope } from "effect"
import { TestClock } from "effect/testing"
import { down, settled, twoCaches } from "./support/twoCaches.ts"

const forked = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

describe("invalidations that wait", () => {
  it.effect("are told before a read that waited for others", () =>
    Effect.gen(function* () {
      const { here, other, steps } = yield* twoCaches()
      yield* other.getOrCompute("b", Effect.succeed("old"))
      const gate = yield* Deferred.make<void>()
      let told = 0
      // The first two are lost on their way.
      steps.before = (operation) => {
        if (operation !== "invalidate") return Effect.void
        told++
        return told <= 2 ? Effect.never : told === 3 ? Deferred.await(gate) : Effect.void
      }
      const a = yield* forked(here.invalidate("a"))
      yield* TestClock.adjust("300 millis")
      const b = yield* forked(here.invalidate("b"))
      yield* TestClock.adjust("201 millis")
      assert.strictEqual((yield* Fiber.join(a)).status, "queued")
      const teller = yield* forked(here.get("c"))
      yield* TestClock.adjust("300 millis")
      assert.strictEqual((yield* Fiber.join(b)).status, "queued")
      const read = yield* forked(here.getOrCompute("b", Effect.succeed("new")))
      yield* settled
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(teller)
      assert.strictEqual(yield* (yield* Fiber.join(read)).text, '"new"')
    })
  )

  it.effect("wait until they are told, also while a store that hangs is asked to hear them", () =>
    Effect.gen(function* () {
      const { here, steps } = yield* twoCaches()
      steps.before = () => Effect.never
      const invalidation = yield* forked(here.invalidate(["a", "b"]))
      yield* TestClock.adjust("501 millis")
      assert.strictEqual((yield* Fiber.join(invalidation)).status, "queued")
      for (let i = 0; i < 100; i++) {
        assert.strictEqual((yield* here.metrics).invalidationsQueued, 2)
        yield* TestClock.adjust("100 millis")
      }
      steps.before = () => Effect.void
      for (let i = 0; i < 40; i++) yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* here.metrics).invalidationsQueued, 0)
    })
  )

  it.effect("are told by the next one, when who tells them is stopped", () =>
    Effect.gen(function* () {
      const { here, steps } = yield* twoCaches()
      let told = 0
      steps.before = (operation) => {
        if (operation !== "invalidate") return Effect.void
        told++
        return told === 1 ? down : told === 2 ? Effect.never : Effect.void
      }
      assert.strictEqual((yield* here.invalidate("a")).status, "queued")
      const teller = yield* forked(here.get("b"))
      yield* settled
      const strong = yield* forked(here.getOrCompute("c", Effect.succeed(1), { consistency: "strong" }))
      yield* settled
      yield* Fiber.interrupt(teller)
      assert.strictEqual((yield* Fiber.join(strong)).source, "computed")
      assert.strictEqual(told, 3)
    })
  )

  it.effect("are told when the cache ends, though its circuit is open", () =>
    Effect.gen(function* () {
      const { here, other, scope, steps } = yield* twoCaches()
      yield* other.getOrCompute("a", Effect.succeed("old"))
      steps.before = () => down
      for (let i = 0; i < 4; i++) yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* here.metrics).store, "detached")
      assert.strictEqual((yield* here.invalidate("a")).status, "queued")
      steps.before = () => Effect.void
      yield* Scope.close(scope, Exit.void)
      yield* settled
      assert.isTrue(Option.isNone(yield* other.get("a")))
    })
  )
})
