/**
 * What the page draws: a sample of everything each quarter of a second, the last few minutes of them.
 */
import { Context, Effect, Layer } from "effect"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { isExactIn } from "../src/internal/monitor/eventLoopDelay.ts"
import { Serialization, WorkerPool } from "../src/index.ts"
import { Load, type Way } from "./load.ts"

const interval = 250
const kept = 720

export interface Sample {
  /** Counts up. */
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The longest delay of the event loop since the sample before, in milliseconds. */
  readonly lag: number
  readonly running: Way | undefined
}

export class Samples extends Context.Service<
  Samples,
  {
    /** The samples after the one with that id. */
    readonly since: (id: number) => ReadonlyArray<Sample>
    /** The figures of now. */
    readonly figures: Effect.Effect<object>
  }
>()("dashboard/Samples") {
  static readonly layer = Layer.effect(
    Samples,
    Effect.gen(function* () {
      const { metrics } = yield* Serialization
      const pool = yield* WorkerPool
      const load = yield* Load
      const samples: Array<Sample> = []
      const isExact = isExactIn(process.version)
      // Nobody else reads this one, so it may be reset: its maximum is that of one sample.
      const histogram = monitorEventLoopDelay({ resolution: 5, samplePerIteration: isExact })
      histogram.enable()
      let id = 0
      const timer = setInterval(() => {
        const max = histogram.count === 0 ? 0 : histogram.max / 1e6
        histogram.reset()
        // The very first counts the sleep of an idle loop.
        const lag = id === 0 ? 0 : isExact ? max : Math.max(0, max - 5)
        samples.push({ id: ++id, time: Date.now(), lag, running: load.state().running })
        if (samples.length > kept) samples.shift()
      }, interval)
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          clearInterval(timer)
          histogram.disable()
        })
      )
      return Samples.of({
        since: (id) => samples.filter((sample) => sample.id > id),
        figures: Effect.gen(function* () {
          const { costs: _, ...all } = yield* metrics
          return { metrics: all, pool: yield* pool.stats, load: load.state() }
        })
      })
    })
  )
}
