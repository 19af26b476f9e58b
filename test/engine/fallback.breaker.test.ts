/** The breaker between calls and a pool that keeps failing. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import type { Serialization } from "../../src/Serialization.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import { layerFailing } from "../../src/testing.ts"
import { QueueFull, WorkerCrashed, WorkerPool, WorkerPoolError } from "../../src/WorkerPool.ts"
import { fixture, handClock, until } from "../fixtures/pool.ts"
import { metrics, serialize } from "../support/calls.ts"
import { around, inlineRun, markedLayer, mockedLayer, unsendable } from "../support/values.ts"

const crashed = new WorkerPoolError({ reason: new WorkerCrashed({ exitCode: 1 }) })
const full = new WorkerPoolError({ reason: new QueueFull({ maxQueue: 1 }) })

describe("a pool that keeps failing", () => {
  it.live("is left alone for a while, tried again by one call, and used again when it is well", () =>
    Effect.gen(function* () {
      const { advance } = yield* handClock
      let frames = 0
      let isBroken = true
      const run = yield* inlineRun
      const layer = mockedLayer((task) => {
        frames++
        return isBroken ? Effect.fail(crashed) : run(task)
      })
      yield* Effect.gen(function* () {
        const value = around(1)
        const text = JSON.stringify(value)
        const call = Effect.fnUntraced(function* (path: string, asksPool: boolean) {
          const before = frames
          const result = yield* serialize(value)
          assert.isTrue(result.serialized === text)
          assert.strictEqual(result.path, path)
          assert.strictEqual(frames > before, asksPool)
        })
        for (let i = 0; i < 3; i++) yield* call("fallback", true)
        assert.strictEqual((yield* metrics).breaker, "open")
        yield* call("fallback", false)
        yield* call("fallback", false)
        assert.strictEqual((yield* metrics).workerErrors, 3)
        assert.strictEqual((yield* metrics).fallbackPath, 5)
        // Its time is over, but it is still broken: one call finds out, and the pause doubles.
        advance(1_001)
        assert.strictEqual((yield* metrics).breaker, "half-open")
        yield* call("fallback", true)
        yield* call("fallback", false)
        advance(1_001)
        yield* call("fallback", false)
        advance(1_001)
        isBroken = false
        yield* call("worker", true)
        assert.strictEqual((yield* metrics).breaker, "closed")
        yield* call("worker", true)
        assert.strictEqual((yield* metrics).workerErrors, 4)
      }).pipe(Effect.provide(layer))
    })
  )

  it.live("a worker file that is missing is not tried at each call", () => {
    const { layer } = markedLayer({ workerUrl: fixture("./no-such-worker.ts") })
    return Effect.gen(function* () {
      yield* handClock
      for (let i = 0; i < 6; i++) assert.strictEqual((yield* serialize(around(i))).path, "fallback")
      assert.strictEqual((yield* WorkerPool.use((pool) => pool.stats)).failed.WorkerStartFailed, 3)
      const { breaker, fallbackPath, workerErrors } = yield* metrics
      assert.deepStrictEqual(
        { breaker, fallbackPath, workerErrors },
        { breaker: "open", fallbackPath: 6, workerErrors: 3 }
      )
    }).pipe(Effect.provide(layer))
  })

  it.live("values that cannot be cloned and a full queue say nothing of its health", () =>
    Effect.gen(function* () {
      for (const tag of ["NotCloneable", "QueueFull", "PoolClosed"] as const) {
        yield* Effect.gen(function* () {
          for (let i = 0; i < 5; i++) yield* serialize(around(i))
          const { breaker, workerErrors } = yield* metrics
          assert.deepStrictEqual({ breaker, workerErrors }, { breaker: "closed", workerErrors: 5 })
        }).pipe(Effect.provide(Layer.provide(SerializationLayer.layerNoPool({ routing: "worker" }), layerFailing(tag))))
      }
    })
  )

  /** How a call ends that had no answer, and so has learnt nothing of the pool. */
  const withoutAnswer: {
    readonly [how: string]: (isSent: () => boolean) => Effect.Effect<unknown, unknown, Serialization>
  } = {
    "is interrupted": Effect.fnUntraced(function* (isSent) {
      const fiber = yield* Effect.forkChild(serialize(around(1)), { startImmediately: true })
      yield* until(isSent)
      yield* Fiber.interrupt(fiber)
    }),
    "fails by itself": () => Effect.flip(serialize([unsendable(5000), 1n])),
    "finds the queue full": () => serialize(around(1))
  }

  for (const [how, call] of Object.entries(withoutAnswer)) {
    /** Frames fail with `error`, or wait for ever where there is none. */
    const pool = Effect.sync(() => {
      const given: { error: WorkerPoolError | undefined } = { error: crashed }
      let isSent = false
      const layer = mockedLayer(() => {
        if (given.error !== undefined) return Effect.fail(given.error)
        isSent = true
        return Effect.never
      })
      const unanswered = Effect.suspend(() => {
        given.error = how === "finds the queue full" ? full : undefined
        return call(() => isSent)
      })
      return { crash: Effect.sync(() => void (given.error = crashed)), layer, unanswered }
    })

    it.live(`a call that ${how} before it has an answer does not make up for the failures before it`, () =>
      Effect.gen(function* () {
        yield* handClock
        const { crash, layer, unanswered } = yield* pool
        yield* Effect.gen(function* () {
          for (let i = 0; i < 2; i++) yield* serialize(around(i))
          yield* unanswered
          yield* crash
          assert.strictEqual((yield* metrics).breaker, "closed")
          yield* serialize(around(3))
          assert.strictEqual((yield* metrics).breaker, "open")
        }).pipe(Effect.provide(layer))
      })
    )

    it.live(`a call that tries, and ${how} before it has an answer, leaves it to the next`, () =>
      Effect.gen(function* () {
        const { advance } = yield* handClock
        const { crash, layer, unanswered } = yield* pool
        yield* Effect.gen(function* () {
          for (let i = 0; i < 3; i++) yield* serialize(around(i))
          advance(1_001)
          yield* unanswered
          assert.strictEqual((yield* metrics).breaker, "half-open")
          yield* crash
          yield* serialize(around(3))
          assert.strictEqual((yield* metrics).breaker, "open")
        }).pipe(Effect.provide(layer))
      })
    )
  }
})
