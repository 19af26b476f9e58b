/** Threads that fail in a call: the calling thread makes the text, or the call fails with a typed error. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Scope } from "effect"
import type { LayerOptions } from "../../src/Layer.ts"
import { Serialization } from "../../src/Serialization.ts"
import { WorkerPool, type WorkerPoolError, type WorkerPoolErrorReason } from "../../src/WorkerPool.ts"
import { fixture, Gate, handClock, turn, untilStats } from "../fixtures/pool.ts"
import { allOutputs, metrics, serialize } from "../support/calls.ts"
import { around, markedLayer } from "../support/values.ts"

const detached = (): object => {
  const view = new Uint8Array(8)
  structuredClone(view, { transfer: [view.buffer] })
  // With its own prototype it would be kept on the calling thread.
  return Object.setPrototypeOf(view, Object.prototype) as object
}

interface Hazard {
  readonly name: string
  readonly tag: WorkerPoolErrorReason["_tag"]
  readonly options?: LayerOptions
  readonly value: () => unknown
  readonly next: "worker" | "fallback"
  /** The time of its one frame is over when a thread has got it. Threads that do not hang have any time. */
  readonly isLate?: boolean
}

const hazards: ReadonlyArray<Hazard> = [
  { name: "process.exit in the worker", tag: "WorkerCrashed", value: () => around("!exit!"), next: "worker" },
  { name: "an uncaught throw in the worker", tag: "WorkerCrashed", value: () => around("!uncaught!"), next: "worker" },
  { name: "a task that throws", tag: "WorkerCrashed", value: () => around("!throw!"), next: "worker" },
  { name: "an answer without a text", tag: "WorkerCrashed", value: () => around("!nothing!"), next: "worker" },
  {
    name: "the memory limit",
    tag: "WorkerOutOfMemory",
    options: { resourceLimits: { maxOldGenerationSizeMb: 64 } },
    value: () => around("!memory!"),
    next: "worker"
  },
  {
    name: "a worker that hangs",
    tag: "TaskTimedOut",
    options: { taskTimeout: "1 second" },
    value: () => ({ text: `!hang!${"x".repeat(5000)}` }),
    next: "worker",
    isLate: true
  },
  {
    name: "a missing worker file",
    tag: "WorkerStartFailed",
    options: { workerUrl: fixture("./no-such-worker.ts") },
    value: () => around(1),
    next: "fallback"
  },
  {
    name: "a worker file that throws",
    tag: "WorkerStartFailed",
    options: { workerUrl: fixture("./worker-throws.ts") },
    value: () => around(1),
    next: "fallback"
  },
  { name: "a detached buffer", tag: "NotCloneable", value: () => around(detached()), next: "worker" }
]

describe("fallback with real threads", () => {
  for (const { isLate = false, name, next, options, tag, value } of hazards) {
    const call = Effect.fnUntraced(function* (given: unknown) {
      if (!isLate) return yield* serialize(given)
      const { advance } = yield* handClock
      const fiber = yield* Effect.forkChild(serialize(given), { startImmediately: true })
      yield* untilStats(({ inFlight }) => inFlight === 1)
      advance(1_000)
      return yield* Fiber.join(fiber)
    })

    it.live(`${name}: same text, and the next call works`, () => {
      const { layer, logged } = markedLayer(options)
      return Effect.gen(function* () {
        const given = value()
        const { path, serialized, truncated } = yield* call(given)
        assert.isTrue(serialized === JSON.stringify(given))
        assert.deepStrictEqual([path, truncated], ["fallback", false])
        const after = yield* serialize(around("next"))
        assert.isTrue(after.serialized === JSON.stringify(around("next")))
        assert.strictEqual(after.path, next)
        const failed = next === "fallback" ? 2 : 1
        const { fallbackPath, workerErrors, workerErrorsByReason, failures, workerPath } = yield* metrics
        assert.deepStrictEqual(
          { fallbackPath, workerErrors, workerErrorsByReason, failures, workerPath },
          {
            fallbackPath: failed,
            workerErrors: failed,
            workerErrorsByReason: { [tag]: failed },
            failures: 0,
            workerPath: 2 - failed
          }
        )
        yield* turn
        assert.strictEqual(logged.length, 1)
      }).pipe(Effect.provide(layer))
    })

    it.live(`${name}: a typed error with fallback: false`, () => {
      const { layer } = markedLayer({ ...options, fallback: false })
      return Effect.gen(function* () {
        const caught = yield* call(value()).pipe(
          Effect.catchReason("SerializationError", "WorkerFailed", ({ cause }) => Effect.succeed(cause.reason._tag))
        )
        assert.strictEqual(caught, tag)
        const { failures, failuresByReason, fallbackPath, workerErrors } = yield* metrics
        assert.deepStrictEqual(
          { failures, failuresByReason, fallbackPath, workerErrors },
          { failures: 1, failuresByReason: { WorkerFailed: 1 }, fallbackPath: 1, workerErrors: 1 }
        )
      }).pipe(Effect.provide(layer))
    })
  }

  it.live("a crash in each output", () =>
    allOutputs(around("!exit!"), "fallback").pipe(Effect.provide(markedLayer().layer))
  )

  it.live("a pool that is closed", () =>
    Effect.gen(function* () {
      yield* WorkerPool.use((pool) => pool.shutdown)
      yield* allOutputs(around(1), "fallback")
      assert.deepStrictEqual((yield* metrics).workerErrorsByReason, { PoolClosed: 3 })
    }).pipe(Effect.provide(markedLayer().layer))
  )

  it.live("a pool that is closed, without fallback", () =>
    Effect.gen(function* () {
      yield* WorkerPool.use((pool) => pool.shutdown)
      const { reason } = yield* Effect.flip(serialize(around(1)))
      assert.strictEqual((reason as unknown as { cause: WorkerPoolError }).cause.reason._tag, "PoolClosed")
    }).pipe(Effect.provide(markedLayer({ fallback: false }).layer))
  )

  it.live("a layer that has ended: the service still answers", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(markedLayer().layer, scope)
      assert.strictEqual((yield* serialize(around(1)).pipe(Effect.provide(context))).path, "worker")
      yield* Scope.close(scope, Exit.void)
      const service = Context.get(context, Serialization)
      const { path, serialized } = yield* service.serialize(around(2))
      assert.isTrue(serialized === JSON.stringify(around(2)))
      assert.strictEqual(path, "fallback")
    })
  )

  for (const fallback of [true, false]) {
    it.live(`a full queue${fallback ? "" : ", without fallback"}`, () => {
      const gate = new Gate()
      return Effect.gen(function* () {
        const pool = yield* WorkerPool
        yield* pool.admission!.ready
        // All eight slots of the one thread, and the one place in the queue.
        for (let i = 0; i < 9; i++) yield* Effect.forkChild(pool.run(gate.frame), { startImmediately: true })
        yield* gate.reached(1)
        const { inFlight, queued } = yield* pool.stats
        assert.deepStrictEqual({ inFlight, queued }, { inFlight: 8, queued: 1 })
        if (fallback) {
          yield* allOutputs(around(1), "fallback")
        } else {
          const { reason } = yield* Effect.flip(serialize(around(1)))
          assert.strictEqual((reason as unknown as { cause: WorkerPoolError }).cause.reason._tag, "QueueFull")
        }
        // What others have in the pool was left alone, and with room the next call goes there.
        assert.strictEqual((yield* pool.stats).inFlight, 8)
        yield* gate.open
        yield* untilStats((stats) => stats.inFlight === 0 && stats.queued === 0)
        assert.strictEqual((yield* serialize(around(2))).path, "worker")
        const { breaker, workerErrorsByReason } = yield* metrics
        assert.strictEqual(breaker, "closed")
        assert.deepStrictEqual(workerErrorsByReason, { QueueFull: fallback ? 3 : 1 })
      }).pipe(Effect.ensuring(gate.open), Effect.provide(markedLayer({ maxQueue: 1, fallback }).layer))
    })
  }

  it.live("calls in flight at a crash all give their text", () =>
    Effect.gen(function* () {
      const values = Array.from({ length: 6 }, (_, i) => around(i === 2 ? "!exit!" : i))
      const results = yield* Effect.forEach(values, (value) => serialize(value), { concurrency: "unbounded" })
      results.forEach(({ serialized }, i) => assert.isTrue(serialized === JSON.stringify(values[i])))
      const { fallbackPath, workerErrors, workerPath } = yield* metrics
      assert.strictEqual(results.filter(({ path }) => path === "fallback").length, fallbackPath)
      assert.strictEqual(workerErrors, fallbackPath)
      assert.strictEqual(workerPath, 6 - fallbackPath)
      assert.strictEqual(results[2]!.path, "fallback")
    }).pipe(Effect.provide(markedLayer({ maxThreads: 2 }).layer))
  )
})
