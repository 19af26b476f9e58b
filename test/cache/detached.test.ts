/** A store that ceases to answer, and comes back. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Deferred, Effect, Exit, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { type CacheOptions, CacheStore, SerializedCache, StoreError } from "../../src/cache/index.ts"
import { wrapStore } from "../../src/cache/internal/storeTesting.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"
import { exact, overStore } from "./support/layers.ts"

type Cache = SerializedCache["Service"]

const settled = Effect.gen(function* () {
  for (let i = 0; i < 20; i++) yield* Effect.yieldNow
})

/** A cache whose store is cut off and given back by the test, and another one that always has it. */
const caches = Effect.fnUntraced(function* (options: CacheOptions = {}) {
  const shared = makeStoreMemory()
  const state = { isUp: true, operations: [] as Array<string> }
  const store = wrapStore(shared.store, (operation, effect) =>
    Effect.suspend(() => {
      if (!state.isUp) return Effect.fail(new StoreError({ kind: "unavailable", cause: new Error("down") }))
      state.operations.push(operation)
      return effect
    })
  )
  const make = (layer: Layer.Layer<CacheStore>) =>
    Effect.map(Layer.build(Layer.fresh(overStore(layer, { ...exact, ...options }))), (context) =>
      Context.get(context, SerializedCache)
    )
  const cut = yield* make(Layer.succeed(CacheStore, store))
  const other = yield* make(shared.layer)
  yield* settled
  /** Until the circuit is open: three heartbeats have failed, and one was turned away. */
  const detach = Effect.gen(function* () {
    state.isUp = false
    for (let i = 0; i < 4; i++) yield* TestClock.adjust("1 second")
  })
  const attach = Effect.gen(function* () {
    state.isUp = true
    for (let i = 0; i < 40; i++) yield* TestClock.adjust("1 second")
  })
  return { cut, other, state, detach, attach }
})

const textAt = (cache: Cache, key: string) =>
  Effect.flatMap(cache.get(key), (found) => (Option.isSome(found) ? found.value.text : Effect.succeed("nothing")))

const one = Effect.succeed(1)

describe("a detached store", () => {
  it.effect("is asked for nothing while the circuit is open; memory goes on", () =>
    Effect.gen(function* () {
      const { cut, detach, state } = yield* caches()
      yield* cut.getOrCompute("a", one)
      yield* detach
      assert.strictEqual((yield* cut.metrics).store, "detached")
      assert.strictEqual((yield* cut.getOrCompute("a", one)).source, "memory")
      assert.strictEqual((yield* cut.getOrCompute("b", one)).source, "computed")
      assert.strictEqual((yield* cut.getOrCompute("b", one)).source, "memory")
      assert.isFalse(state.isUp)
    })
  )

  it.effect("whenDetached bypass: memory is not looked at", () =>
    Effect.gen(function* () {
      const { cut, detach } = yield* caches({ whenDetached: "bypass" })
      yield* cut.getOrCompute("a", one)
      yield* detach
      assert.strictEqual((yield* cut.getOrCompute("a", one)).source, "computed")
    })
  )

  it.effect("what was computed meanwhile lives for a while, and not beyond the return of the store", () =>
    Effect.gen(function* () {
      const { attach, cut, detach, other } = yield* caches({ detachedTimeToLive: "20 seconds" })
      yield* detach
      yield* cut.getOrCompute("a", Effect.succeed("detached"))
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual(yield* textAt(cut, "a"), '"detached"')
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* textAt(cut, "a"), "nothing")
      yield* cut.getOrCompute("b", Effect.succeed("detached"))
      yield* other.getOrCompute("b", Effect.succeed("other"))
      yield* attach
      assert.strictEqual((yield* cut.metrics).store, "attached")
      assert.strictEqual(yield* textAt(cut, "b"), '"other"')
    })
  )

  it.effect("hears of invalidations before it is asked for anything else", () =>
    Effect.gen(function* () {
      const { attach, cut, detach, other, state } = yield* caches()
      yield* other.getOrCompute("a", Effect.succeed("old"), { tags: ["t"] })
      yield* detach
      assert.strictEqual((yield* cut.invalidateTags("t")).status, "queued")
      yield* cut.set("b", "set")
      assert.strictEqual((yield* cut.metrics).invalidationsQueued, 2)
      state.operations.length = 0
      yield* attach
      assert.strictEqual(state.operations[0], "invalidate")
      assert.strictEqual((yield* cut.metrics).invalidationsQueued, 0)
      yield* settled
      assert.strictEqual(yield* textAt(other, "a"), "nothing")
      assert.strictEqual(yield* textAt(cut, "a"), "nothing")
    })
  )
})

describe("a computation that cannot read the store", () => {
  it.effect("fails whoever asked for strong reads, not those who have joined it", () =>
    Effect.gen(function* () {
      const { cut, state } = yield* caches()
      const goOn = yield* Deferred.make<void>()
      const part = cut.getOrCompute("part", one)
      const page = (consistency: "bounded" | "strong") =>
        Effect.forkChild(
          Effect.exit(
            cut.getOrCompute(
              "page",
              Effect.andThen(
                Deferred.await(goOn),
                Effect.map(part, ({ size }) => size)
              ),
              { consistency }
            )
          ),
          { startImmediately: true }
        )
      const strong = yield* page("strong")
      const bounded = yield* page("bounded")
      yield* settled
      state.isUp = false
      yield* Deferred.succeed(goOn, undefined)
      const failed = yield* Fiber.join(strong)
      assert.include(String(Exit.isFailure(failed) && Cause.squash(failed.cause)), "does not answer")
      assert.isTrue(Exit.isSuccess(yield* Fiber.join(bounded)))
    })
  )

  it.effect("fails as it fails, when it asks for strong reads itself", () =>
    Effect.gen(function* () {
      const { cut, state } = yield* caches()
      state.isUp = false
      const page = cut.getOrCompute("page", cut.getOrCompute("part", one, { consistency: "strong" }))
      assert.include(String(yield* Effect.flip(page)), "does not answer")
    })
  )
})
