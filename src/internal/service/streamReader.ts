/**
 * A call whose bytes are taken chunk by chunk while it goes on. It works at most a few chunks ahead of the reader.
 */
import { ChunkSink } from "../output/chunkSink.ts"
import type { Engine } from "../engine/engine.ts"
import type { RunningCall } from "../engine/runningCall.ts"
import type { Outcome } from "../telemetry/outcome.ts"
import type { Output } from "../output/output.ts"
import type { SerializeOptions } from "../options/callOptions.ts"
import { realTimers } from "../turns/realTimers.ts"

export type Chunks = Array<Uint8Array<ArrayBuffer>>

export class Reader {
  /** Set when the call has ended. There may be chunks left. */
  outcome: Outcome | undefined = undefined
  private readonly sink: ChunkSink
  private job: RunningCall | undefined = undefined
  private isStarted = false
  private resume: (() => void) | undefined = undefined
  private readonly start: () => RunningCall | undefined

  constructor(engine: Engine, value: unknown, options: SerializeOptions | undefined, chunkSize: number) {
    this.sink = new ChunkSink(chunkSize, () => this.notify())
    this.start = () =>
      engine.serialize(value, options, this.output(), (outcome) => {
        this.outcome = outcome
        this.notify()
      })
  }

  /** Bytes given so far. */
  get bytes(): number {
    return this.sink.total
  }

  /** Chunks that are there; undefined when there are none now. */
  take(): Chunks | undefined {
    if (!this.isStarted) {
      this.isStarted = true
      this.job = this.start()
    }
    if (this.sink.isEmpty) return undefined
    const chunks = this.sink.take()
    this.job?.wake()
    return chunks
  }

  /** Calls back once, when there is a chunk or the call has ended. */
  wait(resume: () => void): void {
    this.resume = resume
    if (this.outcome !== undefined || !this.sink.isEmpty) this.notify()
    else this.job?.wake()
  }

  cancel(): void {
    this.resume = undefined
    this.job?.cancel()
  }

  // Not from within a step: what the reader does is its own, and must not count as this call's hold of the loop.
  private notify(): void {
    const { resume } = this
    if (resume === undefined) return
    this.resume = undefined
    realTimers.queueMicrotask(resume)
  }

  private output(): Output<void> {
    const { sink } = this
    return {
      kind: "bytes",
      sink: () => sink,
      of: (text) => {
        sink.text(text)
        sink.finish()
      },
      size: () => sink.total
    }
  }
}
