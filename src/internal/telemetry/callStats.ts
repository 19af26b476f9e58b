/**
 * What one kind of call has done: how many there were, how long they took, and for how long they blocked the event
 * loop.
 */

/** Upper bounds of the buckets of latencies, in seconds. */
export const bounds: ReadonlyArray<number> = [
  5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
]
const boundsMs = Float64Array.from(bounds, (bound) => bound * 1e3)

/** All times in milliseconds. */
export class Tally {
  calls = 0
  latency = 0
  shortest = Infinity
  longest = 0
  held = 0
  longestHeld = 0
  /**
   * The last one is for what is longer than all bounds. Plain numbers, because 32 bits are too few for years of calls.
   */
  readonly buckets = new Float64Array(boundsMs.length + 1)

  add(latency: number, held: number, longestHeld: number): void {
    this.calls++
    this.latency += latency
    if (latency < this.shortest) this.shortest = latency
    if (latency > this.longest) this.longest = latency
    this.held += held
    if (longestHeld > this.longestHeld) this.longestHeld = longestHeld
    // From the small end: small values are by far the most common.
    let i = 0
    while (i < boundsMs.length && latency > boundsMs[i]!) i++
    this.buckets[i]!++
  }

  /** The upper bounds in seconds, each with the number of calls that took no longer. */
  cumulative(): Array<[number, number]> {
    let sum = 0
    return bounds.map((bound, i) => [bound, (sum += this.buckets[i]!)])
  }
}
