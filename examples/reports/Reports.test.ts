/**
 * Tests of a service that serializes, without worker threads: the layer is the real one, the pool below it is a mock.
 *
 * Run them with `npx vitest run --dir examples`.
 */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import {
  Serialization,
  SerializationError,
  SerializationLayer,
  SizeLimitExceeded,
  WorkerPool
} from "effect-serialization"
import { layerFailing, layerHanging, layerInline, layerRecording, RecordedTasks } from "effect-serialization/testing"
import { type Report, Reports, ReportSource } from "./Reports.ts"

const sales: Report = {
  title: "Sales",
  rows: Array.from({ length: 2000 }, (_, id) => ({ id, product: `product ${id % 7}` }))
}
const Source = ReportSource.layerMemory({ sales })

/** The service over the real `Serialization`, over a pool of the test's choice. */
const overPool = <A>(pool: Layer.Layer<WorkerPool | A>) =>
  Reports.layerNoDeps.pipe(
    Layer.provideMerge(SerializationLayer.layerNoPool({ routing: "worker" })),
    Layer.provideMerge(pool),
    Layer.provide(Source)
  )

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

// One layer for all tests of the block, built once and released after the last.
layer(overPool(layerInline))("Reports", (it) => {
  it.effect("gives the report as JSON", () =>
    Effect.gen(function* () {
      const reports = yield* Reports
      assert.strictEqual(textOf(yield* reports.download("sales")), JSON.stringify(sales))
    })
  )

  it.effect("fails for a report that does not exist", () =>
    Effect.gen(function* () {
      const reports = yield* Reports
      const error = yield* Effect.flip(reports.download("nothing"))
      assert.strictEqual(error._tag, "ReportNotFound")
    })
  )
})

describe("Reports and its workers", () => {
  it.effect("large reports go to the pool, and only once", () =>
    Effect.gen(function* () {
      const reports = yield* Reports
      const tasks = yield* RecordedTasks
      yield* reports.download("sales")
      const sent = tasks.length
      assert.isAbove(sent, 0)
      yield* reports.download("sales")
      assert.strictEqual(tasks.length, sent)
    }).pipe(Effect.provide(overPool(layerRecording)))
  )

  it.effect("a crash of a worker goes unnoticed by the caller, but not by the metrics", () =>
    Effect.gen(function* () {
      const reports = yield* Reports
      assert.strictEqual(textOf(yield* reports.download("sales")), JSON.stringify(sales))
      const { fallbackPath, workerErrors } = yield* Serialization.use((serialization) => serialization.metrics)
      assert.deepStrictEqual({ fallbackPath, workerErrors }, { fallbackPath: 1, workerErrors: 1 })
    }).pipe(Effect.provide(overPool(layerFailing("WorkerCrashed"))))
  )

  it.effect("a pool that hangs keeps nobody longer than they want to wait", () =>
    Effect.gen(function* () {
      const reports = yield* Reports
      const fiber = yield* Effect.forkChild(Effect.timeoutOption(reports.download("sales"), "2 seconds"))
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.join(fiber)))
    }).pipe(Effect.provide(overPool(layerHanging)))
  )

  it.effect("a pool written by hand", () => {
    let asked = 0
    const pool = Layer.mock(WorkerPool, {
      run: (task) => {
        asked++
        return Effect.die(new Error(`no room for a frame as ${task.output}`))
      }
    })
    return Effect.gen(function* () {
      const reports = yield* Reports
      assert.strictEqual(textOf(yield* reports.download("sales")), JSON.stringify(sales))
      assert.isAbove(asked, 0)
    }).pipe(Effect.provide(overPool(pool)))
  })

  it.effect("an error of Serialization, without serializing anything", () => {
    const tooLarge = new SerializationError({ reason: new SizeLimitExceeded({ maxSize: 1, unit: "bytes" }) })
    const mocked = Layer.mock(Serialization, { serializeToBytes: () => Effect.fail(tooLarge) })
    return Effect.gen(function* () {
      const reports = yield* Reports
      const error = yield* Effect.flip(reports.download("sales"))
      assert.strictEqual(error._tag, "ReportTooLarge")
    }).pipe(Effect.provide(Reports.layerNoDeps.pipe(Layer.provide([mocked, Source]))))
  })
})
