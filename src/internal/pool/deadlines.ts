/**
 * Notices when the time of the oldest task is over. One timer serves all tasks, because all have the same time.
 */
import { onNextTurn } from "../turns/nextTurn.ts"
import { realTimers } from "../turns/realTimers.ts"
import type { Entry } from "./entry.ts"
import { delay } from "./unrefTimer.ts"

export class Deadlines {
  /** In the order of their deadlines. */
  private readonly inFlight: ReadonlySet<Entry>
  private readonly onOver: () => void
  private timer: NodeJS.Timeout | undefined

  constructor(inFlight: ReadonlySet<Entry>, onOver: () => void) {
    this.inFlight = inFlight
    this.onOver = onOver
  }

  /** To be called when there is a task. */
  watch(): void {
    if (this.timer !== undefined) return
    const [oldest] = this.inFlight
    if (oldest === undefined) return
    this.timer = delay(Math.max(1, oldest.deadline - realTimers.now()), () => {
      this.timer = undefined
      const [next] = this.inFlight
      if (next === undefined) return
      if (next.deadline > realTimers.now()) return this.watch()
      // If the event loop was blocked until now, the answer may be there, unread: timers come before messages.
      onNextTurn(() => {
        if (this.inFlight.has(next)) this.onOver()
        else this.watch()
      })
    })
  }

  stop(): void {
    realTimers.clearTimeout(this.timer)
    this.timer = undefined
  }
}
