import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Serialization } from "effect-serialization"
import { EventLoopMonitor, type EventLoopStats } from "effect-serialization/EventLoopMonitor"
import { Health, type HealthOptions, type HealthState } from "effect-serialization/Health"
import type { SerializationMetrics } from "effect-serialization/Serialization"

/** Figures that the test sets. */
const makeWorld = () => ({
  workerErrors: 0,
  workerPath: 0,
  fallbackPath: 0,
  breaker: "closed" as SerializationMetrics["breaker"],
  maxLagInWindow: 0,
  log: [] as Array<string>
})
type World = ReturnType<typeof makeWorld>

const withHealth = <A, E>(
  use: (health: Health["Service"], world: World) => Effect.Effect<A, E>,
  options?: HealthOptions
) => {
  const world = makeWorld()
  const logger = Logger.make(({ logLevel, message }) => void world.log.push(`${logLevel} ${String(message)}`))
  const figures = Layer.merge(
    Layer.mock(Serialization, { metrics: Effect.sync(() => ({ ...world }) as unknown as SerializationMetrics) }),
    Layer.mock(EventLoopMonitor, { stats: Effect.sync(() => ({ ...world }) as unknown as EventLoopStats) })
  )
  return Health.use((health) => use(health, world)).pipe(
    Effect.provide(Health.layer(options).pipe(Layer.provide(figures))),
    Effect.provide(Logger.layer([logger]))
  )
}

const firing = ({ rules }: HealthState) =>
  rules.filter(({ severity }) => severity !== undefined).map(({ name }) => name)

describe("Health", () => {
  it.effect("one failure in one call is no alarm, nor are nineteen", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        Object.assign(world, { workerErrors: 1, fallbackPath: 1 })
        assert.strictEqual((yield* health.state).status, "healthy")
        Object.assign(world, { workerErrors: 19, fallbackPath: 19 })
        assert.strictEqual((yield* health.state).status, "healthy")
        Object.assign(world, { workerErrors: 20, fallbackPath: 20 })
        const state = yield* health.state
        assert.strictEqual(state.status, "critical")
        assert.deepStrictEqual(firing(state), ["WorkerPoolFailureRate"])
      })
    )
  )

  it.effect("fires above 5 %, not at 5 %", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        Object.assign(world, { workerErrors: 5, workerPath: 95, fallbackPath: 5 })
        assert.strictEqual((yield* health.state).status, "healthy")
        Object.assign(world, { workerErrors: 6, workerPath: 94, fallbackPath: 6 })
        assert.strictEqual((yield* health.state).status, "critical")
      })
    )
  )

  it.effect("only what happened within the window counts", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        Object.assign(world, { workerErrors: 50, fallbackPath: 50 })
        assert.strictEqual((yield* health.state).status, "critical")
        yield* TestClock.adjust("55 seconds")
        assert.strictEqual((yield* health.state).status, "critical")
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual((yield* health.state).status, "healthy")
        world.workerPath += 100
        assert.strictEqual((yield* health.state).status, "healthy")
      })
    )
  )

  it.effect("an open breaker is critical by itself, a half-open one a warning", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        world.breaker = "open"
        assert.deepStrictEqual(firing(yield* health.state), ["WorkerPoolBreakerOpen"])
        assert.strictEqual((yield* health.state).status, "critical")
        world.breaker = "half-open"
        assert.strictEqual((yield* health.state).status, "warning")
        world.breaker = "closed"
        assert.strictEqual((yield* health.state).status, "healthy")
      })
    )
  )

  it.effect("an event loop that is late is a warning", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        world.maxLagInWindow = 50
        assert.strictEqual((yield* health.state).status, "healthy")
        world.maxLagInWindow = 50.1
        const state = yield* health.state
        assert.strictEqual(state.status, "warning")
        assert.deepStrictEqual(firing(state), ["EventLoopBlocking"])
        world.breaker = "open"
        assert.strictEqual((yield* health.state).status, "critical")
      })
    )
  )

  it.effect("evaluates by itself, tells each change once, and logs it once", () =>
    withHealth((health, world) =>
      Effect.gen(function* () {
        const changes = yield* health.changes.pipe(Stream.take(3), Stream.runCollect, Effect.forkChild)
        yield* TestClock.adjust("5 seconds")
        world.breaker = "open"
        yield* TestClock.adjust("5 seconds")
        yield* TestClock.adjust("60 seconds")
        world.breaker = "closed"
        yield* TestClock.adjust("5 seconds")
        const states = yield* Fiber.join(changes)
        assert.deepStrictEqual(
          states.map(({ status }) => status),
          ["healthy", "critical", "healthy"]
        )
        assert.deepStrictEqual(world.log, [
          "Error WorkerPoolBreakerOpen: the circuit breaker of the worker pool is open",
          "Info WorkerPoolBreakerOpen: the circuit breaker of the worker pool is closed (no longer)"
        ])
      })
    )
  )

  it.effect("thresholds and volume can be set", () =>
    withHealth(
      (health, world) =>
        Effect.gen(function* () {
          Object.assign(world, { workerErrors: 1, fallbackPath: 1, workerPath: 1, maxLagInWindow: 90 })
          assert.strictEqual((yield* health.state).status, "healthy")
          Object.assign(world, { workerErrors: 2, fallbackPath: 2, maxLagInWindow: 101 })
          assert.deepStrictEqual(firing(yield* health.state), ["WorkerPoolFailureRate", "EventLoopBlocking"])
        }),
      { minCalls: 2, maxFailureRate: 0.5, maxLag: "100 millis", window: "10 seconds", interval: "1 second" }
    )
  )

  it.effect("refuses options that make no sense", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(withHealth(() => Effect.void, { maxFailureRate: 5 }))
      assert.match(String(exit), /maxFailureRate/)
    })
  )
})
