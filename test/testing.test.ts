import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { layerFailing, layerHanging, layerInline, layerRecording, RecordedTasks } from "../src/testing.ts"
import { QueueFull, WorkerPool, type WorkerPoolErrorReason } from "../src/WorkerPool.ts"
import { frame, run, stats, watchWorkers } from "./fixtures/pool.ts"

describe("layerInline", () => {
  it.effect("does what a worker does, without one", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      assert.deepStrictEqual(yield* run(frame({ a: 1 })), { text: '{"a":1}', bytes: undefined })
      assert.deepStrictEqual(yield* run(frame(1, "bytes")), { text: undefined, bytes: new Uint8Array([49]) })
      assert.strictEqual((yield* stats).completed, 2)
      assert.strictEqual(started.length, 0)
    }).pipe(Effect.provide(layerInline))
  )

  it.effect("refuses and changes what the clone would", () =>
    Effect.gen(function* () {
      class Point {
        x = 1
        toJSON() {
          return "point"
        }
      }
      // A `toJSON` of the prototype does not come through; one of its own is refused.
      assert.strictEqual((yield* run(frame(new Point()))).text, '{"x":1}')
      const error = yield* Effect.flip(run(frame({ toJSON: () => 1 })))
      assert.strictEqual(error.reason._tag, "NotCloneable")
      const { completed, failed, inFlight } = yield* stats
      assert.deepStrictEqual(
        { completed, failed, inFlight },
        { completed: 1, failed: { NotCloneable: 1 }, inFlight: 0 }
      )
    }).pipe(Effect.provide(layerInline))
  )

  it.effect("refuses frames after its end", () =>
    Effect.gen(function* () {
      yield* WorkerPool.use((pool) => pool.shutdown)
      assert.strictEqual((yield* Effect.flip(run(frame(1)))).reason._tag, "PoolClosed")
    }).pipe(Effect.provide(layerInline))
  )
})

describe("layerFailing", () => {
  for (const tag of [
    "WorkerStartFailed",
    "WorkerCrashed",
    "WorkerOutOfMemory",
    "NotCloneable",
    "QueueFull",
    "TaskTimedOut",
    "PoolClosed"
  ] satisfies Array<WorkerPoolErrorReason["_tag"]>) {
    it.effect(tag, () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(run(frame(1)))
        assert.strictEqual(reason._tag, tag)
        assert.notStrictEqual(reason.message, "")
        assert.deepStrictEqual((yield* stats).failed, { [tag]: 1 })
      }).pipe(Effect.provide(layerFailing(tag)))
    )
  }

  it.effect("a reason of the test's own", () => {
    const reason = new QueueFull({ maxQueue: 3 })
    return Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(run(frame(1)))).reason, reason)
    }).pipe(Effect.provide(layerFailing(reason)))
  })
})

describe("layerHanging", () => {
  it.effect("never answers, and lets go", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(run(frame(1)), { startImmediately: true })
      assert.strictEqual((yield* stats).inFlight, 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* stats).inFlight, 0)
    }).pipe(Effect.provide(layerHanging))
  )
})

describe("layerRecording", () => {
  it.effect("keeps what it was given, and answers", () =>
    Effect.gen(function* () {
      const tasks = [frame(1), frame({ two: 2 })]
      const results = yield* Effect.forEach(tasks, run)
      assert.deepStrictEqual(
        results.map(({ text }) => text),
        ["1", '{"two":2}']
      )
      assert.deepStrictEqual(yield* RecordedTasks, tasks)
    }).pipe(Effect.provide(layerRecording))
  )

  it.effect("starts empty in each test", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* RecordedTasks, [])
    }).pipe(Effect.provide(layerRecording))
  )

  it.effect("can be made by hand", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run(frame(1))).text, "by hand")
    }).pipe(
      Effect.provide(Layer.mock(WorkerPool, { run: () => Effect.succeed({ text: "by hand", bytes: undefined }) }))
    )
  )
})
