/**
 * A job that waits for others: for more of its text, or for a reader to take what it has made.
 */
import * as Effect from "effect/Effect"
import { realTimers } from "../../internal/turns/realTimers.ts"
import { ParseJob, type Task } from "./job.ts"
import type { Reading } from "./reading.ts"
import type { Source } from "./sources.ts"
import { Read } from "./window.ts"

/** What a job is made of. */
export interface Work<T extends Task<unknown>> {
  readonly reading: Reading
  readonly task: T
  readonly turnBudget: number
}

export class Feeder<T extends Task<unknown>> {
  job: ParseJob<T> | undefined = undefined
  private readonly source: Source
  private readonly make: () => Work<T>
  /** Why the job waits; `more` while it does not. */
  private state: Read = Read.more
  private resume: (() => void) | undefined = undefined

  constructor(source: Source, make: () => Work<T>) {
    this.source = source
    this.make = make
  }

  /** Lets the job go on with what is there now. `done` when it has ended, `hungry` or `full` when it waits. */
  readonly feed: Effect.Effect<Read> = Effect.suspend(() => {
    this.goOn()
    if (this.state !== Read.more) return Effect.succeed(this.state)
    return Effect.callback<Read>((resume) => {
      this.resume = () => resume(Effect.succeed(this.state))
      return Effect.sync(() => (this.resume = undefined))
    })
  })

  private goOn(): void {
    const { job, source } = this
    if (job === undefined) return this.start()
    if (job.isDone) return
    // Not worth a turn: the step would only find that there is too little.
    if (this.state === Read.hungry && !source.isEnded && source.length < job.reading.window.wanted) return
    this.state = Read.more
    job.wake()
  }

  private start(): void {
    const { reading, task, turnBudget } = this.make()
    this.job = new ParseJob(reading, task, turnBudget, {
      end: () => this.notify(Read.done),
      idle: (read) => this.notify(read)
    })
    this.job.start()
  }

  private notify(state: Read): void {
    const { resume } = this
    this.state = state
    this.resume = undefined
    // Not from within a step: what the reader does must not count as this call's hold of the loop.
    if (resume !== undefined) realTimers.queueMicrotask(resume)
  }
}
