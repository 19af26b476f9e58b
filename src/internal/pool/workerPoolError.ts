/**
 * What can go wrong with a worker thread, as typed errors.
 *
 * The classes are made here, and exported by `WorkerPool.ts`, because `SerializationError` holds a `WorkerPoolError` as a
 * reason: the two public modules need not know each other for that.
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { describeThrown } from "../value/describeValue.ts"

const TypeId = "~effect-serialization/WorkerPoolError"

const id = (name: string) => `effect-serialization/WorkerPoolError/${name}`

const because = (cause: unknown): string => (cause === undefined ? "" : `: ${describeThrown(cause)}`)

/**
 * A worker thread could not be started: its file is missing or fails to load, does not answer as a worker of this library
 * does, or took too long.
 *
 * **Gotchas**
 *
 * The most common cause is a bundler that left the worker file out. Give the place of the built file as `workerUrl`.
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
    return `A worker thread could not be started from ${this.workerFile}. ${this.detail}`
  }
}

/**
 * A worker thread ended, or failed, while it had this frame.
 *
 * @category errors
 * @since 0.1.0
 */
export class WorkerCrashed extends Schema.TaggedError<WorkerCrashed>(id("WorkerCrashed"))("WorkerCrashed", {
  /** Set if the thread ended by itself, as after `process.exit`. */
  exitCode: Schema.optionalKey(Schema.Number),
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message(): string {
    const what =
      this.exitCode === undefined
        ? `A worker thread failed${because(this.cause)}`
        : `A worker thread ended with exit code ${this.exitCode}`
    return `${what}. The worker of this library never ends its thread: look at what else is loaded into it (NODE_OPTIONS, a \`workerUrl\` of your own)`
  }
}

/**
 * A worker thread came to its memory limit while it had this frame.
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
    return `A worker thread came to its memory limit${because(this.cause)}. Raise \`resourceLimits.maxOldGenerationSizeMb\`, or lower \`maxThreads\` if the machine itself is short of memory`
  }
}

/**
 * The frame could not be cloned for a worker thread, and none has seen it.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotCloneable extends Schema.TaggedError<NotCloneable>(id("NotCloneable"))("NotCloneable", {
  /** The very value thrown while cloning: a `DataCloneError`, a `RangeError`, or what a getter threw. */
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `A frame could not be cloned for a worker thread${because(this.cause)}. Look for a detached ArrayBuffer, a function, or a getter that throws in the value`
  }
}

/**
 * Every thread was busy, and as many frames as `maxQueue` allows were waiting.
 *
 * @category errors
 * @since 0.1.0
 */
export class QueueFull extends Schema.TaggedError<QueueFull>(id("QueueFull"))("QueueFull", {
  maxQueue: Schema.Number
}) {
  override get message(): string {
    return `No worker thread was free and ${this.maxQueue} frames were waiting already. Raise \`maxThreads\` or \`maxQueue\`, or serialize less at the same time`
  }
}

/**
 * A frame was not answered within `taskTimeout`. All threads were retired with it, so this is also the error of what else was
 * in flight or waiting at that moment.
 *
 * @category errors
 * @since 0.1.0
 */
export class TaskTimedOut extends Schema.TaggedError<TaskTimedOut>(id("TaskTimedOut"))("TaskTimedOut", {
  taskTimeout: Schema.Duration
}) {
  override get message(): string {
    return `A worker thread did not answer within ${Duration.format(this.taskTimeout)}, so all threads were retired. Raise \`taskTimeout\` if the machine is only busy, and look for what hangs in the worker if it is not`
  }
}

/**
 * The pool was shut down: `shutdown` was called, or the scope of its layer has ended.
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
 * Why a frame got no answer from a worker thread.
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
 * A worker thread did not do a frame; `reason` says why.
 *
 * **Details**
 *
 * Callers of `Serialization` see it only with `fallback: false`, as the cause of the reason `WorkerFailed`. Otherwise the frame
 * is done on the calling thread instead.
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
