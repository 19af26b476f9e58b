/**
 * Latencies for percentiles: Node's own histogram, or a plain one where a runtime has none (workerd says "not
 * implemented").
 */
import * as perfHooks from "node:perf_hooks"

/** In nanoseconds, from 1 up. */
export interface Latencies {
  record(nanoseconds: number): void
  /** The value that `percent` of all are no larger than. */
  percentile(percent: number): number
}

export const makeLatencies = (make: () => Latencies = () => perfHooks.createHistogram()): Latencies => {
  try {
    return make()
  } catch {
    return new PlainLatencies()
  }
}

/** Buckets for each power of two: values are told apart to 3 %. */
const steps = 32
const powers = 50

class PlainLatencies implements Latencies {
  private readonly counts = new Float64Array(powers * steps)
  private total = 0

  record(nanoseconds: number): void {
    const power = Math.floor(Math.log2(nanoseconds))
    const step = Math.floor((nanoseconds / 2 ** power - 1) * steps)
    this.counts[Math.min(power * steps + step, this.counts.length - 1)]!++
    this.total++
  }

  percentile(percent: number): number {
    const wanted = Math.max(1, Math.round((this.total * percent) / 100))
    let seen = 0
    let i = 0
    while (i < this.counts.length - 1 && (seen += this.counts[i]!) < wanted) i++
    return 2 ** Math.floor(i / steps) * (1 + ((i % steps) + 1) / steps)
  }
}
