/**
 * The worker threads that receive frames of a value. A frame is a part of a value, some tens of kilobytes of JSON.
 *
 * `WorkerPool` is the service that the engine uses. `WorkerPool.layer` is the real one, over Piscina. It starts no
 * thread before it is asked for one, starts more while there is work for them, and ends idle ones. Idle threads never
 * keep a process alive. When the layer's scope ends, the pool waits for frames in flight, up to `shutdownTimeout`, and
 * then ends its threads.
 *
 * Programs rarely name it, because the layers of `SerializationLayer` include one. It is a service of its own so that
 * tests can replace it (`effect-serialization/testing` has replacements), and for its `stats`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { invalidOptions } from "./internal/errors/serializationErrors.ts"
import { frameWorker } from "./internal/pool/frameWorker.ts"
import { poolSettings, type WorkerPoolOptions } from "./internal/pool/poolOptions.ts"
import type { Admission, FrameTask, WorkerPoolStats } from "./internal/pool/poolTypes.ts"
import { makeTaskPool } from "./internal/pool/taskPool.ts"
import { workerFileBeside } from "./internal/pool/workerFile.ts"
import type { FrameResult, FrameTask as Frame } from "./internal/frame/frame.ts"
import type * as Worker from "./worker.ts"
import type { WorkerPoolError } from "./internal/pool/workerPoolError.ts"

export type { WorkerPoolOptions } from "./internal/pool/poolOptions.ts"
export type { Admission, FrameTask, WorkerPoolStats } from "./internal/pool/poolTypes.ts"
export type { FrameResult } from "./internal/frame/frame.ts"
export {
  isWorkerPoolError,
  NotCloneable,
  PoolClosed,
  QueueFull,
  TaskTimedOut,
  WorkerCrashed,
  WorkerOutOfMemory,
  WorkerPoolError,
  WorkerPoolErrorReason,
  WorkerStartFailed
} from "./internal/pool/workerPoolError.ts"

/**
 * The worker threads that receive frames of a value.
 *
 * **Details**
 *
 * `run` lets a worker thread make the JSON of one frame. If a thread is ready and has a free slot, the frame is cloned
 * and sent before `run` returns. If not, it waits, unless `maxQueue` others wait already. An interrupted fiber takes
 * its waiting frame back. A frame that was sent cannot be recalled: its answer is dropped when it comes.
 *
 * **Example** (A pool that always fails, made by hand)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { WorkerPool, WorkerPoolError } from "effect-serialization"
 * import { WorkerCrashed } from "effect-serialization/WorkerPool"
 *
 * const layer = Layer.mock(WorkerPool, {
 *   run: () => Effect.fail(new WorkerPoolError({ reason: new WorkerCrashed({ exitCode: 1 }) }))
 * })
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class WorkerPool extends Context.Service<
  WorkerPool,
  {
    /** Lets a worker thread make the JSON of one frame. */
    run(task: FrameTask): Effect.Effect<FrameResult, WorkerPoolError>
    /** What the pool does, and has done. Never starts anything. */
    readonly stats: Effect.Effect<WorkerPoolStats>
    /**
     * Takes no more frames, waits for those in flight up to `shutdownTimeout`, and ends the threads. Can be called
     * again.
     */
    readonly shutdown: Effect.Effect<void>
    /** Simple implementations leave it out. They count as always ready. */
    readonly admission?: Admission | undefined
  }
>()("effect-serialization/WorkerPool") {
  /**
   * Layer of a pool of Node's worker threads, over Piscina.
   *
   * **Gotchas**
   *
   * An option out of range is a defect when the layer is built: a `SerializationError` with reason `InvalidOptions`.
   * Every un-nested `Effect.provide` of a layer builds a pool of its own, so provide it once.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layer = (options?: WorkerPoolOptions): Layer.Layer<WorkerPool> =>
    Layer.effect(WorkerPool, make(options))
}

/**
 * Layer of a pool of Node's worker threads, over Piscina; the same as `WorkerPool.layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: (options?: WorkerPoolOptions) => Layer.Layer<WorkerPool> = WorkerPool.layer

const make = Effect.fnUntraced(function* (options: WorkerPoolOptions | undefined) {
  const settings = poolSettings(options)
  if (typeof settings === "string") return yield* Effect.die(invalidOptions(settings))

  const pool = yield* makeTaskPool<typeof Worker>(settings, worker)
  return WorkerPool.of({
    // A task comes from the engine, whatever of it is public.
    run: (task) => pool.run("default", task as Frame),
    stats: pool.stats,
    shutdown: pool.shutdown,
    admission: pool
  })
})

const worker = frameWorker(() => workerFileBeside(import.meta.url, "worker"))
