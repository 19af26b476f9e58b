/**
 * One cache in memory: computing once, reading, expiring, failing.
 */
import { assert, describe, it, vi } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option, Schema } from "effect"
import { TestClock } from "effect/testing"
import { SerializedCache } from "../../src/cache/index.ts"
import { inMemory } from "./support/layers.ts"

const provide = Effect.provide(inMemory())

const counting = () => {
  const state = { count: 0 }
  return Object.assign(
    Effect.sync(() => ({ count: ++state.count })),
    { state }
  )
}

const textAt = (key: string) =>
  SerializedCache.use((cache) => cache.get(key)).pipe(
    Effect.flatMap((found) => (Option.isSome(found) ? found.value.text : Effect.succeed("nothing")))
  )

describe("a cache in memory", () => {
  it.live(
    "the value of a text of many parts is JSON.parse's, which never gets the whole text, and new for each read",
    () =>
      Effect.gen(function* () {
        const cache = yield* SerializedCache
        const rows = Array.from({ length: 60_000 }, (_, id) => ({ id, name: id % 3 === 0 ? "größer 💧" : `row ${id}` }))
        const entry = yield* cache.getOrCompute("rows", Effect.succeed(rows))
        assert.isAbove(entry.parts.length, 1)
        const spy = vi.spyOn(JSON, "parse")
        const [one, two, calls] = yield* Effect.ensuring(
          Effect.all([entry.json, entry.json, Effect.sync(() => spy.mock.calls.length)]),
          Effect.sync(() => spy.mockRestore())
        )
        assert.strictEqual(calls, 0)
        assert.deepStrictEqual(one, JSON.parse(yield* entry.text))
        assert.deepStrictEqual(one, two)
        assert.notStrictEqual(one, two)
      }).pipe(provide)
  )

  it.effect("computes once, then answers from memory with the same text and tag", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      let computed = 0
      const read = cache.getOrCompute(
        "a",
        Effect.sync(() => ({ n: ++computed }))
      )
      const first = yield* read
      const second = yield* read
      assert.deepStrictEqual([first.source, second.source], ["computed", "memory"])
      assert.strictEqual(yield* second.text, '{"n":1}')
      assert.deepStrictEqual(yield* second.json, { n: 1 })
      assert.strictEqual(first.etag, second.etag)
      assert.match(first.etag, /^"[\w-]{43}"$/)
      assert.strictEqual(second.parts[0], first.parts[0])
      assert.strictEqual(second.size, 7)
    }).pipe(provide)
  )

  it.effect("a thousand callers, one computation", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const gate = yield* Deferred.make<void>()
      let computed = 0
      const read = cache.getOrCompute(
        "a",
        Effect.andThen(
          Deferred.await(gate),
          Effect.sync(() => ++computed)
        )
      )
      const fiber = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 1000 }, () => read),
          { concurrency: "unbounded" }
        )
      )
      yield* Effect.yieldNow
      yield* Deferred.succeed(gate, undefined)
      const entries = yield* Fiber.join(fiber)
      assert.strictEqual(computed, 1)
      assert.strictEqual(new Set(entries.map(({ etag }) => etag)).size, 1)
    }).pipe(provide)
  )

  it.effect("a text in several parts comes back as it was", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const value = Array.from({ length: 40_000 }, (_, i) => ({ i, text: `é${i}😀` }))
      const entry = yield* cache.getOrCompute("big", Effect.succeed(value))
      assert.isAbove(entry.parts.length, 2)
      assert.isTrue(entry.parts.every((part) => part.length <= 256 * 1024))
      const text = JSON.stringify(value)
      assert.isTrue((yield* entry.text) === text)
      assert.isTrue(Buffer.from(yield* entry.bytes).equals(Buffer.from(text)))
      assert.strictEqual(entry.size, Buffer.byteLength(text))
    }).pipe(provide)
  )

  it.effect("expires", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      let computed = 0
      const read = cache.getOrCompute(
        "a",
        Effect.sync(() => ++computed),
        { timeToLive: "1 minute" }
      )
      yield* read
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* read).source, "memory")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* textAt("a"), "nothing")
      assert.strictEqual((yield* read).source, "computed")
    }).pipe(provide)
  )

  for (const [what, invalidate] of [
    ["its key", SerializedCache.use((cache) => cache.invalidate("a"))],
    ["its tag", SerializedCache.use((cache) => cache.invalidateTags(["t"]))],
    ["a key that it depends on", SerializedCache.use((cache) => cache.invalidate(["b", "c"]))],
    ["everything", SerializedCache.use((cache) => cache.invalidateAll())]
  ] as const) {
    it.effect(`an invalidation of ${what} takes the entry away`, () =>
      Effect.gen(function* () {
        const cache = yield* SerializedCache
        yield* cache.getOrCompute("a", Effect.succeed(1), { tags: ["t"], dependsOn: ["c"] })
        yield* cache.getOrCompute("other", Effect.succeed(1))
        assert.deepStrictEqual(yield* invalidate, { status: "done", sequence: undefined })
        assert.strictEqual(yield* textAt("a"), "nothing")
        assert.strictEqual(yield* textAt("other"), what === "everything" ? "nothing" : "1")
      }).pipe(provide)
    )

    it.effect(
      `an invalidation of ${what} during a computation: who comes later gets a new one, nothing old is kept`,
      () =>
        Effect.gen(function* () {
          const cache = yield* SerializedCache
          const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
          let begun = 0
          const read = cache.getOrCompute(
            "a",
            Effect.suspend(() => {
              const n = begun++
              return Effect.as(Deferred.await(gates[n]!), n)
            }),
            { tags: ["t"], dependsOn: ["c"] }
          )
          const beginner = yield* Effect.forkChild(read, { startImmediately: true })
          const joiner = yield* Effect.forkChild(read, { startImmediately: true })
          yield* invalidate
          const later = yield* Effect.forkChild(read, { startImmediately: true })
          yield* Deferred.succeed(gates[1]!, undefined)
          assert.strictEqual(yield* (yield* Fiber.join(later)).text, "1")
          assert.strictEqual(yield* (yield* Fiber.join(joiner)).text, "1")
          yield* Deferred.succeed(gates[0]!, undefined)
          assert.strictEqual(yield* (yield* Fiber.join(beginner)).text, "0")
          assert.strictEqual(yield* textAt("a"), "1")
          assert.strictEqual(begun, 2)
        }).pipe(provide)
    )
  }

  it.effect("what a computation reads through the cache becomes part of it, three deep", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      let source = 1
      const c = cache.getOrCompute(
        "c",
        Effect.sync(() => source),
        { tags: ["t"] }
      )
      const b = cache.getOrCompute(
        "b",
        Effect.flatMap(c, (c) => c.json)
      )
      const a = cache.getOrCompute(
        "a",
        Effect.flatMap(b, (b) => b.json)
      )
      assert.strictEqual(yield* (yield* a).text, "1")
      source = 2
      assert.strictEqual((yield* a).source, "memory")
      yield* cache.invalidateTags("t")
      assert.strictEqual(yield* (yield* a).text, "2")
      source = 3
      yield* cache.invalidate("c")
      assert.strictEqual(yield* (yield* a).text, "3")
      yield* cache.invalidate("b")
      assert.strictEqual((yield* c).source, "memory")
    }).pipe(provide)
  )

  it.effect("`dependencies` are followed to the end, in circles too", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      yield* cache.getOrCompute("a", Effect.succeed(1))
      yield* cache.invalidate("d")
      assert.strictEqual(yield* textAt("a"), "nothing")
    }).pipe(Effect.provide(inMemory({ dependencies: (key) => ({ a: ["b"], b: ["c"], c: ["a", "d"] })[key] ?? [] })))
  )

  it.effect("tags and a time to live can be set by the computation", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const read = cache.getOrCompute("a", (c) =>
        Effect.gen(function* () {
          yield* c.addTags("late", "later")
          yield* c.setTimeToLive("1 second")
          return c.key
        })
      )
      yield* read
      yield* cache.invalidateTags("later")
      assert.strictEqual((yield* read).source, "computed")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* read).source, "computed")
    }).pipe(provide)
  )

  it.effect("a tag that was invalidated before the computation has added it: not kept", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const entry = yield* cache.getOrCompute("a", (c) =>
        Effect.gen(function* () {
          yield* cache.invalidateTags("t")
          yield* c.addTags("t")
          return 1
        })
      )
      assert.strictEqual(yield* entry.text, "1")
      assert.strictEqual(yield* textAt("a"), "nothing")
    }).pipe(provide)
  )

  it.effect("set stores, and what was computed before is gone", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const gate = yield* Deferred.make<void>()
      const dependent = cache.getOrCompute("d", Effect.succeed("d"), { dependsOn: ["a"] })
      yield* dependent
      const computing = yield* Effect.forkChild(cache.getOrCompute("a", Effect.as(Deferred.await(gate), "computed")), {
        startImmediately: true
      })
      const written = yield* cache.set("a", "set")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(computing)).text, '"computed"')
      assert.strictEqual(yield* textAt("a"), '"set"')
      assert.strictEqual(yield* written.text, '"set"')
      assert.strictEqual((yield* dependent).source, "computed")
    }).pipe(provide)
  )

  it.effect("a failure goes to all who wait, as it is, and is not stored", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const gate = yield* Deferred.make<void>()
      const failure = new Error("no")
      const read = cache.getOrCompute("a", Effect.andThen(Deferred.await(gate), Effect.fail(failure)))
      const fibers = [yield* Effect.forkChild(read), yield* Effect.forkChild(read)]
      yield* Effect.yieldNow
      yield* Deferred.succeed(gate, undefined)
      for (const fiber of fibers) {
        const exit = yield* Fiber.await(fiber)
        assert(Exit.isFailure(exit))
        assert.strictEqual(Cause.squash(exit.cause), failure)
      }
      assert.strictEqual((yield* cache.getOrCompute("a", Effect.succeed(1))).source, "computed")
    }).pipe(provide)
  )

  it.effect("a failure that the options name is remembered for as long as they say", () =>
    Effect.gen(function* () {
      class NotFound extends Schema.TaggedError<NotFound>()("NotFound", { id: Schema.Number }) {}
      const cache = yield* SerializedCache
      let computed = 0
      const read = cache.getOrCompute(
        "a",
        Effect.suspend(() => (++computed, Effect.fail(new NotFound({ id: 7 })))),
        { failures: { schema: NotFound, timeToLive: ({ id }) => id * 1000 } }
      )
      const first = yield* Effect.flip(read)
      const second = yield* Effect.flip(read)
      assert.instanceOf(first, NotFound)
      assert.instanceOf(second, NotFound)
      assert.strictEqual(computed, 1)
      assert.isTrue(Option.isNone(yield* cache.get("a")))
      yield* TestClock.adjust(7_000)
      yield* Effect.flip(read)
      assert.strictEqual(computed, 2)
    }).pipe(provide)
  )

  it.effect("a value without a text fails with what the serialization says", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const error = yield* Effect.flip(cache.getOrCompute("a", Effect.succeed({ big: 1n })))
      assert.strictEqual(error.reason._tag, "UnsupportedValue")
      assert.strictEqual(yield* textAt("a"), "nothing")
    }).pipe(provide)
  )

  it.effect("is interrupted when its last caller leaves, and not before", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      let interrupted = 0
      const read = cache.getOrCompute(
        "a",
        Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
      )
      const one = yield* Effect.forkChild(read, { startImmediately: true })
      const two = yield* Effect.forkChild(read, { startImmediately: true })
      yield* Fiber.interrupt(one)
      assert.strictEqual(interrupted, 0)
      yield* Fiber.interrupt(two)
      yield* Effect.yieldNow
      assert.strictEqual(interrupted, 1)
      assert.strictEqual((yield* cache.getOrCompute("a", Effect.succeed(1))).source, "computed")
    }).pipe(provide)
  )
})

describe("stale windows", () => {
  it.effect("stale-while-revalidate: the old text at once, the new one next time", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const compute = counting()
      const read = cache.getOrCompute("a", compute, { timeToLive: "1 minute", staleWhileRevalidate: "1 minute" })
      yield* read
      yield* TestClock.adjust("90 seconds")
      const stale = yield* read
      assert.deepStrictEqual([stale.isStale, yield* stale.text], [true, '{"count":1}'])
      yield* Effect.yieldNow
      const fresh = yield* read
      assert.deepStrictEqual([fresh.isStale, yield* fresh.text], [false, '{"count":2}'])
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* read).isStale, false)
    }).pipe(provide)
  )

  it.effect("stale-if-error: the old text while the computation fails, tried again after a while", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      let tried = 0
      let isBroken = false
      const read = cache.getOrCompute(
        "a",
        Effect.suspend(() => (++tried, isBroken ? Effect.fail("broken") : Effect.succeed(tried))),
        { timeToLive: "1 minute", staleIfError: "10 minutes" }
      )
      yield* read
      isBroken = true
      yield* TestClock.adjust("1 minute")
      const stale = yield* read
      assert.deepStrictEqual([stale.isStale, yield* stale.text, tried], [true, "1", 2])
      yield* read
      assert.strictEqual(tried, 2)
      yield* TestClock.adjust("6 seconds")
      assert.isTrue((yield* read).isStale)
      assert.strictEqual(tried, 3)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* Effect.flip(read), "broken")
    }).pipe(provide)
  )

  it.effect("removed text is never served, not even if the computation fails", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const options = { timeToLive: "1 minute", staleIfError: "10 minutes" } as const
      yield* cache.getOrCompute("a", Effect.succeed(1), options)
      yield* cache.invalidate("a")
      assert.strictEqual(yield* Effect.flip(cache.getOrCompute("a", Effect.fail("broken"), options)), "broken")
    }).pipe(provide)
  )

  it.effect("mode stale: expired at once, served within its window", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const compute = counting()
      const read = cache.getOrCompute("a", compute, {
        tags: ["t"],
        timeToLive: "1 hour",
        staleWhileRevalidate: "1 minute"
      })
      yield* read
      yield* cache.invalidateTags("t", { mode: "stale" })
      const stale = yield* read
      assert.isTrue(stale.isStale)
      yield* Effect.yieldNow
      assert.strictEqual(yield* (yield* read).text, '{"count":2}')
    }).pipe(provide)
  )

  it.effect("a strong read is served nothing stale", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const compute = counting()
      const options = { timeToLive: "1 minute", staleWhileRevalidate: "1 hour", staleIfError: "1 hour" } as const
      yield* cache.getOrCompute("a", compute, options)
      yield* TestClock.adjust("1 minute")
      const read = yield* cache.getOrCompute("a", compute, { ...options, consistency: "strong" })
      assert.isFalse(read.isStale)
    }).pipe(provide)
  )

  it.effect("refreshAhead: a read late in its time refreshes it in the background", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const compute = counting()
      const read = cache.getOrCompute("a", compute, { timeToLive: "100 seconds", refreshAhead: 0.8 })
      yield* read
      yield* TestClock.adjust("79 seconds")
      yield* read
      assert.strictEqual(compute.state.count, 1)
      yield* TestClock.adjust("1 second")
      const old = yield* read
      assert.deepStrictEqual([old.isStale, yield* old.text], [false, '{"count":1}'])
      yield* Effect.yieldNow
      assert.strictEqual(yield* (yield* read).text, '{"count":2}')
    }).pipe(provide)
  )

  it.effect("softTimeout: the stale text when the computation takes long, which goes on", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const options = { timeToLive: "1 minute", staleIfError: "10 minutes", softTimeout: "1 second" } as const
      yield* cache.getOrCompute("a", Effect.succeed("old"), options)
      yield* TestClock.adjust("1 minute")
      const slow = Effect.delay(Effect.succeed("new"), "5 seconds")
      const fiber = yield* Effect.forkChild(cache.getOrCompute("a", slow, options), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      const stale = yield* Fiber.join(fiber)
      assert.deepStrictEqual([stale.isStale, yield* stale.text], [true, '"old"'])
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* textAt("a"), '"new"')
    }).pipe(provide)
  )

  it.effect("hardTimeout: an error, and the computation goes on and is stored", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const slow = Effect.delay(Effect.succeed("new"), "5 seconds")
      const fiber = yield* Effect.forkChild(cache.getOrCompute("a", slow, { hardTimeout: "1 second" }), {
        startImmediately: true
      })
      yield* TestClock.adjust("1 second")
      const error = yield* Effect.flip(Fiber.join(fiber))
      assert.strictEqual(error.reason._tag, "ComputeTimedOut")
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* textAt("a"), '"new"')
    }).pipe(provide)
  )

  it.effect("notModified keeps the stale text for another time", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      let asked = 0
      const read = cache.getOrCompute(
        "a",
        (c) => Effect.sync(() => (++asked, Option.isSome(c.stale) ? c.notModified : { asked })),
        { timeToLive: "1 minute", staleIfError: "1 minute" }
      )
      const first = yield* read
      yield* TestClock.adjust("1 minute")
      const second = yield* read
      assert.deepStrictEqual([second.isStale, second.etag, asked], [false, first.etag, 2])
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* read).source, "memory")
    }).pipe(provide)
  )

  it.effect("notModified without a stale text is a defect", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const exit = yield* Effect.exit(cache.getOrCompute("a", (c) => Effect.succeed(c.notModified)))
      assert(Exit.isFailure(exit))
      assert.isTrue(Cause.hasDies(exit.cause))
    }).pipe(provide)
  )
})
