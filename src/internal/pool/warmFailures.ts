/**
 * The first failure of a process is expensive: the schemas of its error are compiled (1.4 ms, `bench/claims.ts`), and
 * the way of a warning to the log runs cold. It comes at a busy time, when the exits of threads are handled and frames
 * are done again. So this work is done beforehand, in turns of its own.
 */
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { realTimers } from "../turns/realTimers.ts"
import { taskFailed } from "./classifyFailure.ts"

let isWarm = false

/** To be called when a thread is ready. Does nothing from the second time on. */
export const warmFailures = async (): Promise<void> => {
  if (isWarm) return
  isWarm = true
  await realTimers.nextTurn()
  const { message } = taskFailed(undefined, true)
  await realTimers.nextTurn()
  const warning = Effect.annotateLogs(Effect.logWarning(message), "reason", "WorkerCrashed")
  Effect.runFork(Effect.provideService(warning, Logger.CurrentLoggers, new Set()))
}
