/**
 * Calls with `maxTokens` whose text is not shortened: it is made as always, and counted.
 */
import * as Effect from "effect/Effect"
import type { SerializationError } from "../../SerializationError.ts"
import { sizeLimitExceeded, tokensFailed } from "../errors/serializationErrors.ts"
import { type CountedText, type RunningCount, safeTokens, type TokenCounter } from "../limit/tokenMeter.ts"
import type { SerializeOptions } from "../options/callOptions.ts"

/** No token of the tables is longer, in bytes of UTF-8. */
const longestToken = 128

/** Code units, or bytes, that are counted before it is asked whether they are too many. */
const step = 1 << 18

/** Options with which a text that has too many tokens for certain fails at once. */
export const boundedOptions = (options: SerializeOptions, { perByte }: TokenCounter): SerializeOptions => {
  const { maxSize = Infinity, maxTokens = Infinity } = options
  const bound = perByte === undefined ? Infinity : Math.floor((maxTokens * longestToken) / perByte)
  return bound < maxSize ? { ...options, maxSize: bound } : options
}

/** What a failure of a call with {@link boundedOptions} is to its caller. */
export const failureOf = (
  error: SerializationError,
  { maxSize = Infinity, maxTokens = Infinity }: SerializeOptions
): SerializationError =>
  error.reason._tag === "SizeLimitExceeded" && error.reason.maxSize !== maxSize
    ? sizeLimitExceeded(maxTokens, "tokens")
    : error

/** Counts a text, or its bytes; fails when the limit is passed. Undefined where the bytes alone show that it fits. */
export const countWithin = (
  text: string | Uint8Array,
  counter: TokenCounter,
  maxTokens: number
): Effect.Effect<CountedText | undefined, SerializationError> =>
  Effect.suspend(() => {
    if (maxTokens !== Infinity && counter.perByte !== undefined) {
      const bytes = typeof text === "string" ? Buffer.byteLength(text) : text.length
      if (bytes * counter.perByte <= maxTokens) return Effect.succeed(undefined)
    }
    const running = counter.start()
    const from = (at: number): Effect.Effect<CountedText, SerializationError> => {
      if (at >= text.length) return endWithin(running, maxTokens)
      const part = typeof text === "string" ? text.slice(at, at + step) : text.subarray(at, at + step)
      return Effect.andThen(
        addWithin(running, part, maxTokens),
        Effect.suspend(() => from(at + step))
      )
    }
    return from(0)
  })

/** Counts what comes next of a text. */
export const addWithin = (
  running: RunningCount,
  part: string | Uint8Array,
  maxTokens: number
): Effect.Effect<void, SerializationError> =>
  Effect.flatMap(Effect.mapError(running.add(part), tokensFailed), () =>
    running.soFar > maxTokens ? Effect.fail(sizeLimitExceeded(maxTokens, "tokens")) : Effect.void
  )

/** Ends a count. */
export const endWithin = (running: RunningCount, maxTokens: number): Effect.Effect<CountedText, SerializationError> =>
  Effect.flatMap(Effect.mapError(running.end, tokensFailed), (count) =>
    safeTokens(count) > maxTokens ? Effect.fail(sizeLimitExceeded(maxTokens, "tokens")) : Effect.succeed(count)
  )
