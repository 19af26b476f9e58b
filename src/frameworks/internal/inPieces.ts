/**
 * Long work over bytes, piece by piece in the turns of the event loop that all of this library shares.
 */
import { realTimers } from "../../internal/turns/realTimers.ts"
import { charge, schedule, timeLeft } from "../../internal/turns/turnQueue.ts"

/** Milliseconds of a turn, as a layer's `turnBudget` is by default. */
const budget = 1

/** Calls `piece` with 0 to `count - 1`. It begins in the caller's own turn, and yields when that is used up. */
export const inPieces = (count: number, piece: (index: number) => void): Promise<void> => {
  let index = 0
  const began = realTimers.now()
  const until = began + timeLeft(budget)
  let now = began
  while (index < count && now < until) {
    piece(index++)
    now = realTimers.now()
  }
  charge(now - began)
  if (index === count) return Promise.resolve()
  return new Promise((resolve, reject) => {
    schedule({
      budget,
      step: () => {
        piece(index++)
        if (index < count) return true
        resolve()
        return false
      },
      fail: reject
    })
  })
}
