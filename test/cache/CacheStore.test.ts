/**
 * What a store promises, asked of the one in memory, and what only that one can do.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { CacheStore } from "../../src/cache/CacheStore.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"
import { storeCases } from "./support/storeCases.ts"
import { inMemory } from "./support/storeUnderTest.ts"

describe("a store in memory", () => {
  storeCases(inMemory)

  it("messages can be held back, let go, and lost", () => {
    const shared = makeStoreMemory()
    return Effect.runPromise(
      Effect.gen(function* () {
        const store = yield* CacheStore
        const sequences: Array<number> = []
        yield* store.messages("test:1").pipe(
          Stream.runForEach((message) =>
            Effect.sync(() => message._tag === "Invalidated" && sequences.push(message.sequence))
          ),
          Effect.forkScoped({ startImmediately: true })
        )
        yield* store.invalidate("test:1", { names: ["t:a"], mode: "remove", origin: "test" })
        yield* shared.pause
        yield* store.invalidate("test:1", { names: ["t:a"], mode: "remove", origin: "test" })
        yield* shared.drop
        yield* store.invalidate("test:1", { names: ["t:a"], mode: "remove", origin: "test" })
        yield* shared.resume
        yield* Effect.yieldNow
        assert.deepStrictEqual(sequences, [1, 3])
      }).pipe(Effect.scoped, Effect.provide(shared.layer))
    )
  })
})
