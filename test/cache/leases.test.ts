/** What is told and counted of leases: waits, losses, and stale text that is served meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Metric, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { CacheEvent } from "../../src/cache/index.ts"
import * as Metrics from "../../src/cache/Metrics.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"
import { head } from "./support/storeCases.ts"
import { makeCache, overStore } from "./support/layers.ts"
import { settled, twoCaches } from "./support/twoCaches.ts"

const ns = "default:1"
const named = { name: "default" }

const forked = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.tap(Effect.forkChild(effect, { startImmediately: true }), () => settled)

describe("a lease", () => {
  const lost = Effect.map(Metric.value(Metric.withAttributes(Metrics.leaseLost, named)), ({ count }) => count)

  it.effect("that was given back is not counted as lost, one that the store has forgotten is", () =>
    Effect.gen(function* () {
      const { flush, layer } = makeStoreMemory()
      const cache = yield* makeCache(overStore(layer))
      const ends = [
        [Effect.asVoid(cache.invalidate("a")), 0],
        [flush, 1]
      ] as const
      for (const [end, losses] of ends) {
        const read = yield* forked(cache.getOrCompute("a", Effect.delay(Effect.succeed(1), "30 seconds")))
        yield* end
        for (let i = 0; i < 10; i++) yield* TestClock.adjust("3 seconds")
        yield* Fiber.join(read)
        assert.strictEqual(yield* lost, losses)
        yield* cache.invalidate("a")
      }
    })
  )

  it.effect("of another that leaves a broken text: one wait", () =>
    Effect.gen(function* () {
      const { layer, store } = makeStoreMemory()
      const another = { key: "a", token: "another" }
      const leased = yield* store.begin(ns, { ...another, purpose: "compute", names: ["*", "k:a"], lease: 60_000 })
      assert(leased._tag === "Leased")
      const cache = yield* makeCache(overStore(layer))
      const read = yield* forked(cache.getOrCompute("a", Effect.succeed(1)))
      yield* TestClock.adjust("1 second")
      // None of its parts was put.
      yield* store.commit(ns, {
        ...another,
        head: head({ parts: 2 }),
        body: undefined,
        stamp: leased.generations,
        late: [],
        begun: leased.position,
        isWrite: false,
        origin: "test"
      })
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(read)).source, "computed")
      const waits = yield* Metric.value(Metric.withAttributes(Metrics.leaseWaitDuration, named))
      assert.strictEqual(waits.count, 1)
    })
  )

  it.effect("while it is held, a stale text of the store is told of once a read", () =>
    Effect.gen(function* () {
      const { here, other } = yield* twoCaches()
      const options = { timeToLive: "1 minute", staleWhileRevalidate: "1 hour" } as const
      yield* other.getOrCompute("a", Effect.succeed(1), options)
      yield* TestClock.adjust("2 minutes")
      const events: Array<CacheEvent["_tag"]> = []
      yield* here.events.pipe(
        Stream.runForEach(({ _tag }) => Effect.sync(() => events.push(_tag))),
        Effect.forkScoped({ startImmediately: true })
      )
      const goOn = yield* Deferred.make<void>()
      assert.isTrue((yield* here.getOrCompute("a", Effect.as(Deferred.await(goOn), 2), options)).isStale)
      yield* settled
      assert.deepStrictEqual(events, ["Miss", "Stored", "Stale"])
    })
  )
})
