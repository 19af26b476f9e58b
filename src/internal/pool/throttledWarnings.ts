/**
 * Logs worker failures: one warning a reason a minute, so that a pool that cannot work is noticed and does not flood
 * the log.
 */
import { isErrorOfValue } from "./classifyFailure.ts"
import type { WorkerPoolError, WorkerPoolErrorReason } from "./workerPoolError.ts"

const interval = 60_000

export class Warnings {
  private readonly now: () => number
  private readonly log: (message: string, reason: WorkerPoolErrorReason["_tag"]) => void
  private readonly last = new Map<string, { at: number; silent: number }>()

  constructor(now: () => number, log: (message: string, reason: WorkerPoolErrorReason["_tag"]) => void) {
    this.now = now
    this.log = log
  }

  add(error: WorkerPoolError): void {
    const reason = error.reason._tag
    // A call after the end of the pool is no failure of a worker, and common while a program shuts down. User code that
    // throws is none either.
    if (reason === "PoolClosed" || isErrorOfValue(error)) return
    const now = this.now()
    const last = this.last.get(reason)
    if (last !== undefined && now - last.at < interval) {
      last.silent++
      return
    }
    this.last.set(reason, { at: now, silent: 0 })
    const before = last === undefined || last.silent === 0 ? "" : ` (and ${last.silent} more since the last warning)`
    this.log(`${error.message}${before}`, reason)
  }
}
