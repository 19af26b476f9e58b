/**
 * The worker pool as the engine sees it: callbacks instead of effects, one closure a frame.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Admission, WorkerPoolStats } from "./poolTypes.ts"
import type { FrameResult, FrameTask } from "../frame/frame.ts"
import { WorkerCrashed, WorkerPoolError } from "./workerPoolError.ts"

export interface Port {
  /** A thread takes a frame now. */
  isReady(): boolean
  /** Threads that run. */
  threads(): number
  /** Starts a thread if none runs, without waiting. */
  start(): void
  /** Calls back once, when a thread may be ready or none can be had. Returns how to stop waiting. */
  whenReady(callback: (error: WorkerPoolError | undefined) => void): () => void
  /** What the pool is doing; undefined where it does not tell. */
  stats(): WorkerPoolStats | undefined
  /** Sends a frame. Calls back once, with a result or an error. */
  post(task: FrameTask, callback: (result: FrameResult | undefined, error: WorkerPoolError | undefined) => void): void
}

interface PoolLike {
  run(task: FrameTask): Effect.Effect<FrameResult, WorkerPoolError>
  readonly admission?: Admission | undefined
  readonly stats?: Effect.Effect<WorkerPoolStats>
}

export const makePort = (pool: PoolLike, context: Context.Context<never>): Port => {
  const fork = Effect.runForkWith(context)
  // A mock made by Effect has every property. One that it was not given fails when it is used.
  const admission = typeof pool.admission?.isReady === "function" ? pool.admission : undefined
  return {
    isReady: () => admission === undefined || admission.isReady(),
    threads: () => (admission === undefined ? 1 : admission.threads()),
    start: () => admission?.start(),
    whenReady: (callback) => {
      if (admission === undefined) {
        callback(undefined)
        return () => {}
      }
      const fiber = fork(admission.ready)
      let isCancelled = false
      fiber.addObserver((exit) => {
        if (!isCancelled) callback(Exit.isSuccess(exit) ? undefined : errorOf(exit.cause))
      })
      return () => {
        isCancelled = true
        fiber.interruptUnsafe()
      }
    },
    stats: () => {
      if (!("stats" in pool) || !Effect.isEffect(pool.stats)) return undefined
      const exit = Effect.runSyncExit(pool.stats)
      return Exit.isSuccess(exit) ? exit.value : undefined
    },
    post: (task, callback) => {
      fork(pool.run(task)).addObserver((exit) => {
        if (Exit.isSuccess(exit)) callback(exit.value, undefined)
        else callback(undefined, errorOf(exit.cause))
      })
    }
  }
}

// A defect of a pool (of a mock without `run`, for example) is a failure of the worker like any other: the caller still
// gets the text.
const errorOf = (cause: Cause.Cause<WorkerPoolError>): WorkerPoolError => {
  const failure = cause.reasons.find(Cause.isFailReason)
  return failure?.error ?? new WorkerPoolError({ reason: new WorkerCrashed({ cause: Cause.squash(cause) }) })
}
