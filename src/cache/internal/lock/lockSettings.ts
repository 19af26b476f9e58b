/**
 * The options of a lock with the defaults filled in, and their checks.
 */
import * as Schedule from "effect/Schedule"
import { duration, isObject, milliseconds, wrong } from "../check.ts"
import { checkKey, invalidOptions } from "../errors.ts"
import { LockError } from "../../LockError.ts"
import type { LockOptions } from "./model.ts"

/** Times in milliseconds. */
export interface LockSettings {
  readonly lease: number
  readonly wait: number
  readonly retry: Schedule.Schedule<unknown>
}

const shortestLease = 10

const retry: Schedule.Schedule<unknown> = Schedule.min([
  Schedule.exponential("50 millis"),
  Schedule.spaced("500 millis")
]).pipe(Schedule.jittered)

const defaults: LockSettings = { lease: 10_000, wait: 30_000, retry }

/** The settings of a lock, or what is wrong with its name or its options. */
export const lockSettings = (name: string, options: LockOptions = {}): LockSettings | LockError => {
  const problem = checkKey(name)
  if (problem !== undefined) return new LockError({ reason: problem.reason as LockError["reason"] })
  if (!isObject(options)) return invalid(wrong("options", "an object", options))
  const { lease, retry, wait } = options
  const settings = { ...defaults }
  if (lease !== undefined) {
    const time = milliseconds(lease)
    if (time === undefined || time === Infinity || time < shortestLease) {
      return invalid(wrong("lease", `${duration}, at least ${shortestLease} milliseconds and finite`, lease))
    }
    settings.lease = Math.ceil(time)
  }
  if (wait !== undefined) {
    const time = milliseconds(wait)
    if (time === undefined) return invalid(wrong("wait", duration, wait))
    settings.wait = time
  }
  if (retry !== undefined) {
    if (!Schedule.isSchedule(retry)) return invalid(wrong("retry", "a `Schedule`", retry))
    settings.retry = retry
  }
  return settings
}

const invalid = (message: string): LockError =>
  new LockError({ reason: invalidOptions(message).reason as LockError["reason"] })
