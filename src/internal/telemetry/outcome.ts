/**
 * The outcome of a call, as the service, the counters and spans need it.
 */
import type { SerializationError } from "../../SerializationError.ts"
import type { SerializationPath } from "../options/callOptions.ts"
import type { NextPage, Omitted } from "../options/shapeOptions.ts"

/** What was thrown where nothing may throw: memory ran out, or this library has a mistake. */
export class Defect {
  readonly thrown: unknown

  constructor(thrown: unknown) {
    this.thrown = thrown
  }
}

export type Failure = SerializationError | Defect

/** How a call has ended. */
export interface Outcome {
  readonly error: Failure | undefined
  readonly truncated: boolean
  readonly path: SerializationPath
  readonly arm: Arm
  /** Milliseconds for which the event loop was blocked: all holds together, and the longest. */
  readonly held: number
  readonly longestHeld: number
  /** Of the result: bytes, or code units. */
  readonly size: number
  readonly frames: number
  /** Milliseconds spent waiting for a worker thread with room. */
  readonly waited: number
  /** Set where the call asked for a shape. */
  readonly shaped?: ShapedOutcome | undefined
}

/** What was left out of a text that shows something of everything. */
export interface ShapedOutcome {
  readonly omitted: ReadonlyArray<Omitted>
  readonly omittedCount: number
  readonly next?: NextPage
}

/**
 * The arm of the rollout: `offloop` and `control` for values at or above the threshold; `none` for those below it, and
 * where `routing: "sync"` asks for plain `JSON.stringify`.
 */
export type Arm = "none" | "control" | "offloop"

/** Of a call that has ended within `serialize`. */
export const atOnce = (
  arm: Arm,
  error: Failure | undefined,
  truncated: boolean,
  held: number,
  size: number,
  path: SerializationPath = "sync",
  frames = 0
): Outcome => ({ error, truncated, path, arm, held, longestHeld: held, size, frames, waited: 0 })
