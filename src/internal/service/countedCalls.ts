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

/**
 * The count of a text that passes in parts; it fails when the limit is passed. As long as the bytes alone show that it
 * fits, nothing is counted.
 */
export class PassingCount {
  private readonly counter: TokenCounter
  private readonly maxTokens: number
  private running: RunningCount | undefined
  private bytes = 0
  private pending: Array<string | Uint8Array> = []

  constructor(counter: TokenCounter, maxTokens: number) {
    this.counter = counter
    this.maxTokens = maxTokens
  }

  add(part: string | Uint8Array): Effect.Effect<void, SerializationError> {
    return Effect.suspend(() => {
      if (this.running !== undefined) return this.count(part)
      this.bytes += typeof part === "string" ? Buffer.byteLength(part) : part.length
      // Whoever is given a chunk may write into it.
      this.pending.push(typeof part === "string" ? part : part.slice())
      if (this.isCertain) return Effect.void
      this.running = this.counter.start(this.maxTokens)
      const { pending } = this
      this.pending = []
      return Effect.forEach(pending, (part) => this.count(part), { discard: true })
    })
  }

  /** The count of all, or undefined where there was nothing to count. */
  readonly end: Effect.Effect<CountedText | undefined, SerializationError> = Effect.suspend(() => {
    const { maxTokens, running } = this
    if (running === undefined) return Effect.succeed(undefined)
    return Effect.flatMap(Effect.mapError(running.end, tokensFailed), (count) =>
      safeTokens(count) > maxTokens ? Effect.fail(sizeLimitExceeded(maxTokens, "tokens")) : Effect.succeed(count)
    )
  })

  private get isCertain(): boolean {
    const { bytes, counter, maxTokens } = this
    return maxTokens !== Infinity && counter.perByte !== undefined && bytes * counter.perByte <= maxTokens
  }

  private count(part: string | Uint8Array): Effect.Effect<void, SerializationError> {
    const { maxTokens } = this
    const running = this.running!
    return Effect.flatMap(Effect.mapError(running.add(part), tokensFailed), () =>
      running.soFar > maxTokens ? Effect.fail(sizeLimitExceeded(maxTokens, "tokens")) : Effect.void
    )
  }
}

/** Counts a whole text, or its bytes. */
export const countWithin = (
  text: string | Uint8Array,
  counter: TokenCounter,
  maxTokens: number
): Effect.Effect<CountedText | undefined, SerializationError> =>
  Effect.suspend(() => {
    const passing = new PassingCount(counter, maxTokens)
    const from = (at: number): Effect.Effect<CountedText | undefined, SerializationError> => {
      if (at >= text.length) return passing.end
      const part = typeof text === "string" ? text.slice(at, at + step) : text.subarray(at, at + step)
      return Effect.flatMap(passing.add(part), () => from(at + step))
    }
    return from(0)
  })
