/**
 * How late this thread's event loop is, measured by Node and kept over a rolling window.
 *
 * What Node's histogram does, as tried on 24.21 and 26.10:
 * - With `samplePerIteration` every iteration of the loop is measured, exactly. Its first sample alone counts the time
 *   for which an idle loop slept, so it is thrown away. Versions without the option ignore it in silence.
 * - Without, a timer measures how late it is itself, and what it records includes its own interval: a hold of 45 ms
 *   reads as 45 to 55. So the interval is subtracted, and what is told is never too much. After `reset()` it misses a
 *   hold that comes at once.
 *
 * Who reads must not reset, or two who scrape take each other's maximum away. So there are two histograms here, each
 * reset once in a window by a timer of our own, half a window apart: what one misses at its reset, the other sees, and
 * the older one always covers between half a window and a whole one.
 */
import { monitorEventLoopDelay, performance } from "node:perf_hooks"
import { realTimers } from "../turns/realTimers.ts"

/** Whether Node's histogram can measure each iteration of the loop. */
export const isExactIn = (version: string): boolean => {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number)
  return major === 24 ? minor >= 21 : major === 26 ? minor >= 5 : major > 26
}

type IntervalHistogram = ReturnType<typeof monitorEventLoopDelay>

/** Over the window. Times in milliseconds. */
export interface Delays {
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stddev: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

export class EventLoopWatch {
  readonly isExact: boolean
  /** What the histograms read too much, in milliseconds. */
  private readonly excess: number
  private older: IntervalHistogram
  private younger: IntervalHistogram
  /** The maximum of the one that was reset last, at that time: it covered the window before. */
  private lastMax = 0
  /** The maximum of all that has been reset. */
  private oldMax = 0
  private since = performance.eventLoopUtilization()
  private sinceNext = this.since
  private readonly timer: NodeJS.Timeout
  private first: NodeJS.Immediate | undefined

  constructor(window: number, resolution: number, isExact: boolean) {
    this.isExact = isExact
    this.excess = isExact ? 0 : resolution
    const make = () => {
      const histogram = monitorEventLoopDelay({ resolution, samplePerIteration: isExact })
      histogram.enable()
      return histogram
    }
    this.older = make()
    this.younger = make()
    // An immediate runs after the first sample.
    if (isExact) {
      this.first = realTimers.setImmediate(() => {
        this.older.reset()
        this.younger.reset()
        this.first = undefined
      })
    }
    this.timer = realTimers.setInterval(() => this.turn(), window / 2)
    this.timer.unref()
  }

  /** Whether there is anything to tell yet. */
  get hasBegun(): boolean {
    return this.first === undefined && this.younger.count > 0
  }

  /** The longest delay since the watch began, in milliseconds. */
  get maxSinceStart(): number {
    return Math.max(this.oldMax, this.maxOf(this.older), this.maxOf(this.younger))
  }

  /** Over the last window; the maximum over up to half a window more. */
  delays(): Delays {
    const { older } = this
    const read = (nanoseconds: number) => this.lag(nanoseconds)
    const isEmpty = older.count === 0
    return {
      min: isEmpty ? 0 : read(older.min),
      max: Math.max(this.lastMax, this.maxOf(older), this.maxOf(this.younger)),
      mean: isEmpty ? 0 : read(older.mean),
      stddev: isEmpty ? 0 : older.stddev / 1e6,
      p50: isEmpty ? 0 : read(older.percentile(50)),
      p90: isEmpty ? 0 : read(older.percentile(90)),
      p99: isEmpty ? 0 : read(older.percentile(99))
    }
  }

  /** The share of time in which the loop was not idle, over half a window up to a whole one. */
  utilization(): number {
    return performance.eventLoopUtilization(this.since).utilization
  }

  close(): void {
    realTimers.clearInterval(this.timer)
    realTimers.clearImmediate(this.first)
    this.older.disable()
    this.younger.disable()
  }

  private turn(): void {
    const { older, younger } = this
    this.lastMax = this.maxOf(older)
    this.oldMax = Math.max(this.oldMax, this.lastMax)
    older.reset()
    this.older = younger
    this.younger = older
    this.since = this.sinceNext
    this.sinceNext = performance.eventLoopUtilization()
  }

  private maxOf(histogram: IntervalHistogram): number {
    return histogram.count === 0 ? 0 : this.lag(histogram.max)
  }

  private lag(nanoseconds: number): number {
    return Math.max(0, nanoseconds / 1e6 - this.excess)
  }
}
