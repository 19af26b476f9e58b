/** Computations that go on without what they asked the cache for. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Option, type Scope } from "effect"
import type { SerializedCache } from "../../src/cache/index.ts"
import { inMemory, makeCache } from "./support/layers.ts"
import { settledInTurns, twoCaches } from "./support/twoCaches.ts"

type Make = Effect.Effect<SerializedCache["Service"], never, Scope.Scope>

const cases = (name: string, make: Make): void => {
  describe(name, () => {
    it.effect("a key that was absent and is set outdates what was built without it", () =>
      Effect.gen(function* () {
        const cache = yield* make
        const page = cache.getOrCompute("page", Effect.map(cache.get("part"), Option.isSome))
        assert.strictEqual(yield* (yield* page).text, "false")
        yield* settledInTurns
        assert.notStrictEqual((yield* page).source, "computed")
        yield* cache.set("part", 1)
        assert.strictEqual(yield* (yield* page).text, "true")
      })
    )

    it.effect("a key that failed and is invalidated outdates what was built without it", () =>
      Effect.gen(function* () {
        const cache = yield* make
        let isBroken = true
        const part = cache.getOrCompute(
          "part",
          Effect.suspend(() => (isBroken ? Effect.fail("broken") : Effect.succeed(1)))
        )
        const page = cache.getOrCompute("page", Effect.map(Effect.exit(part), Exit.isSuccess))
        assert.strictEqual(yield* (yield* page).text, "false")
        yield* settledInTurns
        assert.notStrictEqual((yield* page).source, "computed")
        isBroken = false
        yield* cache.invalidate("part")
        assert.strictEqual(yield* (yield* page).text, "true")
      })
    )
  })
}

describe("while other keys are invalidated all the time", () => {
  it.effect("what was built without something, or was tagged late, is stored the second time", () =>
    Effect.gen(function* () {
      const { here, other } = yield* twoCaches()
      let computed = 0
      const page = here.getOrCompute("page", (c) =>
        Effect.gen(function* () {
          yield* c.addTags("late")
          yield* here.get("part")
          yield* other.invalidate("unrelated")
          return ++computed
        })
      )
      for (let i = 0; i < 3; i++) yield* Effect.andThen(page, settledInTurns)
      assert.strictEqual(computed, 2)
      assert.strictEqual((yield* other.getOrCompute("page", Effect.succeed("anew"))).source, "store")
      yield* other.invalidateTags("late")
      assert.strictEqual((yield* other.getOrCompute("page", Effect.succeed("anew"))).source, "computed")
    })
  )
})

cases("in memory", makeCache(inMemory()))
cases(
  "over a store",
  Effect.map(twoCaches(), ({ here }) => here)
)
