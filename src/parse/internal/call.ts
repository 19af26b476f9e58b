/**
 * A call of `parse` as an effect: at once where the input is small, in turns of the event loop where it is not.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { charge } from "../../internal/turns/turnQueue.ts"
import type { ParseError } from "../ParseError.ts"
import { ParseSettings } from "../ParseSettings.ts"
import { type AnyFiber, CallRecord } from "./callRecord.ts"
import { inputTooLarge, invalidOptions } from "./parseErrors.ts"
import { checkOptions, type ParseOptions, type Settings, settingsOf } from "./parseOptions.ts"
import { parseDirectly } from "./direct.ts"
import { Feeder } from "./feeder.ts"
import { inputSize, type JsonInput, sourceOf } from "./input.ts"
import { ParseJob } from "./job.ts"
import { Reading } from "./reading.ts"
import { sharedScanner } from "./scanner.ts"
import { BytesSource, type Source } from "./sources.ts"
import { valueTask } from "./tasks.ts"
import { Window } from "./window.ts"

/** Units of the smallest and of the largest piece. */
const leastPiece = 4096
const mostPiece = 0x20000

export const readingOf = (source: Source, options: ParseOptions, settings: Settings): Reading =>
  new Reading(new Window(sharedScanner(), source), {
    maxDepth: options.maxDepth ?? Infinity,
    isStrictUtf8: options.invalidUtf8 === "error",
    pieceTime: settings.pieceTime,
    leastPiece,
    mostPiece
  })

/** Begins a call: its settings and record, or why it does not begin. */
export const begin = (
  fiber: AnyFiber,
  name: string,
  options: ParseOptions
): { readonly record: CallRecord; readonly settings: Settings } | ParseError => {
  const settings = settingsOf(fiber.getRef(ParseSettings))
  const message = checkOptions(options) ?? (typeof settings === "string" ? settings : undefined)
  const record = new CallRecord(fiber, name)
  if (message === undefined) return { record, settings: settings as Settings }
  const error = invalidOptions(message)
  record.isDirect = true
  record.end(error)
  return error
}

export const parseInput = (input: JsonInput, options: ParseOptions): Effect.Effect<unknown, ParseError> =>
  Effect.withFiber((fiber) => {
    const begun = begin(fiber, "Parse.parse", options)
    if (!("record" in begun)) return Effect.fail(begun)
    const { record, settings } = begun
    const size = inputSize(input)
    if (typeof size === "string") return Effect.fail(invalidOptions(size))
    record.units = size
    if (size > (options.maxBytes ?? Infinity)) return fail(record, inputTooLarge(options.maxBytes!))
    if (size <= settings.directSize) {
      const value = parseDirectly(input, options)
      if (value !== undefined) {
        charge(record.elapsed)
        record.isDirect = true
        record.end()
        return Effect.succeed(value)
      }
    }
    return runJob(sourceOf(input), options, settings, record)
  })

const fail = (record: CallRecord, error: ParseError): Effect.Effect<never, ParseError> => {
  record.end(error)
  return Effect.fail(error)
}

type Result = Effect.Effect<unknown, ParseError>

/** What came of a job: an error that is none of ours is a defect. */
const resultOf = (job: ParseJob<unknown>, record: CallRecord): Result => {
  record.longestHeld = job.longestHeld
  record.end(job.hasFailed ? job.error : undefined)
  if (!job.hasFailed) return Effect.succeed(job.task.value)
  return job.isDefect ? Effect.die(job.error) : Effect.fail(job.error as ParseError)
}

const runJob = (source: Source, options: ParseOptions, settings: Settings, record: CallRecord): Result => {
  let ended: Result | undefined
  let resume: ((result: Result) => void) | undefined
  const reading = readingOf(source, options, settings)
  const job = new ParseJob<unknown>(reading, valueTask(reading, options), settings.turnBudget, {
    end: () => {
      ended = resultOf(job, record)
      resume?.(ended)
    },
    hungry: () => {}
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

/** The same for a stream, read while it arrives. */
export const parseStream = <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  options: ParseOptions
): Effect.Effect<unknown, ParseError | E, R> =>
  Effect.scoped(
    Effect.withFiber((fiber) => {
      const begun = begin(fiber, "Parse.parse", options)
      if (!("record" in begun)) return Effect.fail(begun)
      return Effect.flatMap(Stream.toPull(stream), (pull) => readStream(pull, options, begun.settings, begun.record))
    })
  ) as Effect.Effect<unknown, ParseError | E, R>

type Chunks = ReadonlyArray<Uint8Array>

const readStream = <E, R>(
  pull: Pull.Pull<Chunks, E, void, R>,
  options: ParseOptions,
  settings: Settings,
  record: CallRecord
): Effect.Effect<unknown, ParseError | E, R> => {
  const source = new BytesSource(options.maxBytes)
  const feeder = new Feeder(source, () => {
    const reading = readingOf(source, options, settings)
    return { reading, task: valueTask(reading, options), turnBudget: settings.turnBudget }
  })
  const result = (): Result => {
    record.units = source.length
    return resultOf(feeder.job!, record)
  }
  const next: Effect.Effect<unknown, ParseError | E, R> = Effect.suspend(() =>
    Pull.matchEffect(pull, {
      onSuccess: (chunks) => {
        source.pushAll(chunks)
        if (!source.isEnded && source.length <= settings.directSize) return next
        return Effect.flatMap(feeder.feed, (hasEnded) => (hasEnded ? result() : next))
      },
      onFailure: (cause) => {
        record.units = source.length
        record.end(Cause.squash(cause))
        return Effect.failCause(cause)
      },
      onDone: () => {
        source.isEnded = true
        if (feeder.job !== undefined) return Effect.flatMap(feeder.feed, result)
        record.units = source.length
        return Effect.suspend(() => directOr(source, options, record, () => Effect.flatMap(feeder.feed, result)))
      }
    })
  )
  return Effect.ensuring(
    next,
    Effect.sync(() => {
      feeder.job?.cancel()
      record.interrupt()
    })
  )
}

const directOr = (source: BytesSource, options: ParseOptions, record: CallRecord, otherwise: () => Result): Result => {
  const began = record.elapsed
  const value = parseDirectly(source.all(), options)
  if (value === undefined) return otherwise()
  charge(record.elapsed - began)
  record.isDirect = true
  record.end()
  return Effect.succeed(value)
}
