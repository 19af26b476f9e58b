/** Longest holds with 40 MB values, as they are kept. */
import type { Output } from "./peers/contender.ts"
import type { Machine } from "./suite/results.ts"

export interface StallRow {
  readonly shape: string
  /** Bytes of the text. */
  readonly bytes: number
  readonly output: Output
  readonly route: string
  /** Milliseconds, one a run. */
  readonly holds: ReadonlyArray<number>
  readonly idle: ReadonlyArray<number>
  readonly walls: ReadonlyArray<number>
  /** Turns of the loop longer than 5 ms, one a run. */
  readonly over5: ReadonlyArray<number>
  readonly failure?: string
}

export interface StallResults {
  readonly machine: Machine
  readonly rows: ReadonlyArray<StallRow>
}
