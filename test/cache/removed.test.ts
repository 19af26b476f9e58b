/** What is invalidated by a name that only its stamp has, while somebody reads or computes it. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import type { CacheOptions, Compute } from "../../src/cache/index.ts"
import { inMemory, makeCache } from "./support/layers.ts"
import { settled, twoCaches } from "./support/twoCaches.ts"

/** Large enough for several parts. */
const large = (name: string) => name + "x".repeat(600_000)

const tagged =
  (value: unknown) =>
  (c: Compute): Effect.Effect<unknown> =>
    Effect.as(c.addTags("t"), value)

const brief = (options: CacheOptions["entry"]): CacheOptions => ({
  entry: { jitter: 0, timeToLive: "10 seconds", ...options }
})

const forked = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.tap(Effect.forkChild(effect, { startImmediately: true }), () => settled)

describe("a text that is removed", () => {
  it.effect("on its way from the store is no answer for who joins the read afterwards", () =>
    Effect.gen(function* () {
      const { here, other, steps } = yield* twoCaches()
      yield* other.getOrCompute("page", tagged(large("old")))
      const gate = yield* Deferred.make<void>()
      steps.before = (operation) => (operation === "part" ? Deferred.await(gate) : Effect.void)
      const read = here.getOrCompute("page", tagged(large("new")))
      const first = yield* forked(read)
      assert.strictEqual((yield* here.invalidateTags("t")).status, "done")
      const second = yield* forked(read)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(first)
      assert.match(yield* (yield* Fiber.join(second)).text, /^"new/)
    })
  )

  it.effect("on its way from the store is not kept as a stale one", () =>
    Effect.gen(function* () {
      const { here, other, steps } = yield* twoCaches(brief({ staleWhileRevalidate: "1 minute" }))
      yield* other.getOrCompute("page", tagged(large("old")))
      yield* TestClock.adjust("11 seconds")
      const gate = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      steps.before = (operation) => (operation === "part" ? Deferred.await(gate) : Effect.void)
      const read = here.getOrCompute("page", (c) => Effect.andThen(Deferred.await(goOn), tagged(large("new"))(c)))
      const first = yield* forked(read)
      assert.strictEqual((yield* here.invalidateTags("t")).status, "done")
      yield* Deferred.succeed(gate, undefined)
      yield* settled
      const second = yield* forked(read)
      yield* Deferred.succeed(goOn, undefined)
      assert.match(yield* (yield* Fiber.join(second)).text, /^"new/)
      yield* Fiber.join(first)
    })
  )

  it.effect("is not served early while it is computed anew", () =>
    Effect.gen(function* () {
      const { here, other } = yield* twoCaches(brief({ staleWhileRevalidate: "1 minute" }))
      yield* other.getOrCompute("page", tagged("old"))
      yield* TestClock.adjust("11 seconds")
      const goOn = yield* Deferred.make<void>()
      const read = here.getOrCompute("page", (c) => Effect.andThen(Deferred.await(goOn), tagged("new")(c)))
      assert.strictEqual(yield* (yield* read).text, '"old"')
      assert.strictEqual((yield* here.invalidateTags("t")).status, "done")
      const second = yield* forked(read)
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(second)).text, '"new"')
    })
  )

  it.effect("is not served when the computation fails", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache(inMemory(brief({ staleIfError: "1 minute" })))
      yield* cache.getOrCompute("page", tagged("old"))
      yield* TestClock.adjust("11 seconds")
      const goOn = yield* Deferred.make<void>()
      const read = Effect.exit(cache.getOrCompute("page", Effect.andThen(Deferred.await(goOn), Effect.fail("broken"))))
      const first = yield* forked(read)
      yield* cache.invalidateTags("t")
      const second = yield* forked(read)
      yield* Deferred.succeed(goOn, undefined)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(first)))
      assert.isTrue(Exit.isFailure(yield* Fiber.join(second)))
    })
  )

  it.effect("is not served after the soft timeout", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache(inMemory(brief({ staleIfError: "1 minute", softTimeout: "1 second" })))
      yield* cache.getOrCompute("page", tagged("old"))
      yield* TestClock.adjust("11 seconds")
      const goOn = yield* Deferred.make<void>()
      const read = cache.getOrCompute("page", Effect.as(Deferred.await(goOn), "new"))
      const first = yield* forked(read)
      yield* cache.invalidateTags("t")
      const second = yield* forked(read)
      yield* TestClock.adjust("2 seconds")
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(second)).text, '"new"')
      yield* Fiber.join(first)
    })
  )

  for (const timeout of ["softTimeout", "hardTimeout"] as const) {
    it.effect(`elsewhere is not served after the ${timeout}, though the message is on its way`, () =>
      Effect.gen(function* () {
        const options = brief({ staleIfError: "1 minute", [timeout]: "1 second" })
        const { here, other, shared } = yield* twoCaches({ ...options, verifyWithin: "1 hour", heartbeat: "1 hour" })
        yield* here.getOrCompute("page", tagged("old"))
        yield* TestClock.adjust("11 seconds")
        yield* shared.pause
        assert.strictEqual((yield* other.invalidateTags("t")).status, "done")
        const goOn = yield* Deferred.make<void>()
        const read = Effect.exit(here.getOrCompute("page", Effect.as(Deferred.await(goOn), "new")))
        const first = yield* forked(read)
        const second = yield* forked(read)
        yield* TestClock.adjust("2 seconds")
        yield* Deferred.succeed(goOn, undefined)
        for (const fiber of [first, second]) {
          const exit = yield* Fiber.join(fiber)
          if (timeout === "hardTimeout") assert.isTrue(Exit.isFailure(exit))
          else assert(Exit.isSuccess(exit) && (yield* exit.value.text) === '"new"')
        }
      })
    )
  }

  it.effect("elsewhere, and another one in its place that is on its way: not served after the soft timeout", () =>
    Effect.gen(function* () {
      const options = brief({ staleIfError: "1 minute", softTimeout: "1 second" })
      const { here, other, shared, steps } = yield* twoCaches({
        ...options,
        verifyWithin: "1 hour",
        heartbeat: "1 hour"
      })
      yield* here.getOrCompute("page", tagged("old"))
      yield* TestClock.adjust("11 seconds")
      yield* shared.pause
      assert.strictEqual((yield* other.invalidateTags("t")).status, "done")
      yield* other.getOrCompute("page", tagged(large("new")))
      const gate = yield* Deferred.make<void>()
      steps.before = (operation) => (operation === "part" ? Deferred.await(gate) : Effect.void)
      const read = yield* forked(here.getOrCompute("page", tagged("newer")))
      yield* TestClock.adjust("2 seconds")
      yield* Deferred.succeed(gate, undefined)
      assert.match(yield* (yield* Fiber.join(read)).text, /^"new/)
    })
  )

  it.effect("elsewhere is not kept as not modified, though the message is on its way", () =>
    Effect.gen(function* () {
      const options = { ...brief({ staleIfError: "1 minute" }), verifyWithin: "1 hour", heartbeat: "1 second" } as const
      const { here, other, shared } = yield* twoCaches(options)
      const read = (value: string) =>
        here.getOrCompute("page", (c) => tagged(Option.isSome(c.stale) ? c.notModified : value)(c))
      yield* read("old")
      yield* TestClock.adjust("11 seconds")
      yield* shared.pause
      assert.strictEqual((yield* other.invalidateTags("t")).status, "done")
      yield* read("new")
      assert.strictEqual(yield* (yield* other.getOrCompute("page", Effect.succeed("newer"))).text, '"new"')
    })
  )

  // Messages are lost, and the store is asked within what memory may go on without it.
  const lost = { verifyWithin: "3 seconds", heartbeat: "1 hour" } as const

  for (const way of ["fails", "outlasts the hard timeout"] as const) {
    it.effect(`elsewhere while it is computed is not served when that ${way}, though the message is lost`, () =>
      Effect.gen(function* () {
        const hardTimeout = way === "fails" ? "1 hour" : "5 seconds"
        const options = brief({ staleIfError: "1 minute", hardTimeout })
        const { here, other, shared } = yield* twoCaches({ ...options, ...lost })
        yield* here.getOrCompute("page", tagged("old"))
        yield* TestClock.adjust("11 seconds")
        const goOn = yield* Deferred.make<void>()
        const read = here.getOrCompute("page", Effect.andThen(Deferred.await(goOn), Effect.fail("broken")))
        const fiber = yield* forked(Effect.exit(read))
        yield* shared.pause
        assert.strictEqual((yield* other.invalidateTags("t")).status, "done")
        yield* TestClock.adjust("6 seconds")
        yield* Deferred.succeed(goOn, undefined)
        assert.isTrue(Exit.isFailure(yield* Fiber.join(fiber)))
      })
    )
  }

  it.effect("elsewhere while it is computed is served early no more, though the message is lost", () =>
    Effect.gen(function* () {
      const { here, other, shared } = yield* twoCaches({ ...brief({ staleWhileRevalidate: "1 minute" }), ...lost })
      yield* here.getOrCompute("page", tagged("old"))
      yield* TestClock.adjust("11 seconds")
      const goOn = yield* Deferred.make<void>()
      const read = here.getOrCompute("page", (c) => Effect.andThen(Deferred.await(goOn), tagged("new")(c)))
      assert.strictEqual(yield* (yield* read).text, '"old"')
      yield* shared.pause
      assert.strictEqual((yield* other.invalidateTags("t")).status, "done")
      yield* TestClock.adjust("6 seconds")
      const second = yield* forked(read)
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(second)).text, '"new"')
    })
  )

  it.effect("by nobody is served when the computation fails, after the store was asked", () =>
    Effect.gen(function* () {
      const { here, shared } = yield* twoCaches({ ...brief({ staleIfError: "1 minute" }), ...lost })
      yield* here.getOrCompute("page", tagged("old"))
      yield* TestClock.adjust("11 seconds")
      const goOn = yield* Deferred.make<void>()
      const read = here.getOrCompute("page", Effect.andThen(Deferred.await(goOn), Effect.fail("broken")))
      const fiber = yield* forked(read)
      yield* shared.pause
      yield* TestClock.adjust("6 seconds")
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual(yield* (yield* Fiber.join(fiber)).text, '"old"')
    })
  )
})
