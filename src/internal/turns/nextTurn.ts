/**
 * Calls back in the next turn of the event loop, even if `setImmediate` was a fake already when this library was
 * loaded.
 *
 * An immediate can be told not to keep the process alive. A promise of the next turn cannot. But a fake immediate never
 * fires, and looks like a real one. So the first immediate gets a promise beside it. If the promise settles first, the
 * immediates are fakes, and promises replace them from then on.
 */
import { realTimers } from "./realTimers.ts"

/** A turn that was asked for. */
export interface PlannedTurn {
  /** The process stays alive for it, as it does at first. */
  ref(): void
  unref(): void
}

/** Whether immediates fire. Undefined until the first one has fired or has not. */
let isReal: boolean | undefined

export const onNextTurn = (callback: () => void): PlannedTurn => {
  if (isReal === true) return realTimers.setImmediate(callback)
  return isReal === undefined ? tryImmediate(callback) : promised(callback)
}

const tryImmediate = (callback: () => void): PlannedTurn => {
  let isCalled = false
  const call = (real: boolean) => () => {
    if (isCalled) return
    isCalled = true
    isReal = real
    callback()
  }
  const immediate = realTimers.setImmediate(call(true))
  void afterTurn(call(false))
  return immediate
}

const promised = (callback: () => void): PlannedTurn => {
  void afterTurn(callback)
  return always
}

const afterTurn = async (callback: () => void): Promise<void> => {
  await realTimers.nextTurn()
  callback()
}

const always: PlannedTurn = { ref: () => {}, unref: () => {} }
