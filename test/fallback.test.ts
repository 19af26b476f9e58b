import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope, Stream } from "effect"
import { vi } from "vitest"
import type { LayerOptions } from "../src/Layer.ts"
import * as SerializationLayer from "../src/Layer.ts"
import { Serialization, type SerializeOptions } from "../src/Serialization.ts"
import type { SerializationError } from "../src/SerializationError.ts"
import { layerFailing, layerInline } from "../src/testing.ts"
import { WorkerCrashed, WorkerPool, WorkerPoolError, type WorkerPoolErrorReason } from "../src/WorkerPool.ts"
import { fixture, Gate, untilStats } from "./fixtures/pool.ts"
import { around, markedLayer, mockedLayer, records } from "./support/values.ts"

type Tag = WorkerPoolErrorReason["_tag"]

const serialize = (value: unknown, options?: SerializeOptions) =>
  Serialization.use((service) => service.serialize(value, options))
const metrics = Serialization.use((service) => service.metrics)

/** Calls in all three outputs, whose texts and paths are checked. */
const allOutputs = Effect.fnUntraced(function* (value: unknown, path: string) {
  const text = JSON.stringify(value)
  const service = yield* Serialization
  const string = yield* service.serialize(value)
  assert.isTrue(string.serialized === text)
  const bytes = yield* service.serializeToBytes(value)
  assert.isTrue(Buffer.from(bytes.bytes).toString() === text)
  let ended: string | undefined
  const chunks = yield* Stream.runCollect(service.stream(value, { onEnd: (summary) => (ended = summary.path) }))
  assert.isTrue(Buffer.concat(chunks).toString() === text)
  assert.deepStrictEqual([string.path, bytes.path, ended], [path, path, path])
})

const inlineRun = WorkerPool.use((pool) => Effect.succeed(pool.run)).pipe(Effect.provide(layerInline))

const detached = (): object => {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  // With its own prototype it would be kept on the calling thread.
  return Object.setPrototypeOf(buffer, Object.prototype) as object
}

interface Hazard {
  readonly name: string
  readonly tag: Tag
  readonly options?: LayerOptions
  readonly value: () => unknown
  readonly next: "worker" | "fallback"
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
    value: () => around("!hang!"),
    next: "worker"
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
  for (const { name, next, options, tag, value } of hazards) {
    it.live(`${name}: same text, and the next call works`, () => {
      const { layer, logged } = markedLayer(options)
      return Effect.gen(function* () {
        const given = value()
        const { path, serialized, truncated } = yield* serialize(given)
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
        assert.strictEqual(logged.length, 1)
      }).pipe(Effect.provide(layer))
    })

    it.live(`${name}: a typed error with fallback: false`, () => {
      const { layer } = markedLayer({ ...options, fallback: false })
      return Effect.gen(function* () {
        const caught = yield* serialize(value()).pipe(
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

describe("fallback with mocked pools", () => {
  for (const tag of [
    "WorkerStartFailed",
    "WorkerCrashed",
    "WorkerOutOfMemory",
    "NotCloneable",
    "QueueFull",
    "TaskTimedOut",
    "PoolClosed"
  ] satisfies ReadonlyArray<Tag>) {
    const layer = (options: LayerOptions) =>
      Layer.provide(SerializationLayer.layerNoPool({ routing: "worker", ...options }), layerFailing(tag))

    it.effect(`${tag} in each output`, () =>
      Effect.gen(function* () {
        yield* allOutputs(around(1), "fallback")
        const { fallbackPath, workerErrors, workerErrorsByReason, workerFailureRate } = yield* metrics
        assert.deepStrictEqual(
          { fallbackPath, workerErrors, workerErrorsByReason, workerFailureRate },
          { fallbackPath: 3, workerErrors: 3, workerErrorsByReason: { [tag]: 3 }, workerFailureRate: 1 }
        )
      }).pipe(Effect.provide(layer({})))
    )

    it.effect(`${tag} without fallback, in each output`, () =>
      Effect.gen(function* () {
        const service = yield* Serialization
        const value = around(1)
        const errors: ReadonlyArray<SerializationError> = yield* Effect.all([
          Effect.flip(service.serialize(value)),
          Effect.flip(service.serializeToBytes(value)),
          Effect.flip(Stream.runDrain(service.stream(value)))
        ])
        for (const { reason } of errors) {
          assert.isTrue(reason._tag === "WorkerFailed" && reason.cause.reason._tag === tag)
        }
      }).pipe(Effect.provide(layer({ fallback: false })))
    )
  }

  it.effect("a pool that dies of a defect", () =>
    Effect.gen(function* () {
      yield* allOutputs(around(1), "fallback")
      assert.deepStrictEqual((yield* metrics).workerErrorsByReason, { WorkerCrashed: 3 })
    }).pipe(Effect.provide(mockedLayer(() => Effect.die("defect"))))
  )

  it.effect("a pool without `run`", () =>
    allOutputs(around(1), "fallback").pipe(
      Effect.provide(Layer.provide(SerializationLayer.layerNoPool({ routing: "worker" }), Layer.mock(WorkerPool, {})))
    )
  )

  it.effect("one frame of many: its text and those after it are made on the calling thread", () => {
    let frames = 0
    return Effect.gen(function* () {
      const run = yield* inlineRun
      const layer = mockedLayer((task) =>
        ++frames === 2 ? Effect.fail(new WorkerPoolError({ reason: new WorkerCrashed({ exitCode: 1 }) })) : run(task)
      )
      yield* Effect.gen(function* () {
        const value = records(20_000)
        const { path, serialized } = yield* serialize(value)
        assert.isTrue(serialized === JSON.stringify(value))
        assert.strictEqual(path, "fallback")
        assert.strictEqual((yield* metrics).workerErrors, 1)
      }).pipe(Effect.provide(layer))
    })
  })
})

describe("a pool that keeps failing", () => {
  /** The clock of the breaker, moved by hand. */
  const clock = Effect.acquireRelease(
    Effect.sync(() => {
      const real = performance.now.bind(performance)
      let ahead = 0
      const spy = vi.spyOn(performance, "now").mockImplementation(() => real() + ahead)
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
