/**
 * Work in turns of the event loop. It begins in its caller's own turn, waits for workers, runs in its caller's context,
 * and counts for how long it has blocked the loop. `engine/job.ts` has the steps.
 */
import { AsyncLocalStorage } from "node:async_hooks"
import { realTimers } from "./realTimers.ts"
import { charge, holdProcess, releaseProcess, schedule, type Task, timeLeft } from "./turnQueue.ts"

export abstract class InTurns implements Task {
  readonly budget: number
  isDone = false
  /** Milliseconds for which the event loop was blocked: all holds together, and the longest. */
  held = 0
  longestHeld = 0
  /** Milliseconds spent waiting for room: of a worker thread, mostly. */
  waited = 0
  /** It waits for nobody: neither for a worker nor for the reader of a stream. */
  protected isInOneGo = false
  private isScheduled = false
  private isWaiting = false
  private isRunning = false
  private isWoken = false
  /** When the current piece of work began; 0 between pieces. */
  private pieceBegan = 0
  private cancelWait: (() => void) | undefined = undefined
  private inContext: (<R>(f: () => R) => R) | undefined = undefined
  private readonly go = (): boolean => this.advance()

  constructor(budget: number) {
    this.budget = budget
  }

  /** Does one step. True when there is more to do now. */
  protected abstract advance(): boolean

  /** A step has thrown: ends the work, so that whoever waits for it is told. */
  protected abstract crash(thrown: unknown): void

  /** Begins in the caller's own turn, and stays there while the turn has time left. */
  start(): void {
    const begin = realTimers.now()
    const until = begin + timeLeft(this.budget)
    let now = begin
    this.pieceBegan = begin
    try {
      while (now < until) {
        const more = this.advance()
        now = realTimers.now()
        if (!more) break
      }
    } catch (thrown) {
      now = realTimers.now()
      this.fail(thrown)
    }
    this.endPiece()
    charge(now - begin)
    if (!this.isDone) {
      this.inContext = AsyncLocalStorage.snapshot()
      if (!this.isWaiting) this.wake()
    }
  }

  /** Does all of it at once. */
  runToEnd(): void {
    this.isInOneGo = true
    const began = realTimers.now()
    this.pieceBegan = began
    try {
      while (this.advance());
    } catch (thrown) {
      this.fail(thrown)
    }
    charge(realTimers.now() - began)
  }

  step(): boolean {
    this.isRunning = true
    this.isWoken = false
    this.pieceBegan = realTimers.now()
    const more = !this.isDone && this.inContext!(this.go)
    this.endPiece()
    this.isRunning = false
    this.isScheduled = more || (this.isWoken && !this.isDone)
    return this.isScheduled
  }

  /** A step has thrown. */
  fail(thrown: unknown): void {
    this.isRunning = false
    this.isScheduled = false
    this.endPiece()
    // The code that was told of the end has thrown.
    if (this.isDone) throw thrown
    this.crash(thrown)
  }

  /** Goes on in a turn to come. */
  wake(): void {
    if (this.isWaiting) {
      this.isWaiting = false
      releaseProcess()
    }
    this.isWoken = true
    if (this.isScheduled || this.isRunning || this.isDone || this.inContext === undefined) return
    this.isScheduled = true
    schedule(this)
  }

  /** Goes on when `wake` is called: a worker has answered. */
  protected waitForWorker(): boolean {
    if (!this.isWaiting) {
      this.isWaiting = true
      holdProcess()
    }
    return false
  }

  /**
   * Goes on when `subscribe` calls back: there is room for what is next, or none can be had. What `subscribe` returns
   * stops the waiting.
   */
  protected waitForRoom<A>(
    subscribe: (callback: (outcome: A) => void) => () => void,
    then: (outcome: A) => void
  ): boolean {
    this.waitForWorker()
    const begin = realTimers.now()
    this.cancelWait = subscribe((outcome) => {
      this.cancelWait = undefined
      this.waited += realTimers.now() - begin
      if (this.isDone) return
      then(outcome)
      this.wake()
    })
    return false
  }

  /** To be called when it is done, or stopped. */
  protected endTurns(): void {
    this.isDone = true
    this.endPiece()
    this.cancelWait?.()
    if (this.isWaiting) {
      this.isWaiting = false
      releaseProcess()
    }
  }

  private endPiece(): void {
    if (this.pieceBegan === 0) return
    const time = realTimers.now() - this.pieceBegan
    this.pieceBegan = 0
    this.held += time
    if (time > this.longestHeld) this.longestHeld = time
  }
}
