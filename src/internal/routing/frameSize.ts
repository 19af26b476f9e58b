/**
 * How large frames are: as much as the calling thread does in a quarter of a millisecond.
 */

/** A piece of work on the calling thread is to take about this long (ms). */
const pieceTime = 0.25
const smallestFrame = 8_192
/**
 * To V8, 64 K two-byte characters are a large object, with pages of its own. On Node 24 such texts take twice as long
 * to make (`bench/claims.ts`), and freeing them blocks the event loop for several milliseconds.
 */
const largestFrame = 49_152

/** Weight of the newest frame in the size of the next. */
const newest = 0.15

export class FrameSize {
  /** Code units of the next frame. */
  current = 32_768

  /** Notes how long a frame of so many code units took (ms), planning included. Small frames say nothing. */
  observe(size: number, time: number): void {
    if (size < smallestFrame / 2) return
    const next = this.current + (Math.min((pieceTime / time) * size, largestFrame) - this.current) * newest
    this.current = Math.round(Math.min(largestFrame, Math.max(smallestFrame, next)))
  }
}
