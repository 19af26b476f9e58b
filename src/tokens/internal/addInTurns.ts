/**
 * Estimating without blocking the event loop: some thousand characters a step, in the turns that all work of this
 * library shares.
 */
import * as Effect from "effect/Effect"
import { realTimers } from "../../internal/turns/realTimers.ts"
import { charge, schedule, type Task, timeLeft } from "../../internal/turns/turnQueue.ts"

/** Milliseconds of a turn. */
const budget = 1

// A tenth of a millisecond, about.
const stepSize = 8192

/** What a text is added to, from one code unit up to another. */
export interface TextSink {
  push(text: string, from: number, to: number): void
}

class Adding implements Task {
  readonly budget = budget
  /** Undefined when nobody waits any more. */
  onEnd: ((error: { readonly thrown: unknown } | undefined) => void) | undefined
  private readonly sink: TextSink
  private readonly text: string
  private at = 0

  constructor(sink: TextSink, text: string) {
    this.sink = sink
    this.text = text
  }

  /** Does what fits into the turn. True when that was all. */
  start(): boolean {
    const began = realTimers.now()
    const until = began + timeLeft(budget)
    let now = began
    while (now < until && this.advance()) now = realTimers.now()
    charge(realTimers.now() - began)
    return this.at >= this.text.length
  }

  step(): boolean {
    if (this.onEnd === undefined) return false
    if (this.advance()) return true
    this.onEnd(undefined)
    return false
  }

  fail(thrown: unknown): void {
    this.onEnd?.({ thrown })
  }

  private advance(): boolean {
    const { at, text } = this
    this.at = Math.min(at + stepSize, text.length)
    this.sink.push(text, at, this.at)
    return this.at < text.length
  }
}

/** Adds a text to an estimate. What fits into the turn is done at once. */
export const addInTurns = (sink: TextSink, text: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const adding = new Adding(sink, text)
    if (text === "" || adding.start()) return Effect.void
    return Effect.callback<void>((resume) => {
      adding.onEnd = (error) => resume(error === undefined ? Effect.void : Effect.die(error.thrown))
      schedule(adding)
      return Effect.sync(() => {
        adding.onEnd = undefined
      })
    })
  })
