/**
 * One worker thread, as a Piscina of one thread.
 *
 * Piscina starts threads, carries messages and matches answers to tasks. One Piscina for all threads would also decide
 * when to start one (only when every other has eight tasks), could not say which thread an `"error"` event is about,
 * and would leave tasks behind in its queue when a thread dies. With a Piscina each, a thread gets only what it can
 * take at once. So its queue stays empty, and every event is known to be about that thread.
 */
import type { Piscina } from "piscina"
import { format, millis } from "effect/Duration"
import type { ResourceLimits } from "node:worker_threads"
import { StartFailure, startFailed, taskFailed } from "./classifyFailure.ts"
import { loadPiscina } from "./loadPiscina.ts"
import { delay } from "./unrefTimer.ts"
import type { WorkerFile } from "./workerFile.ts"
import type { WorkerPoolError } from "./workerPoolError.ts"
import { onNextTurn } from "../turns/nextTurn.ts"
import { realTimers } from "../turns/realTimers.ts"

/** How many tasks a thread is given at a time: while it works on one, the others are cloned and wait in its port. */
export const slotsPerThread = 8

/** What a thread tells its pool. */
export interface ThreadListener {
  onReady(thread: PoolThread): void
  onStartFailed(thread: PoolThread, error: WorkerPoolError): void
  /** A ready thread has ended. `error` is set if no task is there to carry it. */
  onGone(thread: PoolThread, error: WorkerPoolError | undefined): void
}

/** What a thread is started with. */
export interface ThreadSettings {
  readonly file: WorkerFile
  /** Where the file is: a `file:` URL. */
  readonly workerFile: string
  readonly resourceLimits: ResourceLimits | undefined
  /** In milliseconds. */
  readonly startTimeout: number
}

export class PoolThread {
  state: "starting" | "ready" | "gone" = "starting"
  /** Tasks given to the thread and not answered. Kept by the pool. */
  inFlight = 0
  /** When the last of them was answered. Kept by the pool. */
  idleSince = 0
  private readonly settings: ThreadSettings
  private readonly listener: ThreadListener
  private piscina: Piscina | undefined

  constructor(settings: ThreadSettings, listener: ThreadListener) {
    this.settings = settings
    this.listener = listener
    void this.start()
  }

  /** Clones the task and gives it to the thread, before it returns. */
  post(handler: string, task: unknown): Promise<unknown> {
    // Unless told, Piscina asks the handler of the first task.
    return handler === this.settings.file.warmUp.handler
      ? this.piscina!.run(task)
      : this.piscina!.run(task, { name: handler })
  }

  /** Ends the thread, whatever it is doing. */
  async stop(): Promise<void> {
    this.state = "gone"
    await this.piscina?.destroy()
  }

  private async start(): Promise<void> {
    const { file, startTimeout } = this.settings
    // If the event loop was blocked until now, the answer may be there, unread: timers come before messages.
    const timer = delay(startTimeout, () =>
      onNextTurn(() => this.failStart(new StartFailure(`It was not ready within ${format(millis(startTimeout))}`)))
    )
    try {
      const loaded = await loadPiscina()
      // A step of its own, because the next thread starts where the exit of the last one is handled.
      await realTimers.nextTurn()
      const answer = this.open(loaded)
      if (!file.warmUp.isAnswer(await answer)) {
        throw new StartFailure(
          "It does not answer like the worker of this library. " +
            `Set \`workerUrl\` to the built \`${file.module}\`, of the same version`
        )
      }
      if (this.state === "starting") {
        this.state = "ready"
        this.listener.onReady(this)
      }
    } catch (cause) {
      this.failStart(cause)
    } finally {
      timer?.[Symbol.dispose]()
    }
  }

  // Starts the thread and gives it its first task.
  private open(Piscina_: typeof Piscina): Promise<unknown> | undefined {
    if (this.state === "gone") return undefined
    const { file, resourceLimits, workerFile } = this.settings
    const piscina = new Piscina_({
      filename: workerFile,
      name: file.warmUp.handler,
      minThreads: 0,
      maxThreads: 1,
      // The pool counts idle time itself, as it is about all threads together.
      idleTimeout: Infinity,
      concurrentTasksPerWorker: slotsPerThread,
      // These three take a task's overhead on the calling thread from 50 to 10 microseconds. With atomics, Piscina also
      // hands out all waiting answers in one turn, which blocks the event loop.
      atomics: "disabled",
      recordTiming: false,
      workerHistogram: false,
      // Flags like `--import` are for the program: a thread that loads an application's instrumentation is a second
      // application.
      execArgv: [],
      // With fewer cores than threads the event loop goes first. Linux and Windows, through an optional package of
      // Piscina's.
      niceIncrement: 10,
      ...(resourceLimits === undefined ? undefined : { resourceLimits })
    })
    // Without a listener, an error of an idle or a starting thread would end the process.
    let failure: unknown = new StartFailure("It ended before it was ready")
    let failed = false
    piscina.on("error", (cause) => {
      failure = cause
      failed = true
    })
    // Comes first, and the event "error" in the same turn, if it comes.
    piscina.on("workerDestroy", () => {
      if (this.state === "ready") {
        this.state = "gone"
        realTimers.queueMicrotask(() => this.listener.onGone(this, failed ? taskFailed(failure, true) : undefined))
      } else {
        realTimers.queueMicrotask(() => this.failStart(failure))
      }
    })
    // Throws if the system gives no thread, and leaves the task in Piscina's queue. Destroyed, Piscina would reject the
    // task's promise, which nobody has. So it is forgotten.
    const answer = piscina.run(file.warmUp.task)
    this.piscina = piscina
    return answer
  }

  private failStart(cause: unknown): void {
    if (this.state !== "starting") return
    this.state = "gone"
    const { file, workerFile } = this.settings
    this.listener.onStartFailed(this, startFailed(workerFile, file.module, cause))
  }
}
