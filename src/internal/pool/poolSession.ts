/**
 * One call's session with the worker pool: whether it may use the pool, what has failed, and what the circuit breaker
 * learns.
 */
import { type Breaker, isPoolFault } from "./circuitBreaker.ts"
import type { WorkerPoolError } from "./workerPoolError.ts"

export class PoolUse {
  /** The first failure of a worker thread. */
  error: WorkerPoolError | undefined = undefined
  /** The circuit breaker turned the call away. */
  isTurnedAway = false
  private readonly breaker: Breaker
  private readonly fallback: boolean
  private readonly onFirstFailure: (error: WorkerPoolError) => void
  private isAdmitted = false
  /** The pool has failed in this call, has no room, or the circuit breaker turned the call away. */
  private isOff = false
  /** The breaker was told that the pool has failed. */
  private isReported = false
  private hasAnswered = false

  constructor(breaker: Breaker, fallback: boolean, onFirstFailure: (error: WorkerPoolError) => void) {
    this.breaker = breaker
    this.fallback = fallback
    this.onFirstFailure = onFirstFailure
  }

  /** Whether a frame may go to the pool. Without a fallback the circuit breaker is not asked. */
  admits(): boolean {
    if (this.isOff) return false
    if (this.isAdmitted) return true
    if (!this.fallback || this.breaker.admits()) {
      this.isAdmitted = true
      return true
    }
    this.isOff = true
    this.isTurnedAway = true
    return false
  }

  /** A frame came back whole. */
  answered(): void {
    this.hasAnswered = true
  }

  // After a failure of the pool the rest of the call stays on the calling thread: the next thread may fail as the last
  // one did, and a pool that is full or closed would be asked again in every turn.
  failed(error: WorkerPoolError): void {
    if (this.error === undefined) this.onFirstFailure(error)
    this.error ??= error
    if (error.reason._tag !== "NotCloneable") this.isOff = true
    if (isPoolFault(error) && !this.isReported) {
      this.isReported = true
      this.breaker.failed()
    }
  }

  /** The call has ended. */
  end(): void {
    if (!this.isAdmitted || this.isReported) return
    if (this.hasAnswered) this.breaker.succeeded()
    else this.breaker.abandoned()
  }
}
