/**
 * What a layer does with a call: at once with `JSON.stringify`, or as a job. Usable without Effect.
 */
import * as SubscriptionRef from "effect/SubscriptionRef"
import { availableParallelism } from "node:os"
import { isSerializationError, type SerializationError } from "../../SerializationError.ts"
import { Kind } from "../frame/frame.ts"
import { meterOf } from "../limit/meter.ts"
import { fitted } from "../limit/sizeLimit.ts"
import type { Routing, SerializeOptions } from "../options/callOptions.ts"
import type { Shape } from "../options/shapeOptions.ts"
import { spaceOf } from "../options/stringifyArguments.ts"
import type { Output } from "../output/output.ts"
import { begin, type Beginning, isVisitable } from "../plan/singleFrame.ts"
import { Breaker } from "../pool/circuitBreaker.ts"
import type { Port } from "../pool/poolClient.ts"
import { Lane } from "../routing/lane.ts"
import { Router } from "../routing/router.ts"
import { Counters } from "../telemetry/counters.ts"
import { type Arm, atOnce, Defect, type Failure, type Outcome } from "../telemetry/outcome.ts"
import { realTimers } from "../turns/realTimers.ts"
import { charge, timeLeft } from "../turns/turnQueue.ts"
import { isPatched } from "../value/intrinsics.ts"
import { Job } from "./job.ts"
import type { EngineSettings } from "./layerOptions.ts"
import { makeJob, type JobInput } from "./makeJob.ts"
import { type Mode, modeOf } from "./mode.ts"
import { native } from "./nativeStringify.ts"
import { Rollout } from "./rollout.ts"
import type { RunningCall } from "./runningCall.ts"
import { asksForShape, shapeInto } from "./shapeCall.ts"
import { startThread } from "./startThread.ts"
import { StepsJob } from "./stepsJob.ts"

/** What a caller wants, and since when. */
interface Call<A> {
  readonly value: unknown
  readonly options: SerializeOptions | undefined
  readonly output: Output<A>
  readonly done: (outcome: Outcome, result: A) => void
  readonly began: number
}

/** Who looks at calls that the rollout leaves on `JSON.stringify`. */
export interface ShadowedCalls {
  /** A value, what `JSON.stringify` has made of it, and for how long that blocked the event loop (ms). */
  offer(value: unknown, options: SerializeOptions | undefined, text: string, held: number): void
}

const isMultiCore = availableParallelism() > 1

export class Engine {
  readonly counters = new Counters()
  readonly breaker = new Breaker()
  readonly rollout: Rollout
  /** Is offered what plain `JSON.stringify` has done instead of this engine, to compare. */
  shadow: ShadowedCalls | undefined = undefined
  readonly port: Port | undefined
  /** Called when a call in pieces has ended. */
  onJobEnded: (() => void) | undefined = undefined
  private readonly settings: EngineSettings
  private readonly router = new Router()
  private readonly lanes: Readonly<Record<Routing, Lane>>

  constructor(settings: EngineSettings, port: Port | undefined) {
    this.settings = settings
    this.port = port
    this.rollout = new Rollout(shareOf(settings.rollout))
    const sliced = new Lane()
    this.lanes = { adaptive: new Lane(this.router), worker: new Lane(), sliced, sync: sliced }
  }

  /** Milliseconds for which all calls together may block the loop in a turn. */
  get budget(): number {
    return this.settings.turnBudget
  }

  /** What adaptive routing has measured. */
  get costs(): Router["costs"] {
    return this.router.costs
  }

  /**
   * Serializes. Calls back once, when the call has ended, and before it returns if that is at once. Returns the job if
   * it goes on; cancelling it is the caller's way to stop without being called back.
   */
  serialize<A>(
    value: unknown,
    options: SerializeOptions | undefined,
    output: Output<A>,
    done: (outcome: Outcome, result: A) => void
  ): RunningCall | undefined {
    const call: Call<A> = { value, options, output, done, began: realTimers.now() }
    const mode = modeOf(value, options, this.settings, this.rollout)
    if (asksForShape(options)) return this.startShape(call, mode, options)
    if (mode.how === "native") {
      this.stringify(call, mode.arm)
      return undefined
    }
    // Listing the keys of a wide map takes milliseconds: the turn may be over already.
    const estimated = realTimers.now()
    charge(estimated - call.began)
    if (mode.how === "inline" || mode.isHidden) return this.startJob(call, mode, undefined)
    if (timeLeft(this.settings.turnBudget) <= 0) return this.startJob(call, mode, () => this.beginWhole(call))
    const begun = this.beginWhole(call)
    if (begun === undefined || "visit" in begun) {
      charge(realTimers.now() - estimated)
      return this.startJob(call, mode, begun)
    }
    this.endWhole(call, begun, estimated)
    return undefined
  }

  /** The work of one call; it has not begun. */
  makeJob(input: JobInput): Job | SerializationError {
    const routing = input.options?.routing ?? this.settings.routing
    const port = this.usesPool(routing) ? this.port : undefined
    return makeJob(input, this.settings, this.lanes[routing], this.breaker, port)
  }

  // By plain `JSON.stringify`.
  private stringify<A>(call: Call<A>, arm: Arm): void {
    const { options, output, value } = call
    const whole = native(value, options)
    const maxSize = options?.maxSize ?? Infinity
    // A `toJSON` or an inherited value that a list of names reads may give more than was estimated.
    const text =
      maxSize === Infinity || typeof whole !== "string"
        ? whole
        : fitted(whole, maxSize, meterOf(output.kind), options?.truncate === true)
    const error = typeof text === "string" ? undefined : text
    const result = output.of(error === undefined ? (text as string) : "")
    const size = error === undefined ? output.size(result) : 0
    const now = realTimers.now()
    const time = now - call.began
    if (arm === "control" && error === undefined) this.shadow?.offer(value, options, text as string, time)
    this.end(call, atOnce(arm, error, error === undefined && text !== whole, time, size), result, now)
  }

  // A value that fits one frame, if this thread is to do it: its text. A larger one: how far the visit came.
  private beginWhole<A>({ options, output, value }: Call<A>): Beginning | undefined {
    const routing = options?.routing ?? this.settings.routing
    if (!isVisitable(value) || hasReplacer(options) || (options?.maxSize ?? Infinity) !== Infinity || isPatched())
      return undefined
    const lane = this.lanes[routing]
    const begun = begin(value)
    if (isSerializationError(begun)) return begun
    if (begun.size < 0) return begun.visit.trail.length > 0 ? begun : undefined
    const { containers, numbers } = begun.visit
    const gap = options === undefined || spaceOf(options) === undefined ? "" : " "
    const task = { gap, kinds: [Kind.whole], values: [value], list: null }
    const sample = { size: begun.size, numbers, containers, task }
    const usesPool = this.usesPool(routing)
    if (usesPool && lane.route(sample, output.kind, this.port!.threads()) === "worker") return begun
    const planned = realTimers.now()
    const text = native(value, options)
    const at = realTimers.now()
    lane.observe(sample, output.kind, "sliced", at - planned, 0, at)
    if (usesPool) startThread(this.port!, lane.router, this.breaker, sample, output.kind)
    return typeof text === "string" ? { text, at } : text
  }

  // In one piece. `since` is when the estimate was there: until then is charged.
  private endWhole<A>(
    call: Call<A>,
    whole: SerializationError | { readonly text: string; readonly at: number },
    since: number
  ): void {
    const { output } = call
    const error = "text" in whole ? undefined : whole
    const result = output.of("text" in whole ? whole.text : "")
    const size = error === undefined ? output.size(result) : 0
    // A string is its own result: nothing was done since.
    const now = "text" in whole && output.kind === "string" ? whole.at : realTimers.now()
    charge(now - since)
    this.counters.frames.sliced++
    this.end(call, atOnce("offloop", error, false, now - call.began, size, "sliced", 1), result, now)
  }

  // By the engine: in turns, or in one go.
  private startJob<A>(call: Call<A>, { arm, how, isHidden }: Mode, first: JobInput["first"]): Job | undefined {
    const { options, output, value } = call
    const sink = output.sink()
    const { counters } = this
    const onEnd = (job: Job): void => {
      if (job.isCancelled) return counters.cancelled(job, options?.label)
      const { error, isTruncated, sliced } = job
      const result = error === undefined ? sink.result : nothing(output, error)
      const size = error === undefined ? output.size(result) : 0
      const now = realTimers.now()
      const outcome =
        how === "job" ? job.outcome(size) : atOnce(arm, error, isTruncated, now - call.began, size, "sync", sliced)
      this.onJobEnded?.()
      this.end(call, outcome, result, now)
    }
    const job = this.makeJob({ value, options, output: output.kind, sink, counters, isHidden, first, onEnd })
    if (!(job instanceof Job)) {
      const now = realTimers.now()
      this.end(call, atOnce(how === "job" ? "none" : arm, job, false, now - call.began, 0), output.of(""), now)
      return undefined
    }
    if (how === "job") job.start()
    else job.runToEnd()
    return job.isDone ? undefined : job
  }

  // Something of everything, within the limits of a shape.
  private startShape<A>(
    call: Call<A>,
    { arm, how }: Mode,
    options: SerializeOptions & { readonly truncate: Shape }
  ): RunningCall | undefined {
    const { output, value } = call
    const sink = output.sink()
    const job = new StepsJob(
      shapeInto(value, options, output.kind, sink),
      this.settings.turnBudget,
      () => sink.isFull,
      ({ error, held, isCancelled, longestHeld, path, result: shaped }) => {
        if (isCancelled) return this.counters.cancelled(job, options.label)
        const result = error === undefined ? sink.result : nothing(output, error)
        const size = error === undefined ? output.size(result) : 0
        const truncated = (shaped?.omittedCount ?? 0) > 0
        const outcome = { error, truncated, path, arm, held, longestHeld, size, frames: 0, waited: 0, shaped }
        this.onJobEnded?.()
        this.end(call, outcome, result, realTimers.now())
      }
    )
    job.begin(how === "inline")
    return job.isDone ? undefined : job
  }

  /** Whether a call is done in one go. */
  isSync(options: SerializeOptions | undefined): boolean {
    return (options?.routing ?? this.settings.routing) === "sync"
  }

  // The one end of all calls but those that are cancelled.
  private end<A>({ began, done, options }: Call<A>, outcome: Outcome, result: A, now: number): void {
    this.counters.ended(outcome, now - began, outcome.size, options?.label)
    done(outcome, result)
  }

  private usesPool(routing: Routing): boolean {
    return this.port !== undefined && (routing === "worker" || (routing === "adaptive" && isMultiCore))
  }
}

// What a stream has gathered before an error comes out before it. After a defect its sink may be what threw.
const nothing = <A>(output: Output<A>, error: Failure): A =>
  error instanceof Defect ? (undefined as A) : output.of("")

const hasReplacer = (options: SerializeOptions | undefined): boolean =>
  typeof options?.replacer === "function" || Array.isArray(options?.replacer)

const shareOf = (rollout: EngineSettings["rollout"]): (() => number) =>
  typeof rollout === "number" ? () => rollout : () => SubscriptionRef.getUnsafe(rollout)
