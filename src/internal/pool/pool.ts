/**
 * The pool: which task gets a thread and when, and what becomes of a task whose thread fails.
 *
 * Plain and imperative, because every frame of every value passes here. A thread gets a task only when it is ready and
 * has a free slot, so that the task is cloned before `run` returns. Until then the task waits here, in order, and can
 * still be taken back. This file decides about the limit of the queue, timeouts and the end of the pool. `threads.ts`
 * has the threads.
 */
import type { PoolSettings } from "./poolOptions.ts"
import type { WorkerPoolError, WorkerPoolErrorReason } from "./workerPoolError.ts"
import { poolClosed, queueFull, taskFailed, taskTimedOut } from "./classifyFailure.ts"
import { Deadlines } from "./deadlines.ts"
import { type Done, Entry } from "./entry.ts"
import type { PoolThread } from "./thread.ts"
import type { WorkerPoolStats } from "./poolTypes.ts"
import { Threads, type ThreadsListener } from "./threads.ts"
import { delay } from "./unrefTimer.ts"
import type { WorkerFile } from "./workerFile.ts"
import { onNextTurn } from "../turns/nextTurn.ts"
import { realTimers } from "../turns/realTimers.ts"

export class Pool implements ThreadsListener {
  private readonly settings: PoolSettings
  private readonly warn: (error: WorkerPoolError) => void
  private readonly threads: Threads
  private readonly queue = new Set<Entry>()
  // In the order of their deadlines, since all have the same time.
  private readonly inFlight = new Set<Entry>()
  private readonly deadlines = new Deadlines(this.inFlight, () => this.retire(taskTimedOut(this.settings.taskTimeout)))
  private readonly failed: { [Tag in WorkerPoolErrorReason["_tag"]]?: number } = {}
  private completed = 0
  private pumping = false
  private closing: Promise<void> | undefined
  private onDrained: (() => void) | undefined

  constructor(settings: PoolSettings, file: WorkerFile, warn: (error: WorkerPoolError) => void) {
    this.settings = settings
    this.threads = new Threads(settings, file, this)
    this.warn = warn
  }

  /** Whether `run` would give its task to a thread before it returns. */
  isReady(): boolean {
    return this.closing === undefined && this.threads.free() !== undefined
  }

  /** How many threads are running, and ready. */
  readyThreads(): number {
    return this.threads.readyCount
  }

  stats(): WorkerPoolStats {
    const ready = this.threads.readyCount
    return {
      threads: this.threads.count,
      ready,
      queued: this.queue.size,
      inFlight: this.inFlight.size,
      completed: this.completed,
      failed: { ...this.failed },
      utilization: ready === 0 ? 0 : this.threads.busyCount / ready
    }
  }

  /** Has a task done. Returns what drops it: takes it out of the queue, or lets its answer be ignored. */
  run(handler: string, task: unknown, done: Done): () => void {
    const entry = new Entry(handler, task, done)
    const thread = this.closing === undefined ? this.threads.free() : undefined
    if (thread === undefined) this.enqueue(entry)
    else this.post(entry, thread)
    return () => this.drop(entry)
  }

  /** Starts a thread if none is running or starting. */
  start(): void {
    if (this.closing === undefined) this.threads.startFirst()
  }

  /** Waits until `isReady()`, or until the last running thread is lost. Returns what stops waiting. */
  waitReady(done: Done): () => void {
    const entry = new Entry(undefined, undefined, done)
    if (this.isReady()) entry.finish(undefined, undefined)
    else this.enqueue(entry)
    return () => this.drop(entry)
  }

  /** Takes no more tasks, waits for those it has, up to `shutdownTimeout`, and ends the threads. */
  close(): Promise<void> {
    return (this.closing ??= this.shutDown())
  }

  onFree(): void {
    this.pump()
  }

  onStartFailed(error: WorkerPoolError): void {
    // Other threads that run or start serve those who wait.
    if (this.threads.count === 0 && this.queue.size > 0) return this.fail([...this.queue], error)
    this.count(error, 1)
    this.warn(error)
  }

  onLost(error: WorkerPoolError | undefined): void {
    if (error !== undefined) this.warn(error)
    // They may not want to wait until the next one has started.
    if (this.threads.readyCount === 0) this.callWaiting()
    this.threads.grow(this.queue.size > 0, this.inFlight.size)
  }

  private enqueue(entry: Entry): void {
    if (this.closing !== undefined) return this.fail([entry], poolClosed())
    const { maxQueue } = this.settings
    const full = this.queue.size >= maxQueue
    if (!full) this.queue.add(entry)
    this.threads.grow(true, this.inFlight.size)
    if (full) this.fail([entry], queueFull(maxQueue))
  }

  private post(entry: Entry, thread: PoolThread): void {
    entry.deadline = realTimers.now() + this.settings.taskTimeout
    this.inFlight.add(entry)
    thread.inFlight++
    const onError = (cause: unknown) => this.settle(entry, thread, taskFailed(cause, entry.posted), undefined)
    let answered: Promise<unknown>
    try {
      answered = thread.post(entry.handler!, entry.task)
    } catch (cause) {
      answered = Promise.reject(cause)
    }
    answered.then((answer) => {
      // Piscina takes a `null` that a getter threw for success.
      if (answer === null || answer === undefined) onError(entry.posted ? answer : null)
      else this.settle(entry, thread, undefined, answer)
    }, onError)
    // If the clone has failed, the promise is rejected already, and the lines above run before this one.
    realTimers.queueMicrotask(() => {
      entry.posted = true
    })
    this.deadlines.watch()
    this.threads.grow(false, this.inFlight.size)
  }

  private settle(entry: Entry, thread: PoolThread, error: WorkerPoolError | undefined, answer: unknown): void {
    // Not there if all were failed at once, by a timeout or the end of the pool.
    if (!this.inFlight.delete(entry)) return
    thread.inFlight--
    if (thread.inFlight === 0) this.threads.becameIdle(thread)
    if (error === undefined) {
      this.completed++
      entry.finish(undefined, answer)
    } else {
      this.fail([entry], error)
    }
    this.pump()
  }

  private drop(entry: Entry): void {
    entry.done = undefined
    this.queue.delete(entry)
    this.checkDrained()
  }

  private fail(entries: ReadonlyArray<Entry>, error: WorkerPoolError): void {
    this.count(error, entries.length)
    for (const entry of entries) {
      this.queue.delete(entry)
      this.inFlight.delete(entry)
    }
    this.warn(error)
    // Last, since whoever is told may come back with another task at once.
    for (const entry of entries) entry.finish(error, undefined)
    this.checkDrained()
  }

  private callWaiting(): void {
    const waiting = [...this.queue].filter((entry) => entry.handler === undefined)
    for (const entry of waiting) this.queue.delete(entry)
    for (const entry of waiting) entry.finish(undefined, undefined)
  }

  private count({ reason: { _tag } }: WorkerPoolError, failures: number): void {
    this.failed[_tag] = (this.failed[_tag] ?? 0) + failures
  }

  // Gives free slots to those who wait, first come first served.
  private pump(): void {
    // A caller that waits to bring a task holds no slot, and may bring it later or never. So at most as many are called
    // as there are free slots. The next ones follow a turn later, if there is room then.
    let called = 0
    for (const entry of this.queue) {
      const thread = this.threads.free()
      if (thread === undefined || called >= this.threads.freeSlots) break
      this.queue.delete(entry)
      if (entry.handler === undefined) {
        const before = this.inFlight.size
        entry.finish(undefined, undefined)
        if (this.inFlight.size === before) called++
      } else {
        this.post(entry, thread)
      }
    }
    if (called > 0 && this.queue.size > 0 && !this.pumping) {
      this.pumping = true
      onNextTurn(() => {
        this.pumping = false
        this.pump()
      })
    }
    this.checkDrained()
  }

  // Ends all threads. What they had, and what was waiting for them, fails.
  private retire(error: WorkerPoolError): void {
    this.threads.stopAll()
    const entries = [...this.inFlight, ...this.queue]
    if (entries.length > 0) this.fail(entries, error)
  }

  private async shutDown(): Promise<void> {
    // Returns first, so that `closing` is set: it is what keeps new tasks out.
    await undefined
    const waiting = [...this.queue].filter((entry) => entry.handler === undefined)
    if (waiting.length > 0) this.fail(waiting, poolClosed())
    if (!this.isDrained()) {
      const drained = Promise.withResolvers<void>()
      this.onDrained = drained.resolve
      // As with deadlines, answers that are there count.
      const timer = delay(this.settings.shutdownTimeout, () => onNextTurn(drained.resolve))
      await drained.promise
      realTimers.clearTimeout(timer)
    }
    this.retire(poolClosed())
    this.deadlines.stop()
    await this.threads.stopped()
  }

  private isDrained(): boolean {
    if (this.queue.size > 0) return false
    for (const entry of this.inFlight) if (entry.done !== undefined) return false
    return true
  }

  private checkDrained(): void {
    if (this.onDrained !== undefined && this.isDrained()) this.onDrained()
  }
}
