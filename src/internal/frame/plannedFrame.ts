/**
 * A frame as it was planned: the task, and what routing and the limit need to know of it.
 */
import type { Shape } from "../value/containerShape.ts"
import type { FrameTask } from "./frame.ts"

export interface PlannedFrame {
  readonly task: FrameTask
  /** Estimated UTF-16 code units. */
  readonly size: number
  /** There is nothing left to stringify. */
  readonly isText: boolean
  /** All of the frame, where it is a piece of a text that is there already as bytes. */
  readonly literal: Uint8Array | undefined
  /** Numbers in arrays of numbers. */
  readonly numbers: number
  /** Containers that were entered. */
  readonly containers: number
  /** Levels that were open all the time, the root's holder counted. */
  readonly low: number
  /** What is open at its end from level `low - 1` on; empty where nobody counts. */
  readonly opens: ReadonlyArray<OpenLevel>
}

/** A level of nesting, as the limit needs to know it. */
export interface OpenLevel {
  readonly shape: Shape
  readonly isWritten: boolean
}
