/**
 * A call whose text is held, and read on as far as it is asked for.
 */
import * as Effect from "effect/Effect"
import type { Engine } from "../engine/engine.ts"
import type { RunningCall } from "../engine/runningCall.ts"
import { HeldText } from "../limit/heldText.ts"
import type { SerializationPath, SerializeOptions } from "../options/callOptions.ts"
import type { Output } from "../output/output.ts"
import type { Outcome } from "../telemetry/outcome.ts"
import { realTimers } from "../turns/realTimers.ts"

export class HeldReader {
  /** Set when the text is whole, or an error comes next in it. */
  outcome: Outcome | undefined = undefined
  private readonly held = new HeldText(() => this.notify())
  private job: RunningCall | undefined = undefined
  private isStarted = false
  private resume: (() => void) | undefined = undefined
  private readonly begin: () => RunningCall | undefined

  constructor(engine: Engine, value: unknown, options: SerializeOptions | undefined) {
    const { held } = this
    const output: Output<string> = {
      kind: "string",
      sink: () => held,
      of: (text) => {
        held.text(text)
        return text
      },
      size: (text) => text.length
    }
    this.begin = () =>
      engine.serialize(value, options, output, (outcome) => {
        this.outcome = outcome
        this.notify()
      })
  }

  /** What was read so far. */
  get text(): string {
    return this.held.result
  }

  /** How the call goes. */
  get path(): SerializationPath {
    return this.outcome?.path ?? this.job?.path ?? "sync"
  }

  /** Reads until there are more than so many code units, or no more come. */
  readBeyond(length: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.held.want(length)
      if (this.isRead(length)) return Effect.void
      if (!this.isStarted) {
        this.isStarted = true
        this.job = this.begin()
        if (this.isRead(length)) return Effect.void
      }
      return Effect.callback<void>((resume) => {
        this.resume = () => resume(Effect.void)
        this.job?.wake()
        return Effect.sync(() => {
          this.resume = undefined
        })
      })
    })
  }

  /** No more is wanted: the call ends as one whose text was shortened. */
  enough(): void {
    if (this.outcome !== undefined) return
    this.held.isEnough = true
    this.job?.wake()
  }

  /** The caller has stopped. */
  cancel(): void {
    this.resume = undefined
    this.job?.cancel()
  }

  private isRead(length: number): boolean {
    return this.outcome !== undefined || this.held.result.length > length
  }

  // Not from within a step: what the reader does must not count as this call's hold of the loop.
  private notify(): void {
    const { resume } = this
    if (resume === undefined) return
    this.resume = undefined
    realTimers.queueMicrotask(resume)
  }
}
