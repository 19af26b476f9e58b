/**
 * What telemetry reads of an engine and of shadow mode. They satisfy these interfaces, and telemetry knows neither of
 * them.
 */
import type { BreakerState } from "../pool/circuitBreaker.ts"
import type { WorkerPoolStats } from "../pool/poolTypes.ts"
import type { RoutesOfKind } from "../routing/routeCosts.ts"
import type { Counters } from "./counters.ts"
import type { Labels } from "./labels.ts"

/** What an engine has done. */
export interface EngineStats {
  readonly counters: Counters
  readonly breaker: { readonly state: BreakerState }
  readonly rollout: { readonly current: number }
  /** What adaptive routing has measured, by kind of frame. */
  readonly costs: ReadonlyMap<string, RoutesOfKind>
  /** Undefined where there are no worker threads. */
  readonly port: { stats(): WorkerPoolStats | undefined } | undefined
}

/** How one value came out in shadow mode. */
export type ShadowOutcome = "same" | "different" | "skipped" | "changed" | "failed"

/** Of the values of one label. Times in milliseconds. */
export interface ShadowTally {
  compared: number
  differences: number
  /** JSON Pointer of where the first difference was. */
  firstDifference: string | undefined
  /** The longest hold that `JSON.stringify` has caused. */
  nativeHold: number
  /** The longest hold that the library would have caused. */
  libraryHold: number
}

/** What shadow mode has found. */
export interface ShadowStats {
  readonly outcomes: Readonly<Record<ShadowOutcome, number>>
  readonly labels: Labels<ShadowTally>
}
