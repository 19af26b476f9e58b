/** The rules on a cache: figures that the test sets, and a cache. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Logger, Stream } from "effect"
import { TestClock } from "effect/testing"
import {
  CacheHealth,
  type CacheHealthOptions,
  MemoryMonitor,
  type MemoryStats,
  SerializedCache
} from "../../src/cache/index.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"
import { makeCache, overStore } from "./support/layers.ts"

type Metrics = Effect.Success<SerializedCache["Service"]["metrics"]>
type Health = CacheHealth["Service"]

const nothing = { memory: 0, store: 0, none: 0 }

/** Figures that the test sets. */
const makeWorld = () => ({
  hits: 0,
  stale: 0,
  computed: 0,
  coalesced: 0,
  store: "attached" as Metrics["store"],
  queued: 0,
  pressure: 0,
  log: [] as Array<string>
})
type World = ReturnType<typeof makeWorld>

const metricsOf = ({ coalesced, computed, hits, queued, stale, store }: World) =>
  ({
    requests: {
      hit: { ...nothing, memory: hits },
      stale: { ...nothing, store: stale },
      computed: { ...nothing, none: computed },
      coalesced: { ...nothing, none: coalesced },
      failed: nothing,
      absent: nothing
    },
    store,
    invalidationsQueued: queued
  }) as unknown as Metrics

const withHealth = <A, E>(
  use: (health: Health, world: World) => Effect.Effect<A, E>,
  options?: CacheHealthOptions,
  start: Partial<World> = {}
) => {
  const world = { ...makeWorld(), ...start }
  const logger = Logger.make(({ logLevel, message }) => void world.log.push(`${logLevel} ${String(message)}`))
  const figures = Layer.merge(
    Layer.mock(SerializedCache, { metrics: Effect.sync(() => metricsOf(world)) }),
    Layer.mock(MemoryMonitor, { interval: 1, stats: Effect.sync(() => ({ pressure: world.pressure }) as MemoryStats) })
  )
  return CacheHealth.use((health) => use(health, world)).pipe(
    Effect.provide(CacheHealth.layer(options).pipe(Layer.provide(figures))),
    Effect.provide(Logger.layer([logger]))
  )
}

/** The rules that fire, by name, and how. */
const firing = (health: Health) =>
  Effect.map(health.state, ({ rules }) =>
    Object.fromEntries(rules.flatMap(({ name, severity }) => (severity === undefined ? [] : [[name, severity]])))
  )

describe("CacheHealth", () => {
  it.effect("a detached store is a warning, and critical after five minutes; attached, it is neither", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* firing(health), {})
        world.store = "detached"
        assert.deepStrictEqual(yield* firing(health), { CacheStoreDetached: "warning" })
        yield* TestClock.adjust("299 seconds")
        assert.deepStrictEqual(yield* firing(health), { CacheStoreDetached: "warning" })
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* firing(health), { CacheStoreDetached: "critical" })
        world.store = "attached"
        assert.deepStrictEqual(yield* firing(health), {})
        world.store = "detached"
        assert.deepStrictEqual(yield* firing(health), { CacheStoreDetached: "warning" })
        world.store = undefined
        assert.deepStrictEqual(yield* firing(health), {})
      })
    )
  )

  it.effect("few answers of few reads are no alarm, few of many are, until they are out of the window", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        Object.assign(world, { hits: 1, computed: 98 })
        assert.deepStrictEqual(yield* firing(health), {})
        Object.assign(world, { hits: 1, computed: 99 })
        assert.deepStrictEqual(yield* firing(health), { CacheHitRateLow: "warning" })
        // Callers who wait for one computation.
        Object.assign(world, { hits: 0, coalesced: 999, computed: 1 })
        assert.deepStrictEqual(yield* firing(health), {})
        // Stale answers are answers: 70 of 100.
        Object.assign(world, { hits: 40, stale: 30, coalesced: 0, computed: 30 })
        assert.deepStrictEqual(yield* firing(health), {})
        Object.assign(world, { computed: 31 })
        assert.deepStrictEqual(yield* firing(health), { CacheHitRateLow: "warning" })
        yield* TestClock.adjust("290 seconds")
        assert.deepStrictEqual(yield* firing(health), { CacheHitRateLow: "warning" })
        yield* TestClock.adjust("15 seconds")
        assert.deepStrictEqual(yield* firing(health), {})
      })
    )
  )

  it.effect("reads before the layer was built do not count", () =>
    withHealth(
      (health, world) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* firing(health), {})
          world.hits += 100
          assert.deepStrictEqual(yield* firing(health), {})
        }),
      undefined,
      { computed: 1000 }
    )
  )

  it.effect("memory: from 0.75 and from 0.9 on", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        for (const [pressure, severity] of [
          [0.74, undefined],
          [0.75, "warning"],
          [0.89, "warning"],
          [0.9, "critical"]
        ] as const) {
          world.pressure = pressure
          assert.strictEqual((yield* firing(health))["MemoryPressure"], severity)
        }
      })
    )
  )

  it.effect("invalidations that wait are critical after a minute", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        world.queued = 1
        assert.deepStrictEqual(yield* firing(health), {})
        yield* TestClock.adjust("59 seconds")
        world.queued = 2
        assert.deepStrictEqual(yield* firing(health), {})
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* firing(health), { CacheInvalidationsQueued: "critical" })
        world.queued = 0
        assert.deepStrictEqual(yield* firing(health), {})
        world.queued = 1
        assert.deepStrictEqual(yield* firing(health), {})
      })
    )
  )

  it.effect("takes limits of its own", () =>
    withHealth(
      (health, world) =>
        Effect.gen(function* () {
          Object.assign(world, { hits: 1, computed: 1, store: "detached", queued: 1 })
          yield* health.state
          yield* TestClock.adjust("2 seconds")
          assert.deepStrictEqual(yield* firing(health), {
            CacheStoreDetached: "critical",
            CacheHitRateLow: "warning",
            CacheInvalidationsQueued: "critical"
          })
        }),
      { minHitRate: 0.6, minReads: 2, detachedFor: "2 seconds", queuedFor: "2 seconds", window: "1 minute" }
    )
  )

  it.effect("tells and logs each change once, also what fires from the beginning", () =>
    withHealth(
      (health, world) =>
        Effect.gen(function* () {
          const changes = yield* health.changes.pipe(
            Stream.map(({ status }) => status),
            Stream.take(3),
            Stream.runCollect,
            Effect.forkChild
          )
          yield* TestClock.adjust("10 seconds")
          world.pressure = 0.95
          yield* TestClock.adjust("10 seconds")
          Object.assign(world, { pressure: 0, store: "attached" })
          yield* TestClock.adjust("10 seconds")
          assert.deepStrictEqual(yield* Fiber.join(changes), ["warning", "critical", "healthy"])
          assert.deepStrictEqual(world.log, [
            "Warn CacheStoreDetached: the store of the cache does not answer",
            "Error MemoryPressure: 95 % of the memory is used",
            "Info CacheStoreDetached: the store of the cache does not answer (no longer)",
            "Info MemoryPressure: 0 % of the memory is used (no longer)"
          ])
        }),
      undefined,
      { store: "detached" }
    )
  )

  it.effect("refuses options that make no sense, by name", () =>
    Effect.gen(function* () {
      for (const options of [
        { interval: 0 },
        { window: -1 },
        { minHitRate: 1.1 },
        { minReads: 1.5 },
        { detachedFor: Infinity },
        { queuedFor: Number.NaN }
      ]) {
        const exit = yield* Effect.exit(withHealth((health) => health.state, options))
        assert.isTrue(Exit.isFailure(exit))
        if (Exit.isFailure(exit)) assert.include(String(Cause.squash(exit.cause)), Object.keys(options)[0]!)
      }
    })
  )

  it.effect("a cache with a store, without a monitor of the memory", () =>
    Effect.gen(function* () {
      const store = makeStoreMemory()
      const cache = yield* makeCache(overStore(store.layer))
      yield* cache.getOrCompute("a", Effect.succeed(1))
      const live = CacheHealth.layer().pipe(Layer.provide(Layer.succeed(SerializedCache, cache)))
      yield* Effect.gen(function* () {
        const health = yield* CacheHealth
        assert.strictEqual((yield* health.state).status, "healthy")
      }).pipe(Effect.provide(live))
    })
  )
})
