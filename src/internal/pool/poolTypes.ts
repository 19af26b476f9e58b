/**
 * What a worker pool tells of itself. The public module exports these types.
 */
import type * as Effect from "effect/Effect"
import type { OutputKind } from "../output/output.ts"
import type { WorkerPoolError, WorkerPoolErrorReason } from "./workerPoolError.ts"

/**
 * What a pool is doing at the moment, and what it has done.
 *
 * @category models
 * @since 0.1.0
 */
export interface WorkerPoolStats {
  /** Threads that run or are starting. */
  readonly threads: number
  /** Threads that run and take frames. */
  readonly ready: number
  /** Frames that wait for a thread, and those who wait to bring one. */
  readonly queued: number
  /** Frames that a thread was given and has not answered. */
  readonly inFlight: number
  /** Frames answered since the pool was made. */
  readonly completed: number
  /**
   * Failures since the pool was made, by reason: frames that failed, and threads that did not start while no frame waited for
   * them. Reasons that never came are not there.
   */
  readonly failed: { readonly [Tag in WorkerPoolErrorReason["_tag"]]?: number }
  /** The share of ready threads that have something to do, from 0 to 1. */
  readonly utilization: number
}

/**
 * Whether a pool can take a frame now, for callers that bring frames one after the other.
 *
 * **Details**
 *
 * Until a thread takes it, a frame refers to the caller's value, and sees what happens to it. So the engine cuts a frame
 * only when a thread is there to take it at once: it waits for `ready`, asks `isReady()`, cuts, and calls `run`, all of that
 * in one synchronous piece after the wait.
 *
 * @category models
 * @since 0.1.0
 */
export interface Admission {
  /** A running thread has a free slot: `run` would give it its frame before it returns. */
  isReady(): boolean
  /** Starts a thread if none is running or starting, and waits for nothing. After a start that failed it lets half a minute pass. */
  start(): void
  /**
   * Waits until `isReady()`, and starts a thread if none is running. Counts for `maxQueue` as a frame does. The slot is not
   * kept: another frame may be faster. Ends early when the last running thread is lost, so ask `isReady()` again.
   */
  readonly ready: Effect.Effect<void, WorkerPoolError>
  /** How many threads run and take frames. */
  threads(): number
}

/**
 * One frame of a value, as a pool gets it: cloneable, and small. What else is in it is the library's own affair.
 *
 * @category models
 * @since 0.1.0
 */
export interface FrameTask {
  /** What the answer is to hold: text, or its UTF-8 bytes. */
  readonly output: OutputKind
}
