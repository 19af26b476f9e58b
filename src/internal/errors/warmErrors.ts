/**
 * The first error of a process is expensive: the schemas of its class and of its reason are compiled, and the search
 * for its place runs cold (the error alone takes 1.4 ms, `bench/claims.ts`). A caller's turn is not the place for that.
 * So one error is made beforehand, in small steps with a turn for each, when the first layer is built.
 */
import { CyclicValue } from "../../SerializationError.ts"
import { onNextTurn } from "../turns/nextTurn.ts"
import { realTimers } from "../turns/realTimers.ts"
import { charge } from "../turns/turnQueue.ts"
import { diagnose } from "./diagnoseError.ts"
import { cyclicValue } from "./serializationErrors.ts"

const cycle: Array<unknown> = []
cycle.push({ cycle })

const steps: ReadonlyArray<() => unknown> = [
  () => new CyclicValue({ pointer: "" }),
  () => cyclicValue(""),
  () => diagnose(cycle, new TypeError("of a cycle"), null, false)
]

let isBegun = false

/** To be called when a layer is built. Does nothing from the second time on, and keeps no process alive. */
export const warmErrors = (): void => {
  if (!isBegun) goOn(0)
  isBegun = true
}

const goOn = (index: number): void => {
  const step = steps[index]
  if (step === undefined) return
  const turn = onNextTurn(() => {
    const began = realTimers.now()
    step()
    charge(realTimers.now() - began)
    goOn(index + 1)
  })
  turn.unref()
}
