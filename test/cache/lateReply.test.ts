/** An answer of the store that is outdated by the time it arrives: whoever came after the invalidation does not get it. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { CacheStore, type EntryOptions, SerializedCache } from "../../src/cache/index.ts"
import { wrapStore } from "../../src/cache/internal/storeTesting.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"
import { exact, overStore } from "./support/layers.ts"

const makeCache = (store: Layer.Layer<CacheStore>) =>
  Effect.map(Layer.build(Layer.fresh(overStore(store, exact))), (context) => Context.get(context, SerializedCache))

/**
 * A page is in the store, built from a part. One process has asked for it, and the answer is on its way, when the part is
 * invalidated there. What is read before and after that.
 */
const readAround = Effect.fnUntraced(function* (options: EntryOptions<unknown>, wait: string, isBusy = false) {
  const shared = makeStoreMemory()
  let version = 1
  const page = (cache: SerializedCache["Service"]) =>
    Effect.flatMap(
      cache.getOrCompute(
        "page",
        Effect.flatMap(
          cache.getOrCompute(
            "part",
            Effect.sync(() => version)
          ),
          (part) => part.json
        ),
        options
      ),
      (entry) => entry.text
    )
  yield* page(yield* makeCache(shared.layer))
  yield* TestClock.adjust(wait as "1 second")

  const goOn = yield* Deferred.make<void>()
  if (isBusy) {
    // Another process computes it, and does so until its lease is over.
    const lease = { key: "page", purpose: "compute", names: [], token: "another", lease: 5_000 } as const
    yield* shared.store.begin("default:1", lease)
  }
  const held = wrapStore(shared.store, (operation, effect) =>
    operation === "begin" ? Effect.tap(effect, Deferred.await(goOn)) : effect
  )
  const cache = yield* makeCache(Layer.succeed(CacheStore, held))
  const before = yield* Effect.forkChild(page(cache), { startImmediately: true })
  version = 2
  yield* cache.invalidate("part")
  const after = yield* Effect.forkChild(page(cache), { startImmediately: true })
  yield* Deferred.succeed(goOn, undefined)
  for (let i = 0; i < 60; i++) yield* TestClock.adjust("100 millis")
  return [yield* Fiber.join(before), yield* Fiber.join(after)]
})

describe("an answer that is outdated when it arrives", () => {
  it.effect("an entry", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* readAround({ timeToLive: "1 hour" }, "1 second"), ["1", "2"])
    })
  )

  it.effect("a stale one", () =>
    Effect.gen(function* () {
      const options = { timeToLive: "1 minute", staleWhileRevalidate: "1 hour" } as const
      assert.deepStrictEqual(yield* readAround(options, "2 minutes"), ["2", "2"])
    })
  )

  it.effect("a stale one, while another process computes", () =>
    Effect.gen(function* () {
      const options = { timeToLive: "1 minute", staleWhileRevalidate: "1 hour", staleIfError: "1 hour" } as const
      assert.deepStrictEqual(yield* readAround(options, "2 minutes", true), ["2", "2"])
    })
  )

  it.effect("a stale one that others were served while it was valid", () =>
    Effect.gen(function* () {
      const { layer } = makeStoreMemory()
      const goOn = yield* Deferred.make<void>()
      let version = 1
      const page = (cache: SerializedCache["Service"], wait: Effect.Effect<void>) =>
        Effect.flatMap(
          cache.getOrCompute(
            "page",
            Effect.andThen(
              wait,
              Effect.flatMap(
                cache.getOrCompute(
                  "part",
                  Effect.sync(() => version)
                ),
                (part) => part.json
              )
            ),
            { timeToLive: "1 minute", staleWhileRevalidate: "1 hour" }
          ),
          (entry) => entry.text
        )
      yield* page(yield* makeCache(layer), Effect.void)
      yield* TestClock.adjust("2 minutes")
      const cache = yield* makeCache(layer)
      assert.strictEqual(yield* page(cache, Deferred.await(goOn)), "1")
      version = 2
      yield* cache.invalidate("part")
      const after = yield* Effect.forkChild(page(cache, Deferred.await(goOn)), { startImmediately: true })
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual(yield* Fiber.join(after), "2")
    })
  )
})
