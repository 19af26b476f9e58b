/**
 * What a job is made with.
 */
import type { SerializationError } from "../../SerializationError.ts"
import type { TextLimit } from "../limit/sizeLimit.ts"
import type { OutputKind } from "../output/output.ts"
import type { Sink } from "../output/sink.ts"
import type { Plan } from "../plan/planner.ts"
import type { Beginning } from "../plan/singleFrame.ts"
import type { Breaker } from "../pool/circuitBreaker.ts"
import type { Port } from "../pool/poolClient.ts"
import type { Lane } from "../routing/lane.ts"
import type { Counters } from "../telemetry/counters.ts"

export interface JobOptions {
  readonly plan: Plan
  /** The first step, where it was not done already: visits the root, and may do without the plan. */
  readonly visit: (() => Beginning | undefined) | undefined
  readonly sink: Sink
  readonly limit: TextLimit | undefined
  readonly output: OutputKind
  /** Undefined where no frame may leave the calling thread. */
  readonly port: Port | undefined
  readonly lane: Lane
  readonly fallback: boolean
  readonly breaker: Breaker
  readonly counters: Counters
  readonly budget: number
  /** Turns what native code has thrown at a frame into the error of the call. */
  readonly diagnose: (thrown: unknown) => SerializationError
  readonly onEnd: () => void
}
