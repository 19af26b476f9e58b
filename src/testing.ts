/**
 * Pools for tests: implementations of `WorkerPool` that start no threads.
 *
 * Provide one to `SerializationLayer.layerNoPool` to test code that serializes, and what it does when workers fail.
 *
 * **Example** (A test of the fallback)
 *
 * ```ts no-run
 * import { assert, it } from "@effect/vitest"
 * import { Effect, Layer } from "effect"
 * import { Serialization, SerializationLayer } from "effect-serialization"
 * import { layerFailing } from "effect-serialization/testing"
 *
 * const layerCrashing = SerializationLayer.layerNoPool({ routing: "worker" }).pipe(
 *   Layer.provide(layerFailing("WorkerCrashed"))
 * )
 *
 * it.effect("a crash costs the caller nothing", () =>
 *   Effect.gen(function*() {
 *     const value = Array.from({ length: 1000 }, (_, id) => ({ id }))
 *     const { path, serialized } = yield* Serialization.use((json) => json.serialize(value))
 *     assert.strictEqual(serialized, JSON.stringify(value))
 *     assert.strictEqual(path, "fallback")
 *   }).pipe(Effect.provide(layerCrashing)))
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { encodeFrame } from "./internal/frame/encodeFrame.ts"
import type { FrameTask as Frame } from "./internal/frame/frame.ts"
import { taskFailed } from "./internal/pool/classifyFailure.ts"
import {
  type FrameResult,
  type FrameTask,
  NotCloneable,
  PoolClosed,
  QueueFull,
  TaskTimedOut,
  WorkerCrashed,
  WorkerOutOfMemory,
  WorkerPool,
  WorkerPoolError,
  type WorkerPoolErrorReason,
  WorkerStartFailed
} from "./WorkerPool.ts"

/**
 * Layer of a pool that makes the JSON of each frame at once, on the calling thread.
 *
 * **Details**
 *
 * The frame goes through `structuredClone`, and then through the code that worker threads run. So what the clone
 * refuses fails with `NotCloneable`, and what the clone changes is changed.
 *
 * @category testing
 * @since 0.1.0
 */
export const layerInline: Layer.Layer<WorkerPool> = Layer.sync(WorkerPool, () => makePool(runInline))

/**
 * Layer of a pool in which every frame fails. Give the reason, or the tag of a reason for an example of it.
 *
 * @category testing
 * @since 0.1.0
 */
export const layerFailing = (
  reason: WorkerPoolErrorReason | WorkerPoolErrorReason["_tag"] = "WorkerCrashed"
): Layer.Layer<WorkerPool> =>
  Layer.sync(WorkerPool, () => {
    const error = new WorkerPoolError({ reason: typeof reason === "string" ? examples[reason]() : reason })
    return makePool(() => Effect.fail(error))
  })

/**
 * Layer of a pool that never answers. Its `run` can be interrupted.
 *
 * @category testing
 * @since 0.1.0
 */
export const layerHanging: Layer.Layer<WorkerPool> = Layer.sync(WorkerPool, () => makePool(() => Effect.never))

/**
 * The frames that the pool of {@link layerRecording} received, in order.
 *
 * @category testing
 * @since 0.1.0
 */
export class RecordedTasks extends Context.Service<RecordedTasks, ReadonlyArray<FrameTask>>()(
  "effect-serialization/testing/RecordedTasks"
) {}

/**
 * Layer of a pool that works like {@link layerInline}, and keeps each frame for the test to look at.
 *
 * **Example** (Was anything sent?)
 *
 * ```ts no-run
 * import { assert, it } from "@effect/vitest"
 * import { Effect, Layer } from "effect"
 * import { Serialization, SerializationLayer } from "effect-serialization"
 * import { layerRecording, RecordedTasks } from "effect-serialization/testing"
 *
 * const layerTest = Layer.provideMerge(SerializationLayer.layerNoPool(), layerRecording)
 *
 * it.effect("a small value is not sent to a worker", () =>
 *   Effect.gen(function*() {
 *     yield* Serialization.use((json) => json.serialize({ small: true }))
 *     assert.deepStrictEqual(yield* RecordedTasks, [])
 *   }).pipe(Effect.provide(layerTest)))
 * ```
 *
 * @category testing
 * @since 0.1.0
 */
export const layerRecording: Layer.Layer<WorkerPool | RecordedTasks> = Layer.effectContext(
  Effect.sync(() => {
    const tasks: Array<FrameTask> = []
    const pool = makePool((task) =>
      Effect.suspend(() => {
        tasks.push(task)
        return runInline(task)
      })
    )
    return Context.add(Context.make(WorkerPool, pool), RecordedTasks, tasks)
  })
)

const makePool = (run: (task: FrameTask) => Effect.Effect<FrameResult, WorkerPoolError>) => {
  let closed = false
  let inFlight = 0
  let completed = 0
  const failed: { [Tag in WorkerPoolErrorReason["_tag"]]?: number } = {}
  const close = Effect.sync(() => {
    closed = true
  })
  return WorkerPool.of({
    run: (task) =>
      Effect.suspend(() => {
        inFlight++
        return closed ? Effect.fail(new WorkerPoolError({ reason: new PoolClosed({}) })) : run(task)
      }).pipe(
        Effect.tap(() => Effect.sync(() => completed++)),
        Effect.tapError(({ reason: { _tag } }) => Effect.sync(() => (failed[_tag] = (failed[_tag] ?? 0) + 1))),
        Effect.ensuring(Effect.sync(() => inFlight--))
      ),
    stats: Effect.sync(() => ({
      threads: 0,
      ready: 0,
      queued: 0,
      inFlight,
      completed,
      failed: { ...failed },
      utilization: 0
    })),
    shutdown: close
  })
}

const runInline = (task: FrameTask): Effect.Effect<FrameResult, WorkerPoolError> =>
  Effect.suspend(() => {
    let posted = false
    try {
      const received = structuredClone(task)
      posted = true
      return Effect.succeed(encodeFrame(received as Frame))
    } catch (cause) {
      return Effect.fail(taskFailed(cause, posted))
    }
  })

const examples: {
  readonly [Tag in WorkerPoolErrorReason["_tag"]]: () => Extract<WorkerPoolErrorReason, { _tag: Tag }>
} = {
  WorkerStartFailed: () => new WorkerStartFailed({ workerFile: "file:///worker.js", detail: "There is no such file" }),
  WorkerCrashed: () => new WorkerCrashed({ exitCode: 1 }),
  WorkerOutOfMemory: () => new WorkerOutOfMemory({}),
  NotCloneable: () => new NotCloneable({ cause: new DOMException("() => {} could not be cloned.", "DataCloneError") }),
  QueueFull: () => new QueueFull({ maxQueue: 256 }),
  TaskTimedOut: () => new TaskTimedOut({ taskTimeout: Duration.seconds(10) }),
  PoolClosed: () => new PoolClosed({})
}
