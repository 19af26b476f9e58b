/**
 * The threads of a pool: how many there are, and when one starts or ends.
 */
import type { PoolSettings } from "./poolOptions.ts"
import type { WorkerFile } from "./workerFile.ts"
import type { WorkerPoolError } from "./workerPoolError.ts"
import { PoolThread, slotsPerThread, type ThreadListener } from "./thread.ts"
import { delay } from "./unrefTimer.ts"
import { realTimers } from "../turns/realTimers.ts"
import { warmFailures } from "./warmFailures.ts"

/** After a failed start, no thread that nobody waits for starts for so many milliseconds. */
const growthPause = 30_000

/** The least that a thread may take to start, in milliseconds. */
const leastStartTimeout = 10_000

/** What the threads tell their pool. */
export interface ThreadsListener {
  /** There are free slots. */
  onFree(): void
  /** A thread did not start. */
  onStartFailed(error: WorkerPoolError): void
  /** A ready thread has ended by itself. `error` is set if no task is there to carry it. */
  onLost(error: WorkerPoolError | undefined): void
}

export class Threads implements ThreadListener {
  private readonly settings: PoolSettings
  private readonly file: WorkerFile
  private readonly listener: ThreadsListener
  private readonly stopping = new Set<Promise<void>>()
  private list: ReadonlyArray<PoolThread> = []
  private ready = 0
  private growAfter = -Infinity
  private idleTimer: NodeJS.Timeout | undefined

  constructor(settings: PoolSettings, file: WorkerFile, listener: ThreadsListener) {
    this.settings = settings
    this.file = file
    this.listener = listener
  }

  /** Running or starting. */
  get count(): number {
    return this.list.length
  }

  get readyCount(): number {
    return this.ready
  }

  get busyCount(): number {
    let busy = 0
    for (const thread of this.list) if (thread.state === "ready" && thread.inFlight > 0) busy++
    return busy
  }

  get freeSlots(): number {
    let free = 0
    for (const thread of this.list) if (thread.state === "ready") free += slotsPerThread - thread.inFlight
    return free
  }

  /** The ready thread that has least to do, if one has a free slot. */
  free(): PoolThread | undefined {
    let free: PoolThread | undefined
    let least = slotsPerThread
    for (const thread of this.list) {
      if (thread.state === "ready" && thread.inFlight < least) {
        free = thread
        least = thread.inFlight
      }
    }
    return free
  }

  /**
   * Starts a thread if there is work for it: the first when somebody waits, another one when somebody still waits or
   * every running thread has one task in work and one behind it. One starts at a time.
   */
  grow(waiting: boolean, inFlight: number): void {
    const count = this.list.length
    if (count >= this.settings.maxThreads) return
    if (count === 0) {
      if (waiting) for (let i = Math.max(1, this.settings.minThreads); i > 0; i--) this.start()
    } else if (count === this.ready && (waiting || inFlight >= 2 * count) && realTimers.now() >= this.growAfter) {
      this.start()
    }
  }

  /** Starts the first thread, if there is none. */
  startFirst(): void {
    if (this.list.length === 0 && realTimers.now() >= this.growAfter) this.grow(true, 0)
  }

  /** To be called when a thread's last task was answered. */
  becameIdle(thread: PoolThread): void {
    thread.idleSince = realTimers.now()
    if (this.idleTimer === undefined) this.watchIdle(this.settings.idleTimeout)
  }

  /** Ends all threads, whatever they are doing. */
  stopAll(): void {
    for (const thread of this.list) this.stop(thread)
    realTimers.clearTimeout(this.idleTimer)
    this.idleTimer = undefined
  }

  /** Waits until the threads that were stopped are gone. */
  async stopped(): Promise<void> {
    await Promise.all(this.stopping)
  }

  onReady(thread: PoolThread): void {
    this.ready++
    void warmFailures()
    this.becameIdle(thread)
    this.listener.onFree()
  }

  onStartFailed(thread: PoolThread, error: WorkerPoolError): void {
    this.stop(thread)
    this.growAfter = realTimers.now() + growthPause
    this.listener.onStartFailed(error)
  }

  onGone(thread: PoolThread, error: WorkerPoolError | undefined): void {
    this.ready--
    this.stop(thread)
    this.listener.onLost(error)
  }

  private start(): void {
    const { file } = this
    const { resourceLimits, taskTimeout, workerUrl } = this.settings
    const startTimeout = Math.max(taskTimeout, leastStartTimeout)
    const workerFile = workerUrl ?? file.url()
    this.list = [...this.list, new PoolThread({ file, workerFile, resourceLimits, startTimeout }, this)]
  }

  private stop(thread: PoolThread): void {
    if (thread.state === "ready") this.ready--
    this.list = this.list.filter((other) => other !== thread)
    const stopped = thread.stop().then(() => void this.stopping.delete(stopped))
    this.stopping.add(stopped)
  }

  private watchIdle(milliseconds: number): void {
    this.idleTimer = delay(milliseconds, () => {
      this.idleTimer = undefined
      const now = realTimers.now()
      let next = Infinity
      for (const thread of this.list) {
        if (thread.state !== "ready" || thread.inFlight > 0 || this.list.length <= this.settings.minThreads) continue
        const left = thread.idleSince + this.settings.idleTimeout - now
        // A timer may come a little early.
        if (left < 1) this.stop(thread)
        else next = Math.min(next, left)
      }
      if (next < Infinity) this.watchIdle(next)
    })
  }
}
