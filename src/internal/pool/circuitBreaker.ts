/**
 * The circuit breaker: keeps calls away from a pool that keeps failing, so that not every call waits for it.
 *
 * After a few calls in a row with failed frames it is open, and the calling thread does all calls. When its time is
 * over, one call may try. If that fails too, it is open for twice as long.
 */

import type { WorkerPoolError } from "./workerPoolError.ts"
import { realTimers } from "../turns/realTimers.ts"

/** Calls in a row with a failed frame that open the breaker. */
const failuresToOpen = 3
const shortestPause = 1_000
const longestPause = 60_000

export type BreakerState = "closed" | "open" | "half-open"

export class Breaker {
  private failures = 0
  private pause = shortestPause
  private openUntil = 0
  private isTrying = false

  get state(): BreakerState {
    if (this.failures < failuresToOpen) return "closed"
    return realTimers.now() < this.openUntil ? "open" : "half-open"
  }

  /** Whether a call may use the pool now. In the half-open state the first call that asks is the one that tries. */
  admits(): boolean {
    switch (this.state) {
      case "closed":
        return true
      case "open":
        return false
      case "half-open":
        if (this.isTrying) return false
        this.isTrying = true
        return true
    }
  }

  succeeded(): void {
    this.failures = 0
    this.pause = shortestPause
    this.isTrying = false
  }

  /** A call had a failed frame. */
  failed(): void {
    // Calls that were in flight when it opened. One crash can fail many of them, and must not count as many tries.
    if (this.state === "open") return
    this.failures++
    this.isTrying = false
    if (this.failures < failuresToOpen) return
    this.openUntil = realTimers.now() + this.pause
    this.pause = Math.min(longestPause, this.pause * 2)
  }

  /** The call that was to try ended without having tried. */
  abandoned(): void {
    this.isTrying = false
  }
}

/**
 * Whether an error says something about the pool's health. A value that cannot be cloned does not, nor does a full
 * queue.
 */
export const isPoolFault = ({ reason }: WorkerPoolError): boolean =>
  reason._tag !== "NotCloneable" && reason._tag !== "QueueFull" && reason._tag !== "PoolClosed"
