/**
 * The three outputs within `maxTokens`: the face of `service/tokenCalls.ts` and `service/countedCalls.ts`.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { SerializationError } from "../../SerializationError.ts"
import type { Engine } from "../engine/engine.ts"
import { asksForShape } from "../engine/shapeCall.ts"
import type {
  SerializationResult,
  SerializedBytes,
  SerializeOptions,
  StreamOptions,
  StreamSummary
} from "../options/callOptions.ts"
import { defaultChunkSize } from "../options/validate.ts"
import { characters, type Meter, meterOf } from "../limit/meter.ts"
import { toBytes } from "../output/utf8.ts"
import type { Outcome } from "../telemetry/outcome.ts"
import { type CountedEnd, recordSpan, spanName, spanStart } from "./callSpan.ts"
import { boundedOptions, countWithin, failureOf, PassingCount } from "./countedCalls.ts"
import { tokensOf } from "./results.ts"
import { shapedText } from "./shapedTokens.ts"
import { counterOf, type LimitedText, shortenedText } from "./tokenCalls.ts"
import { toldEnd } from "./toldEnds.ts"
import type { TokensAccess } from "./tokensAccess.ts"

/** Takes the outcome of a call, which then has no span of its own; undefined where the call was stopped. */
export type Told = (outcome: Outcome | undefined) => void

/** What is wrapped: the service without tokens. */
interface Plain {
  serialize(
    value: unknown,
    options: SerializeOptions,
    told: Told
  ): Effect.Effect<SerializationResult, SerializationError>
  serializeToBytes(
    value: unknown,
    options: SerializeOptions,
    told: Told
  ): Effect.Effect<SerializedBytes, SerializationError>
  stream(value: unknown, options: StreamOptions, told: Told): Stream.Stream<Uint8Array, SerializationError>
  /** Tells who asked for it that a stream has ended. */
  ended(options: StreamOptions, summary: StreamSummary): Effect.Effect<void>
}

/** Options of a call that asks for tokens. */
export type WithTokens<O> = O & { readonly maxTokens: number }

export const asksForTokens = <O extends SerializeOptions>(options: O | undefined): options is WithTokens<O> =>
  options?.maxTokens !== undefined

export class TokenService {
  private readonly engine: Engine
  private readonly access: TokensAccess
  private readonly plain: Plain

  constructor(engine: Engine, access: TokensAccess, plain: Plain) {
    this.engine = engine
    this.access = access
    this.plain = plain
  }

  serialize(
    value: unknown,
    options: WithTokens<SerializeOptions>
  ): Effect.Effect<SerializationResult, SerializationError> {
    if (shortens(options)) {
      return Effect.map(
        this.shortened("serialize", value, options, characters),
        ({ count, path, shaped, text, truncated }) => ({
          serialized: text,
          truncated,
          path,
          ...tokensOf(count),
          ...shaped
        })
      )
    }
    return this.counted(
      "serialize",
      options,
      (bounded, told) => this.plain.serialize(value, bounded, told),
      ({ serialized }) => serialized
    )
  }

  serializeToBytes(
    value: unknown,
    options: WithTokens<SerializeOptions>
  ): Effect.Effect<SerializedBytes, SerializationError> {
    if (shortens(options)) {
      return Effect.map(
        this.shortened("serializeToBytes", value, options, inBytes),
        ({ count, path, shaped, text, truncated }) => ({
          bytes: toBytes(text),
          truncated,
          path,
          ...tokensOf(count),
          ...shaped
        })
      )
    }
    return this.counted(
      "serializeToBytes",
      options,
      (bounded, told) => this.plain.serializeToBytes(value, bounded, told),
      ({ bytes }) => bytes
    )
  }

  stream(value: unknown, options: WithTokens<StreamOptions>): Stream.Stream<Uint8Array, SerializationError> {
    return Stream.unwrap(shortens(options) ? this.shortenedStream(value, options) : this.countedStream(value, options))
  }

  // Counting costs far more than a span, so there is one whether somebody traces or not.
  private shortened(
    method: string,
    value: unknown,
    options: SerializeOptions,
    unit: Meter
  ): Effect.Effect<LimitedText, SerializationError> {
    const text = asksForShape(options)
      ? shapedText(this.engine, this.access, value, options, unit)
      : shortenedText(this.engine, this.access, value, options, unit)
    return Effect.tap(text, (limited) => Effect.annotateCurrentSpan(attributesOf(limited, options, unit))).pipe(
      Effect.withSpan(spanName(method))
    )
  }

  // The span of the call ends with the count.
  private counted<A extends object>(
    method: string,
    options: WithTokens<SerializeOptions>,
    make: (bounded: SerializeOptions, told: Told) => Effect.Effect<A, SerializationError>,
    textOf: (result: A) => string | Uint8Array
  ): Effect.Effect<A, SerializationError> {
    return Effect.withFiber((fiber) => {
      const start = spanStart(fiber)
      let outcome: Outcome | undefined
      const made = this.madeAndCounted(options, (bounded) => make(bounded, (told) => (outcome = told)), textOf)
      if (start === undefined) return made
      return Effect.onExit(made, (exit) =>
        Effect.sync(() => {
          const tokens = Exit.isSuccess(exit) ? exit.value.tokens : undefined
          recordSpan(fiber, spanName(method), start, outcome, options.label, countedEnd(exit, tokens))
        })
      )
    })
  }

  private madeAndCounted<A extends object>(
    options: WithTokens<SerializeOptions>,
    make: (bounded: SerializeOptions) => Effect.Effect<A, SerializationError>,
    textOf: (result: A) => string | Uint8Array
  ): Effect.Effect<A & ReturnType<typeof tokensOf>, SerializationError> {
    const { counters } = this.engine
    const { label, maxTokens } = options
    return Effect.flatMap(toldEnd(counterOf(this.access, options), counters, label), (counter) =>
      Effect.flatMap(
        Effect.mapError(make(boundedOptions(options, counter)), (error) => failureOf(error, options)),
        (result) =>
          Effect.map(toldEnd(countWithin(textOf(result), counter, maxTokens), counters, label), (count) => ({
            ...result,
            ...tokensOf(count)
          }))
      )
    )
  }

  private readonly shortenedStream = Effect.fnUntraced(
    { self: this },
    function* (value: unknown, options: WithTokens<StreamOptions>) {
      const { count, path, shaped, text, truncated } = yield* this.shortened("stream", value, options, inBytes)
      const bytes = toBytes(text)
      const { chunkSize = defaultChunkSize } = options
      const chunks = Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, i) =>
        bytes.slice(i * chunkSize, (i + 1) * chunkSize)
      )
      const summary = { truncated, path, bytes: bytes.length, ...tokensOf(count), ...shaped }
      return Stream.concat(Stream.fromIterable(chunks), Stream.fromEffectDrain(this.plain.ended(options, summary)))
    }
  )

  private readonly countedStream = Effect.fnUntraced(
    { self: this },
    function* (value: unknown, options: WithTokens<StreamOptions>) {
      const { counters } = this.engine
      const fiber = yield* Effect.withFiber(Effect.succeed)
      const start = spanStart(fiber)
      let outcome: Outcome | undefined
      let tokens: number | undefined
      let failure: SerializationError | undefined
      yield* Effect.addFinalizer((exit) =>
        Effect.sync(() => {
          recordSpan(fiber, spanName("stream"), start, outcome, options.label, countedEnd(exit, tokens))
          if (failure === undefined) return
          // Its job was cancelled, but nobody has stopped the call.
          if (outcome === undefined) counters.interrupted--
          counters.failed(failure)
        })
      )
      const counter = yield* toldEnd(counterOf(this.access, options), counters, options.label)
      const passing = new PassingCount(counter, options.maxTokens)
      let summary: StreamSummary | undefined
      const onEnd = (given: StreamSummary): void => {
        summary = given
      }
      const bounded = { ...options, ...boundedOptions(options, counter), onEnd }
      const chunks = this.plain
        .stream(value, bounded, (told) => (outcome = told))
        .pipe(
          Stream.mapError((error) => failureOf(error, options)),
          Stream.mapEffect((chunk) =>
            Effect.as(
              Effect.tapError(passing.add(chunk), (error) => Effect.sync(() => (failure = error))),
              chunk
            )
          )
        )
      const ended = Effect.flatMap(toldEnd(passing.end, counters, options.label), (count) => {
        tokens = count?.tokens
        return this.plain.ended(options, { ...summary!, ...tokensOf(count) })
      })
      return Stream.concat(chunks, Stream.fromEffectDrain(ended))
    }
  )
}

const inBytes = meterOf("bytes")

const countedEnd = (exit: Exit.Exit<unknown, unknown>, tokens: number | undefined): CountedEnd => ({
  failure: Exit.isFailure(exit) ? exit : undefined,
  tokens
})

const attributesOf = (
  { count, path, shaped, text, tries, truncated }: LimitedText,
  { label }: SerializeOptions,
  unit: Meter
): Record<string, unknown> => ({
  ...(label === undefined ? undefined : { "serialization.label": label }),
  "serialization.path": path,
  "serialization.size": unit.size(text),
  "serialization.truncated": truncated,
  ...(count === undefined ? undefined : { "serialization.tokens": count.tokens }),
  ...(shaped === undefined ? undefined : { "serialization.omitted": shaped.omittedCount }),
  ...(tries === undefined ? undefined : { "serialization.tries": tries })
})

const shortens = ({ maxTokens, truncate }: SerializeOptions): boolean =>
  truncate !== undefined && truncate !== false && maxTokens !== Infinity
