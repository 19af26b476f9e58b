/**
 * What callers of a lock give, and what they get.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"

/**
 * Options of a lock.
 *
 * @category models
 * @since 0.1.0
 */
export interface LockOptions {
  /**
   * How long the lock stays with a holder that gives no sign of life. It is prolonged at each third of that. At least 10
   * milliseconds. Default 10 seconds.
   */
  readonly lease?: Duration.Input | undefined
  /** How long to wait for somebody else to give it back; zero tries once. Default 30 seconds. */
  readonly wait?: Duration.Input | undefined
  /**
   * When to ask again while somebody else has it. Default: after 50 milliseconds, then longer each time up to 500, all of
   * it jittered.
   */
  readonly retry?: Schedule.Schedule<unknown> | undefined
}

/**
 * A lock that is held.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lease {
  /** The name of the lock. */
  readonly name: string
  /** Greater than that of every lease before it, within its epoch. */
  readonly fence: number
  /**
   * Within what fences can be compared. Another one means that what keeps the locks was emptied, or that another server
   * has taken over: nobody can tell then which of two leases is the later one.
   */
  readonly epoch: string
  /**
   * Asks whether the lock is held, and prolongs it. What it says is true of the moment in which it was asked. `false` as
   * well if there is no answer.
   */
  readonly isHeld: Effect.Effect<boolean>
}
