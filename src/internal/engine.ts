/**
 * What a layer does with a call: at once with `JSON.stringify`, or as a job. Usable without Effect.
 */
import { availableParallelism } from "node:os"
import type { SerializationError } from "../SerializationError.ts"
import { type Arguments, readArguments, spaceOf } from "./arguments.ts"
import { Breaker } from "./breaker.ts"
import { Counters } from "./counters.ts"
import { diagnose } from "./diagnose.ts"
import { unsupportedValue, userCodeFailed } from "./errors.ts"
import { estimate } from "./estimate.ts"
import { Job } from "./job.ts"
import { Limit } from "./limit.ts"
import type { EngineSettings } from "./options.ts"
import type { SerializationPath, SerializeOptions } from "./optionTypes.ts"
import type { Output } from "./output.ts"
import { Plan } from "./plan.ts"
import type { Port } from "./port.ts"
import { stringify } from "./realm.ts"
import { Router } from "./route.ts"
import type { Sink } from "./sink.ts"

/** How a call has ended. */
export interface Outcome {
  readonly error: SerializationError | undefined
  readonly truncated: boolean
  readonly path: SerializationPath
}

/** Code units, and bytes, that one code unit of a string makes at most: an escape like `\\u0000`. */
const longestEscape = 6
const isMultiCore = availableParallelism() > 1
const syncOutcome: Outcome = { error: undefined, truncated: false, path: "sync" }

export class Engine {
  readonly counters = new Counters()
  readonly breaker = new Breaker()
  private readonly settings: EngineSettings
  private readonly port: Port | undefined
  private readonly routers = {
    adaptive: new Router("adaptive"),
    worker: new Router("worker"),
    sliced: new Router("sliced"),
    sync: new Router("sliced")
  }

  constructor(settings: EngineSettings, port: Port | undefined) {
    this.settings = settings
    this.port = port
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
    const begin = performance.now()
    const mode = this.mode(value, options)
    if (mode === "native") {
      const text = native(value, options)
      if (typeof text === "string") {
        const result = output.of(text)
        this.counters.ended(syncOutcome, performance.now() - begin, output.size(result))
        done(syncOutcome, result)
        return undefined
      }
      this.end({ ...syncOutcome, error: text }, begin, output, done)
      return undefined
    }
    const sink = output.sink()
    const job = this.job(value, options, output.unit, sink, (job) => {
      if (job.isCancelled) return void this.counters.interrupted++
      const { error, isTruncated: truncated } = job
      const outcome: Outcome = { error, truncated, path: mode === "inline" ? "sync" : job.path }
      if (error === undefined) {
        const result = output.resultOf(sink)
        this.counters.ended(outcome, performance.now() - begin, output.size(result))
        done(outcome, result)
      } else {
        this.end(outcome, begin, output, done)
      }
    })
    if (!(job instanceof Job)) {
      this.end({ ...syncOutcome, error: job }, begin, output, done)
      return undefined
    }
    if (mode === "inline") job.runToEnd()
    else job.start()
    return job.isDone ? undefined : job
  }

  private end<A>(
    outcome: Outcome,
    begin: number,
    output: Output<A>,
    done: (outcome: Outcome, result: A) => void
  ): void {
    this.counters.ended(outcome, performance.now() - begin, 0)
    done(outcome, output.of(""))
  }

  // `native`: plain `JSON.stringify`. `inline`: the engine at once and in one go, where a limit or user code must be watched.
  private mode(value: unknown, options: SerializeOptions | undefined): "native" | "inline" | "job" {
    const isSync = (options?.routing ?? this.settings.routing) === "sync"
    if (typeof options?.replacer === "function") return isSync ? "inline" : "job"
    const maxSize = options?.maxSize ?? Infinity
    if (isSync) return maxSize === Infinity ? "native" : "inline"
    const { syncThreshold } = this.settings
    const size = syncThreshold === 0 ? Infinity : estimate(value, syncThreshold)
    if (size >= syncThreshold) return "job"
    return maxSize === Infinity || (spaceOf(options!) === undefined && size * longestEscape <= maxSize)
      ? "native"
      : "inline"
  }

  private job(
    value: unknown,
    options: SerializeOptions | undefined,
    unit: "characters" | "bytes",
    sink: Sink,
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
    const usesPool = routing === "worker" || (routing === "adaptive" && isMultiCore)
    return new Job({
      plan: new Plan(value, { ...args, tracksLevels: truncates && maxSize !== Infinity }),
      sink,
      limit: maxSize === Infinity ? undefined : new Limit(sink, maxSize, unit, truncates, args.gap),
      output: unit === "bytes" ? "bytes" : "string",
      port: usesPool ? this.port : undefined,
      router: this.routers[routing],
      fallback: this.settings.fallback,
      breaker: this.breaker,
      counters: this.counters,
      budget: this.settings.turnBudget,
      onEnd
    })
  }
}

const native = (value: unknown, options: SerializeOptions | undefined): string | SerializationError => {
  let text: string | undefined
  try {
    text =
      options === undefined
        ? stringify(value)
        : stringify(value, options.replacer as Array<string> | null, spaceOf(options) as string | undefined)
  } catch (thrown) {
    return diagnose(value, thrown, listOf(options), false)
  }
  if (text !== undefined) return text
  return unsupportedValue("", typeof value === "function" || typeof value === "symbol" ? typeof value : "undefined")
}

const listOf = (options: SerializeOptions | undefined): ReadonlyArray<string> | null => {
  try {
    return readArguments(options).list
  } catch {
    return null
  }
}
