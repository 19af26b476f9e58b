/**
 * Node's own timers and clock, whatever a test puts in their place.
 *
 * Fake timers (Vitest, Jest, Sinon, `node:test`) replace globals and the exports of `node:timers`. Work that waits for
 * a faked `setImmediate` hangs until the test moves its clock, and for good once the real timers are back. So this
 * module takes them all when it loads, and nothing in this library reads the globals. Code that should follow a test's
 * clock uses Effect's `Clock`.
 *
 * It is an object, so that tests of this library can move its clock: `vi.spyOn(realTimers, "now")`.
 */
import { performance } from "node:perf_hooks"
import { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from "node:timers"
import { scheduler } from "node:timers/promises"

export const realTimers = {
  /** Milliseconds, as `performance.now` tells them. */
  now: performance.now.bind(performance),
  setImmediate,
  clearImmediate,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  // Some runtimes (workerd) refuse it as another object's method.
  queueMicrotask: globalThis.queueMicrotask.bind(globalThis),
  /**
   * A promise of the next turn. No tool fakes this one, so it is real even where fake timers were there before this
   * module.
   */
  nextTurn: (): Promise<void> => yieldTurn.call(scheduler)
}

const yieldTurn = scheduler.yield
