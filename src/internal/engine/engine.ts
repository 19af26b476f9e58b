/**
 * What a layer does with a call: at once with `JSON.stringify`, or as a job. Usable without Effect.
 */
import * as SubscriptionRef from "effect/SubscriptionRef"
import { availableParallelism } from "node:os"
import { isSerializationError, type SerializationError } from "../../SerializationError.ts"
import { type Arguments, readArguments, spaceOf } from "../options/stringifyArguments.ts"
import { Breaker } from "../pool/circuitBreaker.ts"
import { Counters } from "../telemetry/counters.ts"
import { diagnose } from "../errors/diagnoseError.ts"
import { userCodeFailed } from "../errors/serializationErrors.ts"
import { estimate, hiddenSize } from "../walk/estimateSize.ts"
import { Job } from "./job.ts"
import { Kind } from "../frame/frame.ts"
import { startThread } from "./startThread.ts"
import { fitted, Limit } from "../limit/sizeLimit.ts"
import { native } from "./nativeStringify.ts"
import type { EngineSettings } from "./layerOptions.ts"
import type { Routing, SerializeOptions } from "../options/callOptions.ts"
import { atOnce, Defect, type Failure, type Outcome } from "../telemetry/outcome.ts"
import type { Output } from "../output/output.ts"
import { Plan } from "../plan/planner.ts"
import type { Port } from "../pool/poolClient.ts"
import { canFillArrays, isPatched } from "../value/intrinsics.ts"
import { Rollout } from "./rollout.ts"
import { Router } from "../routing/router.ts"
import type { Sink } from "../output/sink.ts"
import { charge, timeLeft } from "../turns/turnQueue.ts"
import { begin, type Beginning, isVisitable } from "../plan/singleFrame.ts"
import { realTimers } from "../turns/realTimers.ts"

/** Plain `JSON.stringify`; the engine in one go, where a limit or user code must be watched; or the engine in pieces. */
type Mode = "native" | "inline" | "hidden" | "job" | "control native" | "control inline"

/** Code units, and bytes, that one code unit of a string makes at most: an escape like `\\u0000`. */
const longestEscape = 6

/** How a job begins. */
interface First {
  /** Visits the root, in the job's first turn, and may do without a plan. */
  readonly visit?: (() => Beginning | undefined) | undefined
  /** The value may hide getters that are to run once. */
  readonly isHidden?: boolean
}

/** Who looks at calls that the rollout leaves on `JSON.stringify`. */
export interface ShadowedCalls {
  /** A value, what `JSON.stringify` has made of it, and for how long that held the event loop (ms). */
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
  private readonly routers = {
    adaptive: new Router("adaptive"),
    worker: new Router("worker"),
    sliced: new Router("sliced"),
    sync: new Router("sliced")
  }

  constructor(settings: EngineSettings, port: Port | undefined) {
    this.settings = settings
    this.port = port
    this.rollout = new Rollout(shareOf(settings.rollout))
  }

  /** Milliseconds for which all calls together may hold the loop in a turn. */
  get budget(): number {
    return this.settings.turnBudget
  }

  /** What adaptive routing has measured. */
  get costs(): Router["costs"] {
    return this.routers.adaptive.costs
  }

  /**
   * Serializes. Calls back once, when the call has ended, and before it returns if that is at once. Returns the job if it goes
   * on; cancelling it is the caller's way to stop without being called back.
   */
  serialize<A>(
    value: unknown,
    options: SerializeOptions | undefined,
    output: Output<A>,
    done: (outcome: Outcome, result: A) => void
  ): Job | undefined {
    const began = realTimers.now()
    const mode = this.mode(value, options)
    const label = options?.label
    const isJob = mode === "job" || mode === "hidden"
    const arm = isJob ? "offloop" : mode === "native" || mode === "inline" ? "none" : "control"
    if (mode === "native" || mode === "control native") {
      const whole = native(value, options)
      const maxSize = options?.maxSize ?? Infinity
      // A `toJSON` or an inherited value that a list of names reads may give more than was estimated.
      const text =
        maxSize === Infinity || typeof whole !== "string"
          ? whole
          : fitted(whole, maxSize, output.unit, options?.truncate === true)
      const error = typeof text === "string" ? undefined : text
      const result = output.of(error === undefined ? (text as string) : "")
      const size = error === undefined ? output.size(result) : 0
      const time = realTimers.now() - began
      const outcome = atOnce(arm, error, error === undefined && text !== whole, time, size)
      this.counters.ended(outcome, time, size, label)
      if (mode === "control native" && error === undefined) this.shadow?.offer(value, options, text as string, time)
      done(outcome, result)
      return undefined
    }
    // Listing the keys of a wide map takes milliseconds: the turn may be over already.
    const estimated = realTimers.now()
    charge(estimated - began)
    const visit = mode === "job" ? () => this.beginWhole(value, options, output.unit) : undefined
    const isNow = timeLeft(this.settings.turnBudget) > 0
    const begun = isNow ? visit?.() : undefined
    if (begun !== undefined && !("visit" in begun)) {
      const error = "text" in begun ? undefined : begun
      const result = output.of("text" in begun ? begun.text : "")
      const size = error === undefined ? output.size(result) : 0
      // A string is its own result: nothing was done since.
      const ended = "text" in begun && output.unit === "characters" ? begun.at : realTimers.now()
      const time = ended - began
      charge(ended - estimated)
      const outcome = atOnce(arm, error, false, time, size, "sliced", 1)
      this.counters.frames.sliced++
      this.counters.ended(outcome, time, size, label)
      done(outcome, result)
      return undefined
    }
    if (isNow) charge(realTimers.now() - estimated)
    const sink = output.sink()
    const first: First = { visit: isNow ? () => begun : visit, isHidden: mode === "hidden" }
    const job = this.makeJob(value, options, output.unit, sink, this.counters, first, (job) => {
      if (job.isCancelled) return this.counters.cancelled(job, label)
      const { error, isTruncated: truncated } = job
      const result = error === undefined ? output.resultOf(sink) : nothing(output, error)
      const size = error === undefined ? output.size(result) : 0
      const time = realTimers.now() - began
      const outcome = isJob ? job.outcome(size) : { ...atOnce(arm, error, truncated, time, size), frames: job.sliced }
      this.counters.ended(outcome, time, size, label)
      this.onJobEnded?.()
      done(outcome, result)
    })
    if (!(job instanceof Job)) {
      const time = realTimers.now() - began
      const outcome = atOnce(arm === "offloop" ? "none" : arm, job, false, time, 0)
      this.counters.ended(outcome, time, 0, label)
      done(outcome, output.of(""))
      return undefined
    }
    if (isJob) job.start()
    else job.runToEnd()
    return job.isDone ? undefined : job
  }

  // A value that fits one frame, if this thread is to do it: its text. A larger one: how far the visit came.
  private beginWhole(
    value: unknown,
    options: SerializeOptions | undefined,
    unit: "characters" | "bytes"
  ): Beginning | undefined {
    const routing = options?.routing ?? this.settings.routing
    if (!isVisitable(value) || hasReplacer(options) || (options?.maxSize ?? Infinity) !== Infinity || isPatched())
      return undefined
    const router = this.routers[routing]
    const begun = begin(value)
    if (isSerializationError(begun)) return begun
    if (begun.size < 0) return begun.visit.trail.length > 0 ? begun : undefined
    const { containers, numbers } = begun.visit
    const gap = options === undefined || spaceOf(options) === undefined ? "" : " "
    const task = { gap, kinds: [Kind.whole], values: [value], list: null }
    const sample = { size: begun.size, numbers, containers, task }
    const kind = unit === "bytes" ? "bytes" : "string"
    const usesPool = this.usesPool(routing)
    if (usesPool && router.route(sample, kind, this.port!.threads()) === "worker") return begun
    const planned = realTimers.now()
    const text = native(value, options)
    const at = realTimers.now()
    router.observe(sample, kind, "sliced", at - planned, 0, at)
    if (usesPool) startThread(this.port!, router, this.breaker, sample, kind)
    return typeof text === "string" ? { text, at } : text
  }

  private usesPool(routing: Routing): boolean {
    return this.port !== undefined && (routing === "worker" || (routing === "adaptive" && isMultiCore))
  }

  private mode(value: unknown, options: SerializeOptions | undefined): Mode {
    const { syncThreshold } = this.settings
    const maxSize = options?.maxSize ?? Infinity
    const callsReplacer = typeof options?.replacer === "function"
    const isWatched = callsReplacer || maxSize !== Infinity
    const isSync = (options?.routing ?? this.settings.routing) === "sync" || !canFillArrays()
    if (isSync) return isWatched ? "inline" : "native"
    const size = callsReplacer || syncThreshold === 0 || isPatched() ? Number.MAX_VALUE : estimate(value, syncThreshold)
    if (size >= syncThreshold) {
      if (this.rollout.takes(options?.rolloutKey)) return size === hiddenSize ? "hidden" : "job"
      return isWatched ? "control inline" : "control native"
    }
    return maxSize === Infinity || (spaceOf(options!) === undefined && size * longestEscape <= maxSize)
      ? "native"
      : "inline"
  }

  /** The work of one call; it has not begun. What it does is counted in `counters`. */
  makeJob(
    value: unknown,
    options: SerializeOptions | undefined,
    unit: "characters" | "bytes",
    sink: Sink,
    counters: Counters,
    { isHidden, visit }: First,
    onEnd: (job: Job) => void
  ): Job | SerializationError {
    let args: Arguments
    try {
      args = readArguments(options)
    } catch (thrown) {
      return userCodeFailed("", thrown)
    }
    const routing = options?.routing ?? this.settings.routing
    const maxSize = options?.maxSize ?? Infinity
    const truncates = options?.truncate === true
    return new Job({
      plan: new Plan(value, {
        ...args,
        output: unit === "bytes" ? "bytes" : "string",
        tracksLevels: truncates && maxSize !== Infinity,
        exactFirst: isHidden === true ? this.settings.syncThreshold : 0
      }),
      visit,
      sink,
      limit: maxSize === Infinity ? undefined : new Limit(sink, maxSize, unit, truncates, args.gap),
      output: unit === "bytes" ? "bytes" : "string",
      port: this.usesPool(routing) ? this.port : undefined,
      router: this.routers[routing],
      fallback: this.settings.fallback,
      breaker: this.breaker,
      counters,
      budget: this.settings.turnBudget,
      diagnose: (thrown) => diagnose(value, thrown, args.list, args.replacer !== null),
      onEnd
    })
  }
}

// What a stream has gathered before an error comes out before it. After a defect its sink may be what threw.
const nothing = <A>(output: Output<A>, error: Failure): A =>
  error instanceof Defect ? (undefined as A) : output.of("")

const hasReplacer = (options: SerializeOptions | undefined): boolean =>
  typeof options?.replacer === "function" || Array.isArray(options?.replacer)

const shareOf = (rollout: EngineSettings["rollout"]): (() => number) =>
  typeof rollout === "number" ? () => rollout : () => SubscriptionRef.getUnsafe(rollout)
