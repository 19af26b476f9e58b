/**
 * Waiting for a computation of another process: until it is said to be done, or a while longer each time.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Core } from "./core.ts"

const shortest = 10
/** Milliseconds after which at the latest the store is asked again. */
export const longestPause = 250

/**
 * Waits until the lease of a key is given back, for a pause that doubles with each attempt, or for the time that is
 * left.
 */
export const doneOrLater = (core: Core, key: string, attempt: number, left: number): Effect.Effect<void> =>
  Effect.flatMap(Random.next, (random) => {
    const pause = Math.min(longestPause, shortest * 2 ** Math.min(attempt, 10))
    const done = Effect.callback<void>((resume) => {
      const waiter = () => resume(Effect.void)
      const waiters = core.waiters.get(key) ?? new Set()
      core.waiters.set(key, waiters.add(waiter))
      return Effect.sync(() => {
        waiters.delete(waiter)
        if (waiters.size === 0 && core.waiters.get(key) === waiters) core.waiters.delete(key)
      })
    })
    return Effect.raceFirst(done, Effect.sleep(Math.ceil(Math.min(left, pause * (0.5 + random / 2)))))
  })

/** The lease of a key was given back. */
export const wakeWaiters = (core: Core, key: string): void => {
  const waiters = core.waiters.get(key)
  if (waiters === undefined) return
  core.waiters.delete(key)
  for (const wake of waiters) wake()
}
