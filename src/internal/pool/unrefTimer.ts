/**
 * Timers that never keep a process alive.
 */
import { realTimers } from "../turns/realTimers.ts"

// `setTimeout` takes a longer delay for one of a millisecond.
const longest = 2 ** 31 - 1

/** Calls `f` once after a delay. A delay longer than 24 days is for ever. */
export const delay = (milliseconds: number, f: () => void): NodeJS.Timeout | undefined =>
  milliseconds > longest ? undefined : realTimers.setTimeout(f, milliseconds).unref()
