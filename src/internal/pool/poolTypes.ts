/**
 * What a worker pool reports. The public module exports these types.
 */
import type * as Effect from "effect/Effect"
import type { OutputKind } from "../output/output.ts"
import type { WorkerPoolError, WorkerPoolErrorReason } from "./workerPoolError.ts"

/**
 * What a pool does now, and what it has done.
 *
 * @category models
 * @since 0.1.0
 */
export interface WorkerPoolStats {
  /** Threads that run or are starting. */
  readonly threads: number
  /** Threads that run and take frames. */
  readonly ready: number
  /** Frames that wait for a thread, and callers that wait to bring one. */
  readonly queued: number
  /** Frames that a thread has received and not answered. */
  readonly inFlight: number
  /** Frames answered since the pool was made. */
  readonly completed: number
  /**
   * Failures since the pool was made, by reason: frames that failed, and threads that did not start while no frame
   * waited for them. Reasons that never occurred are left out.
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
 * Until a thread takes it, a frame refers to the caller's value, and sees what happens to it. So the engine cuts a
 * frame only when a thread can take it at once. It waits for `ready`. Then, in one synchronous piece, it asks
 * `isReady()`, cuts, and calls `run`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Admission {
  /** Whether a running thread has a free slot, so that `run` would send its frame before it returns. */
  isReady(): boolean
  /**
   * Starts a thread if none is running or starting, without waiting. After a failed start it does nothing for half a
   * minute.
   */
  start(): void
  /**
   * Waits until `isReady()`, and starts a thread if none is running. It counts for `maxQueue` as a frame does. The slot
   * is not reserved: another frame may be faster. It ends early when the last running thread is lost, so ask
   * `isReady()` again.
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
