/**
 * How those parts of a call end that no job stands for: the wait for a tokenizer, and the count of a text that is
 * made. Where one of them fails or is stopped, so does the call.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { isSerializationError, type SerializationError } from "../../SerializationError.ts"
import type { Counters } from "../telemetry/counters.ts"
import { Defect, type Failure } from "../telemetry/outcome.ts"

/** The event loop was not blocked by it. */
const noHold = { held: 0, longestHeld: 0 }

/** Counts a failure as one of the call, and an interruption too. */
export const toldEnd = <A>(
  self: Effect.Effect<A, SerializationError>,
  counters: Counters,
  label: string | undefined
): Effect.Effect<A, SerializationError> =>
  Effect.onExit(self, (exit) =>
    Effect.sync(() => {
      if (Exit.isSuccess(exit)) return
      if (Cause.hasInterruptsOnly(exit.cause)) return counters.cancelled(noHold, label)
      counters.failed(failureIn(exit.cause))
    })
  )

/** What a cause is to the counters, other than an interruption. */
export const failureIn = (cause: Cause.Cause<SerializationError>): Failure => {
  const error = Cause.squash(cause)
  return isSerializationError(error) ? error : new Defect(error)
}

/** Cancels a job. Where it had ended already, its call was stopped all the same. */
export const cancelledOnce = (counters: Counters, label: string | undefined, cancel: () => void): void => {
  const before = counters.interrupted
  cancel()
  if (counters.interrupted === before) counters.cancelled(noHold, label)
}

/** Cancels the job of a call that has failed by its tokens. It counts as a failure: nobody has stopped it. */
export const failedOnce = (counters: Counters, cause: Cause.Cause<SerializationError>, cancel: () => void): void => {
  const { interrupted } = counters
  cancel()
  counters.interrupted = interrupted
  counters.failed(failureIn(cause))
}
