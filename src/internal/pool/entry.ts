/**
 * A task, or a caller, that waits for a thread or was given to one.
 */
import type { WorkerPoolError } from "./workerPoolError.ts"

/** Called once, with an error or an answer. A caller that only waits for a free slot gets neither when there is one. */
export type Done = (error: WorkerPoolError | undefined, answer: unknown) => void

/** A task for a handler of the worker file, or a caller that waits to bring a task (`handler` is undefined). */
export class Entry {
  readonly handler: string | undefined
  readonly task: unknown
  /** Undefined when it was called, or nobody wants the answer any more. */
  done: Done | undefined
  /** Whether the clone has succeeded. */
  posted = false
  deadline = 0

  constructor(handler: string | undefined, task: unknown, done: Done) {
    this.handler = handler
    this.task = task
    this.done = done
  }

  finish(error: WorkerPoolError | undefined, answer: unknown): void {
    const done = this.done
    this.done = undefined
    if (done !== undefined) done(error, answer)
  }
}
