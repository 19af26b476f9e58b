/**
 * Calls that read a stream while it arrives, or give one: `parse` of a stream, and `parseArray`.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { isParseError, type ParseError } from "../ParseError.ts"
import { beginCall, type Call, parseAtOnce, readingOf, refusalOf, type Result, resultOf } from "./call.ts"
import { Feeder } from "./feeder.ts"
import { type JsonInput, sourceOf } from "./input.ts"
import type { Task } from "./job.ts"
import type { ParseArrayOptions, ParseOptions } from "./parseOptions.ts"
import { BytesSource, type Source } from "./sources.ts"
import { ArrayTask, valueTask } from "./tasks.ts"
import { Read } from "./window.ts"

type Chunks = ReadonlyArray<Uint8Array>
type InputPull<E, R> = Pull.Pull<Chunks, E, void, R>

/** `parse` of a stream. */
export const parseStream = <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  options: ParseOptions
): Effect.Effect<unknown, ParseError | E, Exclude<R, Scope.Scope> | R> =>
  Effect.scoped(
    Effect.flatMap(begin("Parse.parse", options), (call) =>
      Effect.flatMap(Stream.toPull(stream), (pull) => readStream(pull, call))
    )
  )

const begin = (name: string, options: ParseOptions & ParseArrayOptions): Effect.Effect<Call, ParseError> =>
  Effect.withFiber((fiber) => {
    const call = beginCall(fiber, name, options)
    return isParseError(call) ? Effect.fail(call) : Effect.succeed(call)
  })

const readStream = <E, R>(pull: InputPull<E, R>, call: Call): Effect.Effect<unknown, ParseError | E, R> => {
  const { record, settings } = call
  const source = new BytesSource(call.options.maxBytes)
  const feeder = makeFeeder(source, call, (reading) => valueTask(reading, call.options))
  const end: Result = Effect.suspend(() => resultOf(feeder.job!, record))
  const next: Effect.Effect<unknown, ParseError | E, R> = Effect.suspend(() =>
    Effect.flatMap(pullInput(pull, source, record), () => {
      // A small text may be parsed at once: so much is waited for.
      if (feeder.job === undefined && source.length <= settings.directSize) {
        if (!source.isEnded) return next
        const result = source.isOverLimit ? undefined : parseAtOnce(source.all(), call)
        if (result !== undefined) return result
      }
      return Effect.flatMap(feeder.feed, (read) => (read === Read.done ? end : next))
    })
  )
  return Effect.ensuring(next, stop(feeder, call))
}

const makeFeeder = <T extends Task<unknown>>(
  source: Source,
  call: Call,
  make: (reading: ReturnType<typeof readingOf>) => T
): Feeder<T> =>
  new Feeder(source, () => {
    const reading = readingOf(source, call)
    return { reading, task: make(reading), turnBudget: call.settings.turnBudget }
  })

/** Takes what comes next of a stream. */
const pullInput = <E, R>(
  pull: InputPull<E, R>,
  source: BytesSource,
  record: Call["record"]
): Effect.Effect<void, E, R> =>
  Pull.matchEffect(pull, {
    onSuccess: (chunks) => {
      source.pushAll(chunks)
      record.units = source.length
      return Effect.void
    },
    onFailure: (cause) => {
      record.end(Cause.squash(cause))
      return Effect.failCause(cause)
    },
    onDone: () => {
      source.isEnded = true
      return Effect.void
    }
  })

const stop = (feeder: Feeder<Task<unknown>>, { record }: Call): Effect.Effect<void> =>
  Effect.sync(() => {
    feeder.job?.cancel()
    record.interrupt()
  })

/** `parseArray`: the elements, as they are asked for. */
export const parseElements = <E, R>(
  input: JsonInput | Stream.Stream<Uint8Array, E, R>,
  options: ParseArrayOptions
): Stream.Stream<unknown, ParseError | E, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const call = yield* begin("Parse.parseArray", options)
      const pull: Elements<E, R> = Stream.isStream(input)
        ? yield* elementsOfStream(input, call)
        : yield* elementsOfInput(input as JsonInput, call)
      return Stream.fromPull(Effect.succeed(pull))
    })
  )

type Elements<E, R> = Pull.Pull<readonly [unknown, ...Array<unknown>], ParseError | E, void, R>

const elementsOfInput = (
  input: JsonInput,
  call: Call
): Effect.Effect<Elements<never, never>, ParseError, Scope.Scope> => {
  const error = refusalOf(input, call)
  if (error === undefined) return elementsOf(sourceOf(input), call, Effect.void)
  call.record.end(error)
  return Effect.fail(error)
}

const elementsOfStream = <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  call: Call
): Effect.Effect<Elements<E, R>, never, R | Scope.Scope> =>
  Effect.flatMap(Stream.toPull(stream), (pull) => {
    const source = new BytesSource(call.options.maxBytes)
    return elementsOf(source, call, pullInput(pull, source, call.record))
  })

const elementsOf = <E, R>(
  source: Source,
  call: Call,
  more: Effect.Effect<void, E, R>
): Effect.Effect<Elements<E, R>, never, Scope.Scope> => {
  const { at = "", chunkSize = 65_536 } = call.options
  const feeder = makeFeeder(source, call, (reading) => new ArrayTask(reading, at, chunkSize))
  const next: Elements<E, R> = Effect.suspend(() =>
    Effect.flatMap(feeder.feed, (read): Elements<E, R> => {
      const { task } = feeder.job!
      if (read === Read.hungry) return Effect.flatMap(more, () => next)
      // What was made before a failure is given first.
      if (!task.elements.isEmpty) return Effect.succeed(task.take() as [unknown, ...Array<unknown>])
      return read === Read.full ? next : Effect.andThen(resultOf(feeder.job!, call.record), Cause.done())
    })
  )
  return Effect.as(
    Effect.addFinalizer(() => stop(feeder, call)),
    next
  )
}
