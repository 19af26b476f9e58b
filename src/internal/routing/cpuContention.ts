/**
 * CPU contention: whether worker threads run on cores of their own, or take the calling thread's.
 *
 * Where other processes want the cores too, the kernel lets the loop wait while a worker runs, and no clock around a
 * piece of work can tell. So this file compares two times: the time for which the loop was active without a core, and
 * the time that the other threads of the process got meanwhile. On one core all of it would be missing, so adaptive
 * routing uses no workers there. On two, a server beside the clients that fetch its documents missed 0.2 to 0.3 of it,
 * and made more than twice as many documents with slices (`npm run bench:server`). A process that was alone missed 0.05
 * to 0.16 (`node bench/answer.ts`), half of it without workers too.
 */
import { performance } from "node:perf_hooks"
import { realTimers } from "../turns/realTimers.ts"

/** In milliseconds. */
export interface Times {
  readonly clock: number
  /** Of that, waiting for events. */
  readonly idle: number
  /** What the kernel gave this thread, and all threads of the process. */
  readonly thread: number
  readonly process: number
}

/** Times are added up for so long (ms): the kernel lets threads wait in steps of some milliseconds. */
const period = 50
/** A longer period has a pause in it, and says nothing about the cores. */
const longest = 200
/** A period says something about workers when they were sent so many frames in a millisecond. */
const enough = 0.5
/** What is left of the periods before when one is over. */
const kept = 0.8
/**
 * Share of the other threads' time that is missing here. Up to `free` it has no price, from `full` on the full price.
 */
const free = 0.12
const full = 0.2
/**
 * While workers get few frames, the price and what it is known from halve in this time (ms), so that workers are tried
 * again.
 */
const halfLife = 20_000

export class Crowding {
  /** What a millisecond of a worker costs the calling thread: from 0, where there are cores enough, to 1. */
  price = 0
  private readonly read: () => Times | undefined
  private before: Times | undefined = undefined
  private sent = 0
  /** Share of its active time that the thread misses when workers do nothing. */
  private usual = 0.05
  private missing = 0
  private others = 0

  constructor(read: () => Times | undefined) {
    this.read = read
  }

  /** A frame was done, by a worker or not; `now` is the clock's. */
  observe(isSent: boolean, now: number): void {
    if (isSent) this.sent++
    const { before } = this
    if (before !== undefined && now - before.clock < period) return
    const after = this.read()
    if (after === undefined) return
    if (before !== undefined) this.learn(before, after)
    this.before = after
    this.sent = 0
  }

  private learn(before: Times, after: Times): void {
    const time = after.clock - before.clock
    const active = time - (after.idle - before.idle)
    const thread = after.thread - before.thread
    const missing = active - thread
    if (time >= longest || this.sent < time * enough) {
      if (this.sent === 0 && active > 0) this.usual += (Math.min(0.5, Math.max(0, missing / active)) - this.usual) * 0.1
      this.fade(0.5 ** (time / halfLife))
      return
    }
    this.missing = this.missing * kept + missing - this.usual * active
    this.others = this.others * kept + after.process - before.process - thread
    // With few periods, the share is chance.
    const share = this.missing / Math.max(this.others, period * 4)
    this.price = Math.min(1, Math.max(0, (share - free) / (full - free)))
  }

  private fade(left: number): void {
    this.price *= left
    this.missing *= left
    this.others *= left
  }
}

/** Of this thread. */
export const crowding = new Crowding(() => {
  try {
    const thread = process.threadCpuUsage()
    const all = process.cpuUsage()
    return {
      clock: realTimers.now(),
      idle: performance.eventLoopUtilization().idle,
      thread: (thread.user + thread.system) / 1000,
      process: (all.user + all.system) / 1000
    }
  } catch {
    // Not every system can tell the CPU time of a thread.
    return undefined
  }
})
