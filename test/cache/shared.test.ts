/**
 * Several caches over one store, as several processes are.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer, Option, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { CacheStore, type CacheOptions, SerializedCache } from "../../src/cache/index.ts"
import { wrapStore } from "../../src/cache/internal/storeTesting.ts"
import { layerStoreFailing, layerStoreHanging, layerStoreRecording, makeStoreMemory } from "../../src/cache/testing.ts"
import { exact, overStore } from "./support/layers.ts"

type Cache = SerializedCache["Service"]

const makeCache = (
  store: Layer.Layer<CacheStore>,
  options: CacheOptions = exact
): Effect.Effect<Cache, never, Scope.Scope> =>
  Effect.map(Layer.build(Layer.fresh(overStore(store, options))), (context) => Context.get(context, SerializedCache))

/** Lets messages and heartbeats arrive. */
const settled = Effect.gen(function* () {
  for (let i = 0; i < 20; i++) yield* Effect.yieldNow
})

const twoCaches = Effect.fnUntraced(function* (options: CacheOptions = exact) {
  const shared = makeStoreMemory()
  const one = yield* makeCache(shared.layer, options)
  const two = yield* makeCache(shared.layer, options)
  yield* settled
  return { shared, one, two }
})

const textAt = (cache: Cache, key: string, consistency: "bounded" | "strong" = "bounded") =>
  Effect.flatMap(cache.get(key, { consistency }), (found) =>
    Option.isSome(found) ? found.value.text : Effect.succeed("nothing")
  )

describe("two caches over one store", () => {
  it.effect("the second reads what the first has computed, in parts too", () =>
    Effect.gen(function* () {
      const { one, two } = yield* twoCaches()
      const value = Array.from({ length: 30_000 }, (_, i) => ({ i, text: "ü".repeat(10) }))
      for (const [key, of] of [
        ["small", 1],
        ["large", value]
      ] as const) {
        const first = yield* one.getOrCompute(key, Effect.succeed(of))
        const second = yield* two.getOrCompute(key, Effect.die("computed twice"))
        assert.deepStrictEqual([first.source, second.source], ["computed", "store"])
        assert.strictEqual(first.etag, second.etag)
        assert.isTrue((yield* second.text) === JSON.stringify(of))
        assert.strictEqual((yield* two.getOrCompute(key, Effect.die("computed twice"))).source, "memory")
      }
    })
  )

  it.effect("a key that both want is computed by one, and the other waits", () =>
    Effect.gen(function* () {
      const { one, two } = yield* twoCaches()
      const gate = yield* Deferred.make<void>()
      let computed = 0
      const compute = Effect.andThen(
        Deferred.await(gate),
        Effect.sync(() => ++computed)
      )
      const fibers = []
      for (let i = 0; i < 20; i++) {
        const cache = i % 2 === 0 ? one : two
        fibers.push(yield* Effect.forkChild(cache.getOrCompute("a", compute), { startImmediately: true }))
      }
      yield* TestClock.adjust("5 seconds")
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust("1 second")
      for (const fiber of fibers) assert.strictEqual(yield* (yield* Fiber.join(fiber)).text, "1")
    })
  )

  it.effect("an invalidation is told to the other", () =>
    Effect.gen(function* () {
      const { one, two } = yield* twoCaches()
      yield* one.getOrCompute("a", Effect.succeed(1), { tags: ["t"] })
      yield* two.getOrCompute("a", Effect.succeed(2), { tags: ["t"] })
      assert.deepStrictEqual(yield* one.invalidateTags("t"), { status: "done", sequence: 1 })
      yield* settled
      assert.strictEqual(yield* textAt(two, "a"), "nothing")
    })
  )

  it.effect("a message that is lost: served for verifyWithin at most, and never to a strong read", () =>
    Effect.gen(function* () {
      const { one, shared, two } = yield* twoCaches()
      yield* one.getOrCompute("a", Effect.succeed(1))
      yield* two.getOrCompute("a", Effect.succeed(2))
      yield* shared.pause
      yield* one.invalidate("a")
      yield* shared.drop
      yield* shared.resume
      yield* settled
      assert.strictEqual(yield* textAt(two, "a"), "1")
      assert.strictEqual(yield* textAt(two, "a", "strong"), "nothing")
      yield* two.set("a", 3)
      yield* shared.pause
      yield* one.invalidate("a")
      yield* shared.drop
      yield* shared.resume
      yield* TestClock.adjust("3 seconds")
      yield* settled
      assert.strictEqual(yield* textAt(two, "a"), "nothing")
    })
  )

  it.effect("an old text that is ready after the invalidation is not stored, whoever began it", () =>
    Effect.gen(function* () {
      const { one, two } = yield* twoCaches()
      const gate = yield* Deferred.make<void>()
      let source = "old"
      const read = Effect.suspend(() => {
        const value = source
        return Effect.as(Deferred.await(gate), value)
      })
      const slow = yield* Effect.forkChild(one.getOrCompute("a", read), { startImmediately: true })
      yield* settled
      source = "new"
      yield* two.invalidate("a")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(slow)).text, '"old"')
      yield* settled
      assert.strictEqual(yield* textAt(two, "a"), "nothing")
      assert.strictEqual(yield* textAt(one, "a"), "nothing")
      assert.strictEqual(yield* (yield* two.getOrCompute("a", read)).text, '"new"')
      assert.strictEqual((yield* one.getOrCompute("a", read)).source, "store")
    })
  )

  it.effect("what a computation read in one process invalidates it in all", () =>
    Effect.gen(function* () {
      const { one, two } = yield* twoCaches()
      const inner = (cache: Cache) => cache.getOrCompute("inner", Effect.succeed(1), { tags: ["t"] })
      yield* one.getOrCompute(
        "outer",
        Effect.flatMap(inner(one), (inner) => inner.json)
      )
      assert.strictEqual((yield* two.getOrCompute("outer", Effect.die("computed twice"))).source, "store")
      yield* two.invalidateTags("t")
      yield* settled
      assert.strictEqual(yield* textAt(one, "outer"), "nothing")
      assert.strictEqual(yield* textAt(two, "outer"), "nothing")
    })
  )

  it.effect("reads inside a computation ask the store, messages lost or not", () =>
    Effect.gen(function* () {
      const { one, shared, two } = yield* twoCaches()
      let source = 1
      const inner = (cache: Cache) =>
        cache.getOrCompute(
          "inner",
          Effect.sync(() => source)
        )
      yield* inner(two)
      yield* shared.pause
      source = 2
      yield* one.invalidate("inner")
      const outer = yield* two.getOrCompute(
        "outer",
        Effect.flatMap(inner(two), (inner) => inner.json)
      )
      assert.strictEqual(yield* outer.text, "2")
    })
  )

  it.effect("set is seen by the other, and fences what it computes", () =>
    Effect.gen(function* () {
      const { one, two } = yield* twoCaches()
      const gate = yield* Deferred.make<void>()
      const computing = yield* Effect.forkChild(two.getOrCompute("a", Effect.as(Deferred.await(gate), "old")), {
        startImmediately: true
      })
      yield* settled
      yield* one.set("a", "new")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(computing)
      yield* settled
      assert.strictEqual(yield* textAt(two, "a"), '"new"')
      assert.strictEqual(yield* textAt(one, "a"), '"new"')
    })
  )

  it.effect("of two values that are set at the same time the later one stays, whatever reaches the store first", () =>
    Effect.gen(function* () {
      const shared = makeStoreMemory()
      const begun = yield* Deferred.make<void>()
      const answered = yield* Deferred.make<void>()
      const seen = new Set<string>()
      // The early one begins after the late one was stored, and is stored before the late one hears of that.
      const slow = wrapStore(shared.store, (operation, effect) =>
        Effect.suspend(() => {
          if (seen.has(operation)) return effect
          seen.add(operation)
          if (operation === "begin") return Effect.andThen(Deferred.await(begun), effect)
          return operation === "commit" ? Effect.tap(effect, () => Deferred.await(answered)) : effect
        })
      )
      const cache = yield* makeCache(Layer.succeed(CacheStore, slow), exact)
      const other = yield* makeCache(shared.layer, exact)
      yield* settled
      const early = yield* Effect.forkChild(cache.set("a", "early"), { startImmediately: true })
      const late = yield* Effect.forkChild(cache.set("a", "late"), { startImmediately: true })
      yield* settled
      assert.strictEqual(yield* textAt(other, "a", "strong"), '"late"')
      yield* Deferred.succeed(begun, undefined)
      yield* Fiber.join(early)
      yield* Deferred.succeed(answered, undefined)
      yield* Fiber.join(late)
      assert.notStrictEqual(yield* textAt(cache, "a"), '"early"')
      assert.notStrictEqual(yield* textAt(other, "a", "strong"), '"early"')
    })
  )

  it.effect("a store that was emptied gives misses", () =>
    Effect.gen(function* () {
      const { one, shared, two } = yield* twoCaches()
      yield* one.getOrCompute("a", Effect.succeed(1))
      yield* two.getOrCompute("a", Effect.succeed(1))
      yield* shared.flush
      assert.strictEqual(yield* textAt(two, "a", "strong"), "nothing")
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* textAt(one, "a"), "nothing")
    })
  )

  it.effect("a process that was frozen asks before it answers", () =>
    Effect.gen(function* () {
      const { one, shared, two } = yield* twoCaches()
      yield* two.getOrCompute("a", Effect.succeed(1))
      assert.strictEqual((yield* two.getOrCompute("a", Effect.succeed(2))).source, "memory")
      yield* shared.pause
      yield* one.invalidate("a")
      // No fiber of the second cache has run meanwhile.
      yield* TestClock.setTime(60_000)
      assert.strictEqual(yield* (yield* two.getOrCompute("a", Effect.succeed(2))).text, "2")
    })
  )

  it.effect("a waiter takes over from one whose lease is out", () =>
    Effect.gen(function* () {
      const shared = makeStoreMemory()
      const namespace = "default:1"
      yield* shared.store.begin(namespace, {
        key: "a",
        purpose: "compute",
        names: ["*", "k:a"],
        token: "dead",
        lease: 10_000
      })
      const cache = yield* makeCache(shared.layer)
      const fiber = yield* Effect.forkChild(cache.getOrCompute("a", Effect.succeed(1)), { startImmediately: true })
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).source, "computed")
    })
  )

  it.effect("after leaseWait a waiter computes for itself, and stores nothing", () =>
    Effect.gen(function* () {
      const { one, shared, two } = yield* twoCaches({ ...exact, leaseWait: "2 seconds" })
      const slow = yield* Effect.forkChild(one.getOrCompute("a", Effect.delay(Effect.succeed(1), "20 seconds")), {
        startImmediately: true
      })
      yield* settled
      const fiber = yield* Effect.forkChild(two.getOrCompute("a", Effect.succeed(2)), { startImmediately: true })
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* (yield* Fiber.join(fiber)).text, "2")
      assert.strictEqual(yield* textAt(two, "a"), "nothing")
      yield* TestClock.adjust("20 seconds")
      yield* Fiber.join(slow)
      assert.strictEqual(yield* textAt(two, "a"), "1")
      void shared
    })
  )

  it.effect("a waiter that was overtaken by an invalidation leaves the lease to who came after it", () =>
    Effect.gen(function* () {
      const shared = makeStoreMemory()
      const namespace = "default:1"
      const lease = { key: "a", token: "another" }
      yield* shared.store.begin(namespace, { ...lease, purpose: "compute", names: ["t:t"], lease: 20_000 })
      const cache = yield* makeCache(shared.layer)
      const goOn = yield* Deferred.make<void>()
      const read = (value: Effect.Effect<string>) =>
        Effect.forkChild(cache.getOrCompute("a", value, { tags: ["t"] }), { startImmediately: true })
      const before = yield* read(Effect.as(Deferred.await(goOn), "old"))
      yield* TestClock.adjust("1 second")
      yield* cache.invalidateTags("t")
      const after = yield* read(Effect.succeed("new"))
      yield* TestClock.adjust("1 second")
      yield* shared.store.abandon(namespace, lease)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* (yield* Fiber.join(after)).text, '"new"')
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(before)).text, '"old"')
      assert.strictEqual(yield* textAt(cache, "a", "strong"), '"new"')
    })
  )

  it.effect("stale text of the store is served while one refreshes", () =>
    Effect.gen(function* () {
      const { one, two } = yield* twoCaches()
      const options = { timeToLive: "1 minute", staleWhileRevalidate: "10 minutes" } as const
      yield* one.getOrCompute("a", Effect.succeed("old"), options)
      yield* TestClock.adjust("2 minutes")
      const gate = yield* Deferred.make<void>()
      const refreshed = Effect.as(Deferred.await(gate), "new")
      const stale = yield* two.getOrCompute("a", refreshed, options)
      assert.deepStrictEqual([stale.isStale, yield* stale.text], [true, '"old"'])
      assert.isTrue((yield* one.getOrCompute("a", Effect.die("refreshed twice"), options)).isStale)
      yield* Deferred.succeed(gate, undefined)
      yield* settled
      assert.strictEqual(yield* (yield* two.getOrCompute("a", refreshed, options)).text, '"new"')
    })
  )

  it.effect("an entry of the memory lives no longer than that of the store", () =>
    Effect.gen(function* () {
      const { one, two } = yield* twoCaches()
      const options = { timeToLive: "1 minute" } as const
      yield* one.getOrCompute("a", Effect.succeed(1), options)
      yield* TestClock.adjust("40 seconds")
      yield* two.getOrCompute("a", Effect.succeed(2), options)
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual((yield* two.getOrCompute("a", Effect.succeed(2), options)).source, "memory")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* two.getOrCompute("a", Effect.succeed(2), options)).source, "computed")
    })
  )

  it.effect("memoryTimeToLive: asked of the store again after that", () =>
    Effect.gen(function* () {
      const { one } = yield* twoCaches()
      const read = one.getOrCompute("a", Effect.succeed(1), { timeToLive: "1 hour", memoryTimeToLive: "1 minute" })
      yield* read
      assert.strictEqual((yield* read).source, "memory")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* read).source, "store")
    })
  )

  it.effect("a hit in a verified memory asks the store nothing", () =>
    Effect.gen(function* () {
      const operations: Array<string> = []
      const cache = yield* makeCache(layerStoreRecording(operations as Array<never>))
      yield* settled
      yield* cache.getOrCompute("a", Effect.succeed(1))
      assert.deepStrictEqual(operations.slice(-2), ["begin", "commit"])
      const before = operations.length
      yield* cache.getOrCompute("a", Effect.succeed(1))
      assert.strictEqual(operations.length, before)
      yield* cache.getOrCompute("a", Effect.succeed(1), { consistency: "strong" })
      assert.deepStrictEqual(operations.slice(before), ["validate"])
    })
  )
})

describe("a store that does not answer", () => {
  for (const [what, layer] of [
    ["fails", layerStoreFailing()],
    ["hangs", layerStoreHanging]
  ] as const) {
    it.effect(`${what}: texts are computed and served all the same, invalidations hold here and are queued`, () =>
      Effect.gen(function* () {
        const cache = yield* makeCache(layer)
        let source = 1
        const read = cache.getOrCompute(
          "a",
          Effect.sync(() => source)
        )
        const first = yield* Effect.forkChild(read, { startImmediately: true })
        yield* TestClock.adjust("600 millis")
        assert.strictEqual(yield* (yield* Fiber.join(first)).text, "1")
        source = 2
        const invalidation = yield* Effect.forkChild(cache.invalidate("a"), { startImmediately: true })
        yield* TestClock.adjust("600 millis")
        assert.deepStrictEqual(yield* Fiber.join(invalidation), { status: "queued", sequence: undefined })
        const second = yield* Effect.forkChild(read, { startImmediately: true })
        yield* TestClock.adjust("600 millis")
        assert.strictEqual(yield* (yield* Fiber.join(second)).text, "2")
        const strong = yield* Effect.forkChild(Effect.flip(cache.get("a", { consistency: "strong" })), {
          startImmediately: true
        })
        yield* TestClock.adjust("600 millis")
        assert.strictEqual((yield* Fiber.join(strong)).reason._tag, "StoreUnavailable")
        const failed = yield* Effect.forkChild(Effect.flip(cache.invalidate("a", { onUnavailable: "fail" })), {
          startImmediately: true
        })
        yield* TestClock.adjust("600 millis")
        assert.strictEqual((yield* Fiber.join(failed)).reason._tag, "StoreUnavailable")
      })
    )
  }
})
