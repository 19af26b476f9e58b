/** Invalidations and writes that were stopped, or that the store has heard of late. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { down, settled, settledInTurns, twoCaches } from "./support/twoCaches.ts"

const forked = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

describe("what was read of the store while it was told", () => {
  it.effect("is not served after an invalidation that was stopped", () =>
    Effect.gen(function* () {
      const { here, other, steps } = yield* twoCaches()
      yield* other.getOrCompute("a", Effect.succeed("old"))
      steps.before = (operation) => (operation === "invalidate" ? Effect.never : Effect.void)
      const stopped = yield* forked(here.invalidate("a"))
      yield* settled
      assert.strictEqual((yield* here.getOrCompute("a", Effect.succeed("new"))).source, "store")
      yield* Fiber.interrupt(stopped)
      steps.before = () => Effect.void
      assert.strictEqual(yield* (yield* here.getOrCompute("a", Effect.succeed("new"))).text, '"new"')
    })
  )

  it.effect("is not served after a write that was stopped", () =>
    Effect.gen(function* () {
      const { here, steps } = yield* twoCaches()
      yield* here.getOrCompute("a", Effect.succeed("old"))
      // It was stored, and nobody hears of it.
      steps.after = (operation) => (operation === "commit" ? Effect.never : Effect.void)
      const stopped = yield* forked(here.set("a", "new"))
      yield* settledInTurns
      yield* Fiber.interrupt(stopped)
      steps.after = () => Effect.void
      assert.strictEqual(yield* (yield* here.getOrCompute("a", Effect.succeed("new"))).text, '"new"')
    })
  )

  it.effect("is not served after a write whose beginning had failed", () =>
    Effect.gen(function* () {
      const { here, other, steps } = yield* twoCaches()
      yield* other.getOrCompute("a", Effect.succeed("old"))
      const gate = yield* Deferred.make<void>()
      let begun = 0
      steps.before = (operation) =>
        operation === "begin" && begun++ === 0 ? down : operation === "invalidate" ? Deferred.await(gate) : Effect.void
      const write = yield* forked(here.set("a", "new"))
      yield* settledInTurns
      assert.strictEqual((yield* here.getOrCompute("a", Effect.succeed("between"))).source, "store")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(write)
      assert.strictEqual(yield* (yield* here.getOrCompute("a", Effect.succeed("new"))).text, '"new"')
    })
  )
})
