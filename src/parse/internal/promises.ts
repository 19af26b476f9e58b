/**
 * `parse` and `parseArray` for programs without Effect.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { checkSignal } from "../../internal/options/validate.ts"
import { parseInput } from "./call.ts"
import type { JsonInput } from "./input.ts"
import { invalidOptions } from "./parseErrors.ts"
import type { ParseArrayOptions, ParseOptions } from "./parseOptions.ts"
import { parseElements, parseStream } from "./streamCall.ts"

/**
 * What the promise functions take: a text, or one that arrives.
 *
 * @category models
 * @since 0.1.0
 */
export type AsyncJsonInput = JsonInput | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** Something that may stop a call. */
export interface Stoppable {
  /** Stops the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const isAsyncIterable = (input: unknown): input is AsyncIterable<Uint8Array> =>
  typeof input === "object" && input !== null && Symbol.asyncIterator in input

/** What arrives, as a stream that fails with the very error of its source. */
const streamOf = (input: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>): Stream.Stream<Uint8Array, unknown> =>
  input instanceof ReadableStream
    ? Stream.fromReadableStream({ evaluate: () => input, onError: (error) => error })
    : Stream.fromAsyncIterable(input, (error) => error)

// Why a call does not begin: its signal is none, or says so already.
const refusalOf = (signal: AbortSignal | undefined): { readonly reason: unknown } | undefined => {
  const message = checkSignal(signal)
  if (message !== undefined) return { reason: invalidOptions(message) }
  return signal?.aborted === true ? { reason: signal.reason } : undefined
}

/** `parse` as a promise. */
export const parsePromise = (input: AsyncJsonInput, options: ParseOptions & Stoppable): Promise<unknown> => {
  const signal = options?.signal
  const refusal = refusalOf(signal)
  if (refusal !== undefined) return Promise.reject(refusal.reason)
  const effect: Effect.Effect<unknown, unknown> = isAsyncIterable(input)
    ? parseStream(streamOf(input), options)
    : parseInput(input as JsonInput, options)
  const fiber = Effect.runFork(effect, { signal })
  return new Promise((resolve, reject) => {
    fiber.addObserver((exit) => {
      if (Exit.isSuccess(exit)) return resolve(exit.value)
      // An interruption says nothing of its cause. A call that has failed by itself keeps its error.
      const isAborted = signal?.aborted === true && Cause.hasInterruptsOnly(exit.cause)
      reject(isAborted ? signal.reason : Cause.squash(exit.cause))
    })
  })
}

/** `parseArray` as an iterable: each loop over it reads the text anew. */
export const iterateElements = (
  input: AsyncJsonInput,
  options: ParseArrayOptions & Stoppable
): AsyncIterable<unknown> => {
  const stream: Stream.Stream<unknown, unknown> = isAsyncIterable(input)
    ? parseElements(streamOf(input), options)
    : parseElements(input as JsonInput, options)
  return Stream.toAsyncIterableWith(abortable(stream, options?.signal), Context.empty())
}

const abortable = <A>(stream: Stream.Stream<A, unknown>, signal: AbortSignal | undefined): Stream.Stream<A, unknown> =>
  signal === undefined
    ? stream
    : Stream.suspend(() => {
        const refusal = refusalOf(signal)
        return refusal === undefined ? Stream.interruptWhen(stream, failOnAbort(signal)) : Stream.fail(refusal.reason)
      })

const failOnAbort = (signal: AbortSignal): Effect.Effect<never, unknown> =>
  Effect.callback<never, unknown>((resume) => {
    const fail = () => resume(Effect.fail(signal.reason))
    if (signal.aborted) return fail()
    signal.addEventListener("abort", fail, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", fail))
  })
