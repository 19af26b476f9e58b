/**
 * Events, hooks and metrics: what others are told of a cache.
 */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Deferred, Effect, Fiber, Layer, Logger, Metric, Option, Stream, Tracer } from "effect"
import { TestClock } from "effect/testing"
import { type CacheEvent, SerializedCache } from "../../src/cache/index.ts"
import * as Metrics from "../../src/cache/Metrics.ts"
import { exact, inMemory, serialization } from "./support/layers.ts"

const settled = Effect.gen(function* () {
  for (let i = 0; i < 20; i++) yield* Effect.yieldNow
})

describe("events", () => {
  it.effect("tell what happens, to whoever listens then", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      yield* cache.getOrCompute("before", Effect.succeed(1))
      const events: Array<CacheEvent> = []
      yield* cache.events.pipe(
        Stream.runForEach((event) => Effect.sync(() => events.push(event))),
        Effect.forkScoped({ startImmediately: true })
      )
      const options = { timeToLive: "1 minute", staleWhileRevalidate: "1 hour" } as const
      yield* cache.getOrCompute("a", Effect.succeed(1), options)
      yield* cache.getOrCompute("a", Effect.succeed(1), options)
      yield* TestClock.adjust("1 minute")
      yield* cache.getOrCompute("a", Effect.succeed(2), options)
      yield* settled
      yield* cache.invalidate("a")
      yield* Effect.ignore(cache.getOrCompute("b", Effect.fail("no")))
      yield* settled
      assert.deepStrictEqual(
        events.map(({ _tag }) => _tag),
        [
          "Miss",
          "Computed",
          "Stored",
          "Hit",
          "Computed",
          "Evicted",
          "Stored",
          "Stale",
          "Evicted",
          "Invalidated",
          "Miss",
          "ComputeFailed"
        ]
      )
    }).pipe(Effect.provide(inMemory()))
  )

  it.effect("hooks run in fibers of their own; one that fails is spoken of once a minute", () => {
    const logged: Array<unknown> = []
    const invalidated: Array<ReadonlyArray<string>> = []
    const gate = Deferred.makeUnsafe<void>()
    const layer = inMemory({
      ...exact,
      hooks: {
        onInvalidate: ({ names }) => Effect.sync(() => invalidated.push(names)),
        onEvict: () => Effect.andThen(Deferred.await(gate), Effect.fail("broken")),
        onComputeFailed: () => Effect.die("broken too")
      }
    })
    return Effect.gen(function* () {
      const cache = yield* SerializedCache
      for (const key of ["a", "b"]) {
        yield* cache.set(key, 1)
        yield* cache.invalidate(key)
      }
      yield* Effect.ignore(cache.getOrCompute("c", Effect.fail("no")))
      yield* settled
      // A write invalidates, too.
      assert.deepStrictEqual(invalidated, [["k:a"], ["k:a"], ["k:b"], ["k:b"]])
      yield* Deferred.succeed(gate, undefined)
      yield* settled
      assert.strictEqual(logged.length, 2)
      assert.strictEqual((yield* cache.metrics).hooksDropped, 0)
    }).pipe(
      Effect.provide(layer),
      Effect.provide(Logger.layer([Logger.make(({ message }) => void logged.push(message))]))
    )
  })

  it.effect("a hook that hangs holds nobody up, and what it misses is counted", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      for (let i = 0; i < 1030; i++) yield* cache.invalidate("a")
      assert.isAtLeast((yield* cache.metrics).hooksDropped, 5)
    }).pipe(Effect.provide(inMemory({ hooks: { onInvalidate: () => Effect.never } })))
  )
})

describe("spans", () => {
  it.effect("where nobody traces there is none, and that of the caller is left alone", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const read = Effect.andThen(cache.getOrCompute("secret", Effect.succeed(1)), Effect.currentSpan)
      const span = yield* Effect.withSpan(read, "mine")
      assert.strictEqual(span.name, "mine")
      assert.deepStrictEqual(Array.from(span.attributes), [])
    }).pipe(Effect.provide(inMemory()))
  )

  it.effect("of what is not answered from memory at once, without the key itself", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const spans: Array<Tracer.Span> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      const read = cache.getOrCompute("secret", Effect.succeed(1))
      yield* Effect.gen(function* () {
        yield* read
        yield* read
        yield* cache.invalidate("secret")
      }).pipe(Effect.withTracer(tracer))
      assert.deepStrictEqual(
        spans.map(({ name }) => name),
        ["SerializedCache.getOrCompute", "SerializedCache.compute", "SerializedCache.invalidate"]
      )
      const { attributes } = spans[0]!
      assert.strictEqual(attributes.get("cache.outcome"), "computed")
      assert.strictEqual(attributes.get("cache.size"), 1)
      assert.notInclude(JSON.stringify([...attributes]), "secret")
    }).pipe(Effect.provide(inMemory()))
  )
})

describe("metrics", () => {
  it.effect("count what happened", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const zero = yield* cache.metrics
      assert.strictEqual(zero.hitRate, 0)
      const slow = cache.getOrCompute("a", Effect.delay(Effect.succeed(1), "1 second"))
      const fibers = [
        yield* Effect.forkChild(slow, { startImmediately: true }),
        yield* Effect.forkChild(slow, { startImmediately: true })
      ]
      assert.strictEqual((yield* cache.metrics).inFlight, 1)
      yield* TestClock.adjust("1 second")
      for (const fiber of fibers) yield* Fiber.join(fiber)
      yield* slow
      yield* slow
      yield* cache.get("nothing")
      yield* Effect.ignore(cache.getOrCompute("b", Effect.fail("no")))
      const { computations, entries, hitRate, inFlight, requests, size, store } = yield* cache.metrics
      assert.strictEqual(requests.computed.none, 1)
      assert.strictEqual(requests.coalesced.none, 1)
      assert.strictEqual(requests.hit.memory, 2)
      assert.strictEqual(requests.absent.none, 1)
      assert.strictEqual(requests.failed.none, 1)
      assert.strictEqual(hitRate, 3 / 6)
      assert.deepStrictEqual([computations, entries, inFlight, store], [2, 1, 0, undefined])
      assert.strictEqual(size, 1 + 512 + 64 + 3 + 64 + 1)
    }).pipe(Effect.provide(inMemory()))
  )

  it.effect("are there from the start, at zero, by the name of the cache, and gone with it", () =>
    Effect.gen(function* () {
      const named = Metric.withAttributes(Metrics.requests, { name: "reports", outcome: "stale", tier: "store" })
      const read = Effect.map(Metric.snapshot, (all) =>
        all.filter(
          ({ attributes, id }) => id === "effect_serialization.cache.requests" && attributes?.["name"] === "reports"
        )
      )
      yield* Effect.gen(function* () {
        yield* SerializedCache
        assert.strictEqual((yield* read).length, 18)
        assert.strictEqual((yield* Metric.value(named)).count, 0)
      }).pipe(Effect.provide(inMemory({ name: "reports" })))
      assert.strictEqual((yield* read).length, 0)
    })
  )
})

describe("layerConfig", () => {
  it.effect("reads the environment; options win", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      assert.strictEqual((yield* cache.metrics).limit, 32 * 1024 * 1024)
      yield* cache.getOrCompute("a", Effect.succeed(1))
      yield* TestClock.adjust("20 seconds")
      assert.isTrue(Option.isNone(yield* cache.get("a")))
    }).pipe(
      Effect.provide(SerializedCache.layerConfig({ name: "other" }).pipe(Layer.provide(serialization))),
      Effect.provide(
        ConfigProvider.layer(
          ConfigProvider.fromUnknown({
            SERIALIZATION_CACHE_MAX_BYTES: "32 MiB",
            SERIALIZATION_CACHE_TIME_TO_LIVE: "20 seconds",
            SERIALIZATION_CACHE_NAME: "reports"
          })
        )
      )
    )
  )
})
