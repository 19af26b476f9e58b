/**
 * What keeps locks: in this process, or for many. Each operation is atomic.
 */
import type * as Effect from "effect/Effect"

/** A lock as it was given away. */
export interface Grant {
  /** Greater than that of every grant before, within its epoch. */
  readonly fence: number
  readonly epoch: string
}

/** Fails with whatever keeps it from answering. */
export interface LockKeeper {
  /**
   * The lock, for so many milliseconds; `undefined` if another token has it. One that has it already gets it anew:
   * nobody may have heard the answer to its first request.
   */
  acquire(name: string, token: string, lease: number): Effect.Effect<Grant | undefined, unknown>
  /** Prolongs a lease. `false`: the token does not have the lock. */
  renew(name: string, token: string, lease: number): Effect.Effect<boolean, unknown>
  /** Gives the lock back. `false`: the token did not have it any more. */
  release(name: string, token: string): Effect.Effect<boolean, unknown>
}
