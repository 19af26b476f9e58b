/**
 * A call of `parse` as an effect: at once where the input is small, in turns of the event loop where it is not.
 */
import * as Effect from "effect/Effect"
import { charge } from "../../internal/turns/turnQueue.ts"
import { isParseError, type ParseError } from "../ParseError.ts"
import { ParseSettings } from "../ParseSettings.ts"
import { type AnyFiber, CallRecord } from "./callRecord.ts"
import { parseDirectly } from "./direct.ts"
import { inputSize, type JsonInput, sourceOf } from "./input.ts"
import { ParseJob, type Task } from "./job.ts"
import { KeyGuard } from "./keyGuard.ts"
import { now } from "./natives.ts"
import { inputTooLarge, invalidOptions } from "./parseErrors.ts"
import { checkOptions, type ParseArrayOptions, type ParseOptions, type Settings, settingsOf } from "./parseOptions.ts"
import { Reading } from "./reading.ts"
import { sharedScanner } from "./scanner.ts"
import type { Source } from "./sources.ts"
import { valueTask } from "./tasks.ts"
import { Window } from "./window.ts"

/**
 * Units of the smallest and of the largest piece. A string of over 128 KiB gets memory pages of its own from V8, which
 * takes half as long again as parsing long text; so the largest piece has less, at two bytes a unit.
 */
const leastPiece = 4096
const mostPiece = 0xe000

/** A call that has begun: what was asked for, and what is kept of it. */
export interface Call {
  readonly options: ParseOptions & ParseArrayOptions
  readonly settings: Settings
  readonly guard: KeyGuard | undefined
  readonly record: CallRecord
}

/** Begins a call, or tells why it does not begin. */
export const beginCall = (
  fiber: AnyFiber,
  name: string,
  options: ParseOptions & ParseArrayOptions
): Call | ParseError => {
  const record = new CallRecord(fiber, name)
  const settings = settingsOf(fiber.getRef(ParseSettings))
  const message = checkOptions(options) ?? (typeof settings === "string" ? settings : undefined)
  if (message !== undefined) {
    const error = invalidOptions(message)
    record.end(error)
    return error
  }
  const { dangerousKeys = "keep" } = options
  const guard = dangerousKeys === "keep" ? undefined : new KeyGuard(dangerousKeys)
  return { options, settings: settings as Settings, guard, record }
}

export const readingOf = (source: Source, { guard, options, settings }: Call): Reading =>
  new Reading(new Window(sharedScanner(), source), {
    maxDepth: options.maxDepth ?? Infinity,
    isStrictUtf8: options.invalidUtf8 === "error",
    guard,
    hasSources: options.reviver !== undefined,
    pieceTime: settings.pieceTime,
    leastPiece,
    mostPiece
  })

/** What is wrong with an input before it is read; counts its size. */
export const refusalOf = (input: JsonInput, { options, record }: Call): ParseError | undefined => {
  const size = inputSize(input)
  if (typeof size === "string") return invalidOptions(size)
  record.units = size
  const { maxBytes = Infinity } = options
  return size > maxBytes ? inputTooLarge(maxBytes) : undefined
}

export const parseInput = (input: JsonInput, options: ParseOptions): Effect.Effect<unknown, ParseError> =>
  Effect.withFiber((fiber) => {
    const call = beginCall(fiber, "Parse.parse", options)
    if (isParseError(call)) return Effect.fail(call)
    const error = refusalOf(input, call)
    if (error !== undefined) {
      call.record.end(error)
      return Effect.fail(error)
    }
    const isSmall = call.record.units <= call.settings.directSize
    return (isSmall ? parseAtOnce(input, call) : undefined) ?? runJob(sourceOf(input), call)
  })

export type Result = Effect.Effect<unknown, ParseError>

/** The result of a small input, or undefined where a job is needed to tell. */
export const parseAtOnce = (input: JsonInput, { guard, options, record }: Call): Result | undefined => {
  const began = now()
  let value: unknown
  let error: ParseError | undefined
  try {
    value = parseDirectly(input, options, guard)
  } catch (thrown) {
    if (!isParseError(thrown)) throw thrown
    error = thrown
  }
  const ended = now()
  charge(ended - began)
  if (error === undefined && value === undefined) return undefined
  record.isDirect = true
  record.end(error, ended)
  return error === undefined ? Effect.succeed(value) : Effect.fail(error)
}

/** What came of a job. An error that is none of ours is a defect. */
export const resultOf = (job: ParseJob<Task<unknown>>, record: CallRecord): Result => {
  record.longestHeld = job.longestHeld
  record.end(job.hasFailed ? job.error : undefined)
  if (!job.hasFailed) return Effect.succeed(job.task.value)
  return job.isDefect ? Effect.die(job.error) : Effect.fail(job.error as ParseError)
}

const runJob = (source: Source, call: Call): Result => {
  const { options, record, settings } = call
  let ended: Result | undefined
  let resume: ((result: Result) => void) | undefined
  const reading = readingOf(source, call)
  const job: ParseJob<Task<unknown>> = new ParseJob(reading, valueTask(reading, options), settings.turnBudget, {
    end: () => {
      ended = resultOf(job, record)
      resume?.(ended)
    },
    idle: () => {}
  })
  job.start()
  if (ended !== undefined) return ended
  return Effect.callback((callback) => {
    resume = callback
    return Effect.sync(() => {
      job.cancel()
      record.interrupt()
    })
  })
}
