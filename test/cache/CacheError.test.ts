/**
 * Bad input, and computations that go wrong: what the caller is told, and that nothing of it stays behind.
 */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { type CacheError, type CacheOptions, isCacheError, SerializedCache } from "../../src/cache/index.ts"
import { inMemory } from "./support/layers.ts"

const provide = Effect.provide(inMemory())

const reasonOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) => {
    assert(isCacheError(error))
    return (error as CacheError).reason
  })

describe("bad input", () => {
  for (const [what, key, message] of [
    ["empty", "", "at least one character"],
    ["too long", "é".repeat(513), "1,024 bytes"],
    ["lone surrogate", "a\ud800", "surrogate"],
    ["no string", 7 as unknown as string, "not a string"]
  ] as const) {
    it.effect(`a key that is ${what}, wherever it is given`, () =>
      Effect.gen(function* () {
        const cache = yield* SerializedCache
        const one = Effect.succeed(1)
        for (const call of [
          cache.getOrCompute(key, one),
          cache.get(key),
          cache.set(key, 1),
          cache.invalidate(key),
          cache.invalidateTags([key]),
          cache.getOrCompute("a", one, { tags: [key] }),
          cache.getOrCompute("a", one, { dependsOn: [key] }),
          cache.getOrCompute("a", (c) => Effect.andThen(c.addTags(key), one))
        ] as ReadonlyArray<Effect.Effect<unknown, unknown>>) {
          const reason = yield* reasonOf(call)
          assert(reason._tag === "InvalidKey")
          assert.strictEqual(reason.problem, what)
          assert.include(reason.message, message)
        }
      }).pipe(provide)
    )
  }

  it.effect("keys of 1,024 bytes, with braces, percent signs, line breaks, or `__proto__`", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const keys = ["é".repeat(512), "{a}", "50%", "a\nb", "__proto__", "constructor", "k:a", "*"]
      for (const key of keys) yield* cache.getOrCompute(key, Effect.succeed(key), { tags: ["__proto__", key] })
      for (const key of keys) {
        const found = yield* cache.get(key)
        assert.strictEqual(yield* Option.getOrThrow(found).text, JSON.stringify(key))
      }
      yield* cache.invalidate(["*", "k:a"])
      assert.isTrue(Option.isSome(yield* cache.get("__proto__")))
      yield* cache.invalidateTags("__proto__")
      for (const key of keys) assert.isTrue(Option.isNone(yield* cache.get(key)))
    }).pipe(provide)
  )

  for (const options of [
    { timeToLive: -1 },
    { timeToLive: Number.NaN },
    { timeToLive: 0 },
    { timeToLive: "31 days" },
    { timeToLive: "29 days", staleIfError: "2 days" },
    { jitter: 2 },
    { refreshAhead: -0.1 },
    { consistency: "weak" },
    { tags: "t" },
    { dependsOn: "a" },
    { failures: {} },
    { serialize: { routing: "sync" } },
    { hardTimeout: "soon" },
    7
  ] as ReadonlyArray<any>) {
    it.effect(`options ${JSON.stringify(options)} are refused`, () =>
      Effect.gen(function* () {
        const cache = yield* SerializedCache
        const reason = yield* reasonOf(cache.getOrCompute("a", Effect.succeed(1), options))
        assert.strictEqual(reason._tag, "InvalidOptions")
        assert.include(reason.message, "Expected `")
        assert.strictEqual((yield* reasonOf(cache.set("a", 1, options)))._tag, "InvalidOptions")
      }).pipe(provide)
    )
  }

  for (const options of [
    { maxBytes: 0 },
    { maxBytes: "much" },
    { maxBytes: 10, maxEntryBytes: 11 },
    { name: "" },
    { version: "" },
    { lease: 0 },
    { verifyWithin: Infinity },
    { whenDetached: "wait" },
    { compression: "lz4" },
    { entry: { timeToLive: 0 } },
    { hooks: 1 },
    { dependencies: {} }
  ] as ReadonlyArray<any>) {
    it.effect(`a layer with ${JSON.stringify(options)} is a defect`, () =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Effect.scoped(Layer.build(inMemory(options as CacheOptions))))
        assert(Exit.isFailure(exit))
        const error = Cause.squash(exit.cause)
        assert(isCacheError(error))
        assert.strictEqual(error.reason._tag, "InvalidOptions")
      })
    )
  }

  it.effect("an invalidation of an unknown mode", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      assert.strictEqual((yield* reasonOf(cache.invalidate("a", { mode: "soft" as "stale" })))._tag, "InvalidOptions")
      assert.strictEqual(
        (yield* reasonOf(cache.invalidateAll({ onUnavailable: "wait" as "queue" })))._tag,
        "InvalidOptions"
      )
    }).pipe(provide)
  )

  it.effect("more than 256 names, declared, added or read", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const many = Array.from({ length: 260 }, (_, i) => `n${i}`)
      const declared = yield* reasonOf(cache.getOrCompute("a", Effect.succeed(1), { tags: many }))
      assert(declared._tag === "TooManyNames")
      assert.strictEqual(declared.limit, 256)
      const added = yield* reasonOf(cache.getOrCompute("a", (c) => c.addTags(...many)))
      assert.strictEqual(added._tag, "TooManyNames")
      const read = Effect.forEach(many, (key) => cache.getOrCompute(key, Effect.succeed(key)), { discard: true })
      assert.strictEqual((yield* reasonOf(cache.getOrCompute("a", Effect.as(read, 1))))._tag, "TooManyNames")
      assert.isTrue(Option.isNone(yield* cache.get("a")))
      assert.strictEqual((yield* cache.getOrCompute("a", Effect.succeed(1))).source, "computed")
    }).pipe(provide)
  )
})

describe("computations that wait for each other", () => {
  it.effect("one that reads its own key", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const self: Effect.Effect<unknown, unknown> = cache.getOrCompute(
        "a",
        Effect.suspend(() => self)
      )
      const reason = yield* reasonOf(self)
      assert(reason._tag === "DependencyCycle")
      assert.deepStrictEqual(reason.keys, ["a", "a"])
      assert.include(reason.message, '"a" -> "a"')
      assert.strictEqual((yield* cache.getOrCompute("a", Effect.succeed(1))).source, "computed")
    }).pipe(provide)
  )

  it.effect("one that reads its own key through others", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const read = (key: string, next: () => Effect.Effect<unknown, unknown>) =>
        cache.getOrCompute(key, Effect.suspend(next))
      const a: Effect.Effect<unknown, unknown> = read("a", () => read("b", () => read("c", () => a)))
      const reason = yield* reasonOf(a)
      assert(reason._tag === "DependencyCycle")
      assert.deepStrictEqual(reason.keys, ["a", "b", "c", "a"])
    }).pipe(provide)
  )

  it.effect("two that were begun by different callers: nobody is left waiting", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const both = yield* Deferred.make<void>()
      let begun = 0
      const meet = Effect.suspend(() => (++begun === 2 ? Deferred.succeed(both, undefined) : Deferred.await(both)))
      const a: Effect.Effect<unknown, unknown> = cache.getOrCompute(
        "a",
        Effect.andThen(
          meet,
          Effect.suspend(() => b)
        )
      )
      const b: Effect.Effect<unknown, unknown> = cache.getOrCompute(
        "b",
        Effect.andThen(
          meet,
          Effect.suspend(() => a)
        )
      )
      const fibers = [yield* Effect.forkChild(a), yield* Effect.forkChild(b)]
      for (const fiber of fibers) {
        const reason = yield* reasonOf(Fiber.join(fiber))
        assert.strictEqual(reason._tag, "DependencyCycle")
      }
    }).pipe(provide)
  )

  it.effect("diamonds are no cycles", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const d = cache.getOrCompute("d", Effect.sleep("1 second").pipe(Effect.as(1)))
      const b = cache.getOrCompute("b", Effect.asVoid(d).pipe(Effect.as(2)))
      const c = cache.getOrCompute("c", Effect.asVoid(d).pipe(Effect.as(3)))
      const a = cache.getOrCompute("a", Effect.all([b, c], { concurrency: 2, discard: true }).pipe(Effect.as(4)))
      const fiber = yield* Effect.forkChild(a, { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* (yield* Fiber.join(fiber)).text, "4")
    }).pipe(provide)
  )
})

describe("computations that go wrong", () => {
  it.effect("one that dies: everybody is told, nothing is stored", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const defect = new Error("defect")
      const read = cache.getOrCompute("a", Effect.andThen(Effect.sleep(1), Effect.die(defect)))
      const fibers = [
        yield* Effect.forkChild(read, { startImmediately: true }),
        yield* Effect.forkChild(read, { startImmediately: true })
      ]
      yield* TestClock.adjust(1)
      for (const fiber of fibers) {
        const exit = yield* Fiber.await(fiber)
        assert(Exit.isFailure(exit))
        assert.strictEqual(Cause.squash(exit.cause), defect)
      }
      assert.isTrue(Option.isNone(yield* cache.get("a")))
    }).pipe(provide)
  )

  it.effect("a function that throws before it gives an effect", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const exit = yield* Effect.exit(
        cache.getOrCompute("a", (): Effect.Effect<never> => {
          throw new Error("thrown")
        })
      )
      assert(Exit.isFailure(exit))
      assert.strictEqual((Cause.squash(exit.cause) as Error).message, "thrown")
    }).pipe(provide)
  )

  it.effect("one that interrupts itself: its callers are not left waiting", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const fiber = yield* Effect.forkChild(cache.getOrCompute("a", Effect.interrupt), { startImmediately: true })
      const exit = yield* Fiber.await(fiber)
      assert(Exit.isFailure(exit))
      assert.isTrue(Cause.hasInterrupts(exit.cause))
      assert.strictEqual((yield* cache.getOrCompute("a", Effect.succeed(1))).source, "computed")
    }).pipe(provide)
  )

  it.effect("one that hangs ends with the cache, and so do its callers", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.scoped(
        Effect.gen(function* () {
          const cache = yield* SerializedCache
          return yield* Effect.forkDetach(cache.getOrCompute("a", Effect.never), { startImmediately: true })
        }).pipe(Effect.provide(inMemory()))
      )
      assert.isTrue(Exit.isFailure(yield* Fiber.await(fiber)))
    })
  )
})
