/**
 * How a value is planned: what `JSON.stringify` was given, and what the frames are for.
 */
import type { FrameTask } from "../frame/frame.ts"

export interface PlanOptions {
  readonly replacer: ((this: unknown, key: string, value: unknown) => unknown) | null
  readonly list: ReadonlyArray<string> | null
  readonly gap: string
  /** What the answers of worker threads are to hold. */
  readonly output: FrameTask["output"]
  /**
   * Whether each property of the first `exactFirst` code units is read once only, as `JSON.stringify` reads it: a value
   * below the threshold may hide a getter or a proxy.
   */
  readonly exactFirst: number
  /** Whether each frame tells what is open at its end. */
  readonly tracksLevels: boolean
}
