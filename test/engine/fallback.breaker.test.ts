/** The breaker between calls and a pool that keeps failing. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { vi } from "vitest"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import { layerFailing } from "../../src/testing.ts"
import { WorkerCrashed, WorkerPool, WorkerPoolError } from "../../src/WorkerPool.ts"
import { fixture } from "../fixtures/pool.ts"
import { metrics, serialize } from "../support/calls.ts"
import { around, inlineRun, markedLayer, mockedLayer } from "../support/values.ts"

describe("a pool that keeps failing", () => {
  /** The clock of the breaker, moved by hand. */
  const clock = Effect.acquireRelease(
    Effect.sync(() => {
      const real = realTimers.now
      let ahead = 0
      const spy = vi.spyOn(realTimers, "now").mockImplementation(() => real() + ahead)
      return { advance: (milliseconds: number) => void (ahead += milliseconds), spy }
    }),
    ({ spy }) => Effect.sync(() => spy.mockRestore())
  )

  it.live("is left alone for a while, tried again by one call, and used again when it is well", () =>
    Effect.gen(function* () {
      const { advance } = yield* clock
      let frames = 0
      let isBroken = true
      const crashed = new WorkerPoolError({ reason: new WorkerCrashed({ exitCode: 1 }) })
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
    }).pipe(Effect.scoped)
  )

  it.live("a worker file that is missing is not tried at each call", () => {
    const { layer } = markedLayer({ workerUrl: fixture("./no-such-worker.ts") })
    return Effect.gen(function* () {
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
})
