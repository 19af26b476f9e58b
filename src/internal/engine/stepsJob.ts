/**
 * Runs work in small steps, in turns of the event loop: what shapes a value.
 */
import { userCodeFailed } from "../errors/serializationErrors.ts"
import type { SerializationPath } from "../options/callOptions.ts"
import { Failed } from "../shape/reader.ts"
import type { Steps } from "../shape/steps.ts"
import { Defect, type Failure } from "../telemetry/outcome.ts"
import { InTurns } from "../turns/resumableTask.ts"
import { canFillArrays } from "../value/intrinsics.ts"
import type { RunningCall } from "./runningCall.ts"

export class StepsJob<A> extends InTurns implements RunningCall {
  error: Failure | undefined = undefined
  /** What the work gave, where it came to its end. */
  result: A | undefined = undefined
  isCancelled = false
  private readonly steps: Steps<A>
  /** Whether the reader of a stream has to take something first. */
  private readonly isFull: () => boolean
  private readonly onEnd: (job: StepsJob<A>) => void

  constructor(steps: Steps<A>, budget: number, isFull: () => boolean, onEnd: (job: StepsJob<A>) => void) {
    super(budget)
    this.steps = steps
    this.isFull = isFull
    this.onEnd = onEnd
  }

  /** Begins: at once and to the end, or in turns. */
  begin(isSync: boolean): void {
    if (isSync) this.runToEnd()
    else this.start()
  }

  get path(): SerializationPath {
    return this.isInOneGo ? "sync" : "sliced"
  }

  cancel(): void {
    if (this.isDone) return
    this.isCancelled = true
    this.end()
  }

  protected advance(): boolean {
    if (this.isDone || (this.isFull() && !this.isInOneGo)) return false
    const { done, value } = this.steps.next()
    if (done !== true) return true
    this.result = value
    this.end()
    return false
  }

  protected crash(thrown: unknown): void {
    if (thrown instanceof Failed) this.error = thrown.error
    // User code may have made `Array.prototype` one that no array can be filled under, since the call began.
    else this.error = canFillArrays() ? new Defect(thrown) : userCodeFailed("", thrown)
    this.end()
  }

  private end(): void {
    this.endTurns()
    this.onEnd(this)
  }
}
