/**
 * Makes the job of a call: its plan, its limit, and how it goes.
 */
import type { SerializationError } from "../../SerializationError.ts"
import { diagnose } from "../errors/diagnoseError.ts"
import { userCodeFailed } from "../errors/serializationErrors.ts"
import { HeldText } from "../limit/heldText.ts"
import { meterOf } from "../limit/meter.ts"
import { Limit, type TextLimit } from "../limit/sizeLimit.ts"
import type { SerializeOptions } from "../options/callOptions.ts"
import { type Arguments, readArguments } from "../options/stringifyArguments.ts"
import type { OutputKind } from "../output/output.ts"
import type { Sink } from "../output/sink.ts"
import { Plan } from "../plan/planner.ts"
import type { Beginning } from "../plan/singleFrame.ts"
import type { Breaker } from "../pool/circuitBreaker.ts"
import type { Port } from "../pool/poolClient.ts"
import type { Lane } from "../routing/lane.ts"
import type { Counters } from "../telemetry/counters.ts"
import { Job } from "./job.ts"
import type { EngineSettings } from "./layerOptions.ts"

/** What a job is made of. */
export interface JobInput {
  readonly value: unknown
  readonly options: SerializeOptions | undefined
  readonly output: OutputKind
  readonly sink: Sink
  /** What it does is counted there. */
  readonly counters: Counters
  /** The value may hide getters that are to run once. */
  readonly isHidden: boolean
  /** How the root is visited: in the job's first step, or how far that has come already. */
  readonly first: (() => Beginning | undefined) | Beginning | undefined
  readonly onEnd: (job: Job) => void
}

/** The work of one call; it has not begun. An error is one of its options. */
export const makeJob = (
  { counters, first, isHidden, onEnd, options, output, sink, value }: JobInput,
  settings: EngineSettings,
  lane: Lane,
  breaker: Breaker,
  port: Port | undefined
): Job | SerializationError => {
  let args: Arguments
  try {
    args = readArguments(options)
  } catch (thrown) {
    return userCodeFailed("", thrown)
  }
  const maxSize = options?.maxSize ?? Infinity
  const truncates = options?.truncate === true
  const plan = new Plan(value, {
    ...args,
    output,
    tracksLevels: truncates && maxSize !== Infinity,
    exactFirst: isHidden ? settings.syncThreshold : 0
  })
  if (typeof first === "object" && "visit" in first) plan.begin(first)
  const job: Job = new Job({
    plan,
    visit: typeof first === "function" ? first : undefined,
    sink,
    limit:
      limitOf(sink) ??
      (maxSize === Infinity ? undefined : new Limit(sink, maxSize, meterOf(output), truncates, args.gap)),
    output,
    port,
    lane,
    fallback: settings.fallback,
    breaker,
    counters,
    budget: settings.turnBudget,
    diagnose: (thrown) => diagnose(value, thrown, args.list, args.replacer !== null),
    onEnd: () => onEnd(job)
  })
  return job
}

// A text that is held decides itself how much of it there is.
const limitOf = (sink: Sink): TextLimit | undefined => (sink instanceof HeldText ? sink : undefined)
