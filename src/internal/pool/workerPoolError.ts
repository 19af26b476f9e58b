/**
 * What can go wrong with a worker thread, as typed errors.
 *
 * The classes are made here, and exported by `WorkerPool.ts`, because `SerializationError` holds a `WorkerPoolError` as
 * a reason. So the two public modules need not know each other.
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { describeThrown } from "../value/describeValue.ts"

const TypeId = "~effect-serialization/WorkerPoolError"

const id = (name: string) => `effect-serialization/WorkerPoolError/${name}`

const because = (cause: unknown): string => (cause === undefined ? "" : `: ${describeThrown(cause)}`)

/**
 * A worker thread could not start: its file is missing, fails to load or gives a wrong answer, the system gives no
 * thread, or the start took too long.
 *
 * **Gotchas**
 *
 * The most common cause is a bundler that left the worker file out. Set `workerUrl` to the built file.
 *
 * @category errors
 * @since 0.1.0
 */
export class WorkerStartFailed extends Schema.TaggedError<WorkerStartFailed>(id("WorkerStartFailed"))(
  "WorkerStartFailed",
  {
    /** The worker file that was to be loaded. */
    workerFile: Schema.String,
    /** What happened, and what to do about it. */
    detail: Schema.String,
    cause: Schema.optionalKey(Schema.Defect())
  }
) {
  override get message(): string {
    return `A worker thread could not start from ${this.workerFile}. ${this.detail}`
  }
}

/**
 * A worker thread ended, or threw, while it had this frame.
 *
 * @category errors
 * @since 0.1.0
 */
export class WorkerCrashed extends Schema.TaggedError<WorkerCrashed>(id("WorkerCrashed"))("WorkerCrashed", {
  /** Set if the thread ended by itself, for example by `process.exit`. */
  exitCode: Schema.optionalKey(Schema.Number),
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message(): string {
    const what =
      this.exitCode === undefined
        ? `A worker thread failed${because(this.cause)}`
        : `A worker thread ended with exit code ${this.exitCode}`
    const remedy = "Check what else the thread loads: NODE_OPTIONS, or your own `workerUrl`"
    return `${what}. The worker of this library never ends its thread. ${remedy}`
  }
}

/**
 * A worker thread reached its memory limit while it had this frame.
 *
 * @category errors
 * @since 0.1.0
 */
export class WorkerOutOfMemory extends Schema.TaggedError<WorkerOutOfMemory>(id("WorkerOutOfMemory"))(
  "WorkerOutOfMemory",
  {
    cause: Schema.optionalKey(Schema.Defect())
  }
) {
  override get message(): string {
    const remedy =
      "Raise `resourceLimits.maxOldGenerationSizeMb`, or lower `maxThreads` if the machine is short of memory"
    return `A worker thread reached its memory limit${because(this.cause)}. ${remedy}`
  }
}

/**
 * The frame could not be cloned for a worker thread, so no thread received it.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotCloneable extends Schema.TaggedError<NotCloneable>(id("NotCloneable"))("NotCloneable", {
  /** The very value that the clone threw: a `DataCloneError`, a `RangeError`, or what a getter threw. */
  cause: Schema.Defect()
}) {
  override get message(): string {
    const remedy = "Check the value for a detached ArrayBuffer, a function, or a getter that throws"
    return `A frame could not be cloned for a worker thread${because(this.cause)}. ${remedy}`
  }
}

/**
 * Every thread was busy, and `maxQueue` frames were waiting.
 *
 * @category errors
 * @since 0.1.0
 */
export class QueueFull extends Schema.TaggedError<QueueFull>(id("QueueFull"))("QueueFull", {
  maxQueue: Schema.Number
}) {
  override get message(): string {
    const remedy = "Raise `maxThreads` or `maxQueue`, or serialize fewer values at a time"
    return `No worker thread was free, and ${this.maxQueue} frames were waiting already. ${remedy}`
  }
}

/**
 * A worker thread did not answer within `taskTimeout`. The pool then retires all threads, so every frame that was in
 * flight or waiting at that moment fails with this error.
 *
 * @category errors
 * @since 0.1.0
 */
export class TaskTimedOut extends Schema.TaggedError<TaskTimedOut>(id("TaskTimedOut"))("TaskTimedOut", {
  taskTimeout: Schema.Duration
}) {
  override get message(): string {
    const time = Duration.format(this.taskTimeout)
    const remedy = "Raise `taskTimeout` if the machine is busy. If it is not, find what hangs in the worker"
    return `A worker thread did not answer within ${time}, so the pool retired all threads. ${remedy}`
  }
}

/**
 * The pool is closed: `shutdown` was called, or the scope of its layer has ended.
 *
 * @category errors
 * @since 0.1.0
 */
export class PoolClosed extends Schema.TaggedError<PoolClosed>(id("PoolClosed"))("PoolClosed", {}) {
  override get message(): string {
    return "The worker pool is closed. Serialize inside the scope of its layer, and call `shutdown` last"
  }
}

/**
 * Why a worker thread gave no answer for a frame.
 *
 * @category errors
 * @since 0.1.0
 */
export type WorkerPoolErrorReason =
  | WorkerStartFailed
  | WorkerCrashed
  | WorkerOutOfMemory
  | NotCloneable
  | QueueFull
  | TaskTimedOut
  | PoolClosed

/**
 * Schema of the reasons of a {@link WorkerPoolError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const WorkerPoolErrorReason: Schema.Union<
  [
    typeof WorkerStartFailed,
    typeof WorkerCrashed,
    typeof WorkerOutOfMemory,
    typeof NotCloneable,
    typeof QueueFull,
    typeof TaskTimedOut,
    typeof PoolClosed
  ]
> = Schema.Union([
  WorkerStartFailed,
  WorkerCrashed,
  WorkerOutOfMemory,
  NotCloneable,
  QueueFull,
  TaskTimedOut,
  PoolClosed
])

/**
 * A worker thread did not make the text of a frame. `reason` says why.
 *
 * **Details**
 *
 * Callers of `Serialization` see it only with `fallback: false`, as the cause of the reason `WorkerFailed`. By default
 * the calling thread takes the frame over.
 *
 * @category errors
 * @since 0.1.0
 */
export class WorkerPoolError extends Schema.TaggedError<WorkerPoolError>("effect-serialization/WorkerPoolError")(
  "WorkerPoolError",
  { reason: WorkerPoolErrorReason }
) {
  /** Marks this value for {@link isWorkerPoolError}. */
  readonly [TypeId] = TypeId

  /** The reason, as the `cause` that JavaScript's own tools print. */
  override readonly cause = this.reason

  override get message(): string {
    return this.reason.message
  }
}

/**
 * Returns `true` if the value is a {@link WorkerPoolError}.
 *
 * @category guards
 * @since 0.1.0
 */
export const isWorkerPoolError = (u: unknown): u is WorkerPoolError => Predicate.hasProperty(u, TypeId)
