/**
 * A job whose text arrives bit by bit: it goes on while there is text, and waits where there is not.
 */
import * as Effect from "effect/Effect"
import { ParseJob, type Task } from "./job.ts"
import type { Reading } from "./reading.ts"
import type { BytesSource } from "./sources.ts"

export interface Work<A> {
  readonly reading: Reading
  readonly task: Task<A>
  readonly turnBudget: number
}

export class Feeder<A> {
  job: ParseJob<A> | undefined = undefined
  private readonly source: BytesSource
  private readonly make: () => Work<A>
  private isHungry = false
  private resume: (() => void) | undefined = undefined

  constructor(source: BytesSource, make: () => Work<A>) {
    this.source = source
    this.make = make
  }

  /** Lets the job go on with what the source has now. True when it has ended, false when it wants more. */
  readonly feed: Effect.Effect<boolean> = Effect.suspend(() => {
    this.goOn()
    if (this.isIdle) return Effect.succeed(this.hasEnded)
    return Effect.callback<boolean>((resume) => {
      this.resume = () => resume(Effect.succeed(this.hasEnded))
      return Effect.sync(() => (this.resume = undefined))
    })
  })

  private get hasEnded(): boolean {
    return this.job!.isDone
  }

  private get isIdle(): boolean {
    return this.isHungry || this.hasEnded
  }

  private goOn(): void {
    const { job, source } = this
    if (job === undefined) return this.start()
    // Not worth a turn: the step would only find that there is too little.
    if (!source.isEnded && source.length < job.reading.window.wanted) return
    this.isHungry = false
    job.wake()
  }

  private start(): void {
    const { reading, task, turnBudget } = this.make()
    this.job = new ParseJob<A>(reading, task, turnBudget, {
      end: () => this.notify(),
      hungry: () => {
        this.isHungry = true
        this.notify()
      }
    })
    this.job.start()
  }

  private notify(): void {
    const { resume } = this
    this.resume = undefined
    resume?.()
  }
}
