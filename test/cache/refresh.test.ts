/** Refreshes in the background: what they know of the text that is there, and what comes of one that fails. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Option, type Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Compute, EntryOptions, SerializedCache } from "../../src/cache/index.ts"
import { inMemory, makeCache } from "./support/layers.ts"
import { settledInTurns, twoCaches } from "./support/twoCaches.ts"

const windows: ReadonlyArray<readonly [string, EntryOptions<string>, seconds: number]> = [
  ["stale-while-revalidate", { timeToLive: "100 seconds", staleWhileRevalidate: "1 hour" }, 110],
  ["refreshAhead", { timeToLive: "100 seconds", refreshAhead: 0.5 }, 60]
]

const stores: ReadonlyArray<readonly [string, Effect.Effect<SerializedCache["Service"], never, Scope.Scope>]> = [
  ["in memory", makeCache(inMemory())],
  ["over a store", Effect.map(twoCaches(), ({ here }) => here)]
]

for (const [store, cacheOf] of stores) {
  for (const [window, options, seconds] of windows) {
    describe(`a refresh ${store} by ${window}`, () => {
      it.effect("knows the text, and may keep it", () =>
        Effect.gen(function* () {
          const cache = yield* cacheOf
          let kept = 0
          const compute = (c: Compute) =>
            Effect.sync(() => (Option.isSome(c.stale) && c.stale.value.size === 5 ? (kept++, c.notModified) : "old"))
          const read = cache.getOrCompute("a", compute, options)
          const first = yield* read
          yield* TestClock.adjust(seconds * 1_000)
          yield* read
          yield* settledInTurns
          assert.strictEqual(kept, 1)
          const kept2 = yield* read
          assert.deepStrictEqual([kept2.source, kept2.isStale, kept2.etag], ["memory", false, first.etag])
          yield* TestClock.adjust("40 seconds")
          assert.isFalse((yield* read).isStale)
          assert.strictEqual(kept, 1)
        })
      )

      it.effect("that fails is tried again after a tenth of the time to live", () =>
        Effect.gen(function* () {
          const cache = yield* cacheOf
          let tried = 0
          const compute = Effect.suspend(() => (++tried === 1 ? Effect.succeed("old") : Effect.fail("broken")))
          const read = Effect.tap(cache.getOrCompute("a", compute, options), () => settledInTurns)
          yield* read
          yield* TestClock.adjust(seconds * 1_000)
          for (let i = 0; i < 3; i++) assert.strictEqual(yield* (yield* read).text, '"old"')
          assert.strictEqual(tried, 2)
          yield* TestClock.adjust("9 seconds")
          yield* read
          assert.strictEqual(tried, 2)
          yield* TestClock.adjust("1 second")
          yield* read
          yield* read
          assert.strictEqual(tried, 3)
        })
      )
    })
  }
}

describe("a refresh over a store", () => {
  it.effect("of another process is served soon after it is stored", () =>
    Effect.gen(function* () {
      const { here, other } = yield* twoCaches()
      const goOn = yield* Deferred.make<void>()
      let computed = 0
      const compute = Effect.andThen(
        Effect.suspend(() => (++computed === 1 ? Effect.void : Deferred.await(goOn))),
        Effect.sync(() => computed)
      )
      const options = { timeToLive: "100 seconds", staleWhileRevalidate: "1 hour" } as const
      const read = (cache: SerializedCache["Service"]) =>
        Effect.tap(cache.getOrCompute("a", compute, options), () => settledInTurns)
      yield* read(here)
      yield* read(other)
      yield* TestClock.adjust("110 seconds")
      assert.isTrue((yield* read(other)).isStale)
      assert.isTrue((yield* read(here)).isStale)
      yield* Deferred.succeed(goOn, undefined)
      yield* settledInTurns
      yield* TestClock.adjust("250 millis")
      yield* read(here)
      assert.strictEqual(yield* (yield* read(here)).text, "2")
      assert.strictEqual(computed, 2)
    })
  )

  it.effect("does not read the text again that memory has", () =>
    Effect.gen(function* () {
      const { here, steps } = yield* twoCaches()
      let parts = 0
      steps.before = (operation) => Effect.sync(() => (operation === "part" ? void parts++ : undefined))
      const goOn = yield* Deferred.make<void>()
      const [, options] = windows[0]!
      yield* here.getOrCompute("a", Effect.succeed("x".repeat(600_000)), options)
      yield* TestClock.adjust("110 seconds")
      const read = here.getOrCompute("a", Effect.as(Deferred.await(goOn), "new"), options)
      assert.isTrue((yield* read).isStale)
      yield* settledInTurns
      yield* Deferred.succeed(goOn, undefined)
      yield* settledInTurns
      assert.strictEqual(yield* (yield* read).text, '"new"')
      assert.strictEqual(parts, 0)
    })
  )
})
