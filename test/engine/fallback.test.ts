import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import type { LayerOptions } from "../../src/Layer.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import { Serialization } from "../../src/Serialization.ts"
import type { SerializationError } from "../../src/SerializationError.ts"
import { layerFailing } from "../../src/testing.ts"
import { WorkerCrashed, WorkerPool, WorkerPoolError, type WorkerPoolErrorReason } from "../../src/WorkerPool.ts"
import { allOutputs, metrics, serialize } from "../support/calls.ts"
import { around, inlineRun, mockedLayer, records } from "../support/values.ts"

describe("fallback with mocked pools", () => {
  for (const tag of [
    "WorkerStartFailed",
    "WorkerCrashed",
    "WorkerOutOfMemory",
    "NotCloneable",
    "QueueFull",
    "TaskTimedOut",
    "PoolClosed"
  ] satisfies ReadonlyArray<WorkerPoolErrorReason["_tag"]>) {
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
