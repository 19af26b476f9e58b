/**
 * The engine as effects: the face of `Serialization`.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SerializationError } from "../../SerializationError.ts"
import type { Engine } from "../engine/engine.ts"
import { invalidOptions } from "../errors/serializationErrors.ts"
import type { ShadowStats } from "../telemetry/engineStats.ts"
import type { SerializationMetrics } from "../telemetry/metricTypes.ts"
import { snapshot } from "../telemetry/snapshot.ts"
import { onInterruption } from "../options/interruptions.ts"
import { checkSerializeOptions, checkStreamOptions, defaultChunkSize } from "../options/validate.ts"
import type {
  SerializationResult,
  SerializedBytes,
  SerializeOptions,
  StreamOptions,
  StreamSummary
} from "../options/callOptions.ts"
import type { Outcome } from "../telemetry/outcome.ts"
import { bytesOutput, type Output, stringOutput } from "../output/output.ts"
import { Reader } from "./streamReader.ts"
import { resultOfBytes, resultOfText } from "./results.ts"
import { recordSpan, spanName, spanStart } from "./callSpan.ts"
import { failWith } from "./tokenCalls.ts"
import { asksForTokens, TokenService, type Told } from "./tokenService.ts"
import { registerAccess, type TokensAccess } from "./tokensAccess.ts"

export interface Service {
  serialize(value: unknown, options?: SerializeOptions): Effect.Effect<SerializationResult, SerializationError>
  serializeToBytes(value: unknown, options?: SerializeOptions): Effect.Effect<SerializedBytes, SerializationError>
  stream(value: unknown, options?: StreamOptions): Stream.Stream<Uint8Array, SerializationError>
  readonly metrics: Effect.Effect<SerializationMetrics>
}

const engines = new WeakMap<Service, Engine>()

export const makeService = (engine: Engine, shadow: ShadowStats | undefined, tokens: TokensAccess): Service => {
  const serialize = (value: unknown, options?: SerializeOptions, told?: Told) =>
    call(engine, "serialize", value, options, stringOutput, resultOfText, told)
  const serializeToBytes = (value: unknown, options?: SerializeOptions, told?: Told) =>
    call(engine, "serializeToBytes", value, options, bytesOutput, resultOfBytes, told)
  const toStream = (value: unknown, options?: StreamOptions, told?: Told) => stream(engine, value, options, told)
  const within = new TokenService(engine, tokens, { serialize, serializeToBytes, stream: toStream, ended })
  const service: Service = {
    serialize: (value, options) =>
      asksForTokens(options)
        ? Effect.andThen(checked(options), within.serialize(value, options))
        : serialize(value, options),
    serializeToBytes: (value, options) =>
      asksForTokens(options)
        ? Effect.andThen(checked(options), within.serializeToBytes(value, options))
        : serializeToBytes(value, options),
    stream: (value, options) =>
      asksForTokens(options)
        ? Stream.unwrap(Effect.as(checkedStream(options), within.stream(value, options)))
        : toStream(value, options),
    metrics: Effect.sync(() => snapshot(engine, shadow))
  }
  engines.set(service, engine)
  onInterruption(service, () => engine.counters.cancelled({ held: 0, longestHeld: 0 }, undefined))
  registerAccess(service, tokens)
  return service
}

/** What a service made by {@link makeService} runs on. */
export const engineOf = (service: Service): Engine => engines.get(service)!

const call = <A, B>(
  engine: Engine,
  method: string,
  value: unknown,
  options: SerializeOptions | undefined,
  output: Output<A>,
  make: (outcome: Outcome, result: A) => B,
  told: Told | undefined
): Effect.Effect<B, SerializationError> =>
  Effect.withFiber((fiber) => {
    const message = checkSerializeOptions(options)
    if (message !== undefined) return Effect.fail(invalidOptions(message))
    const start = spanStart(fiber)
    let ended: Effect.Effect<B, SerializationError> | undefined
    let resume: ((effect: Effect.Effect<B, SerializationError>) => void) | undefined
    const job = engine.serialize(value, options, output, (outcome, result) => {
      ended = outcome.error === undefined ? Effect.succeed(make(outcome, result)) : failWith(outcome.error)
      if (told !== undefined) told(outcome)
      else if (start !== undefined) recordSpan(fiber, spanName(method), start, outcome, options?.label)
      resume?.(ended)
    })
    if (job === undefined) return ended!
    return Effect.callback<B, SerializationError>((callback) => {
      resume = callback
      return Effect.sync(() => {
        job.cancel()
        if (told === undefined) recordSpan(fiber, spanName(method), start, undefined, options?.label)
      })
    })
  })

const checked = (options: SerializeOptions): Effect.Effect<void, SerializationError> =>
  Effect.suspend(() => refuse(checkSerializeOptions(options)))

const checkedStream = (options: StreamOptions): Effect.Effect<void, SerializationError> =>
  Effect.suspend(() => refuse(checkStreamOptions(options)))

const refuse = (message: string | undefined): Effect.Effect<void, SerializationError> =>
  message === undefined ? Effect.void : Effect.fail(invalidOptions(message))

// An `async` function may stand where none is asked for. What it is rejected with is the stream's, not the process's.
const ended = (options: StreamOptions | undefined, summary: StreamSummary): Effect.Effect<void> =>
  Effect.suspend(() => {
    const answer: unknown = options?.onEnd?.(summary)
    return answer instanceof Promise ? Effect.promise(() => answer) : Effect.void
  })

const stream = (
  engine: Engine,
  value: unknown,
  options: StreamOptions | undefined,
  told: Told | undefined
): Stream.Stream<Uint8Array, SerializationError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const message = checkStreamOptions(options)
      if (message !== undefined) return yield* invalidOptions(message)
      const fiber = yield* Effect.withFiber(Effect.succeed)
      const start = spanStart(fiber)
      const reader = new Reader(engine, value, options, options?.chunkSize ?? defaultChunkSize)
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          reader.cancel()
          if (told !== undefined) told(reader.outcome)
          else recordSpan(fiber, spanName("stream"), start, reader.outcome, options?.label)
        })
      )
      return Stream.fromPull(Effect.succeed(pull(reader, options)))
    })
  )

const pull = (
  reader: Reader,
  options: StreamOptions | undefined
): Effect.Effect<readonly [Uint8Array, ...Array<Uint8Array>], SerializationError | Cause.Done> => {
  const wait = Effect.callback<void>((resume) => reader.wait(() => resume(Effect.void)))
  const next: ReturnType<typeof pull> = Effect.suspend(() => {
    const chunks = reader.take()
    if (chunks !== undefined) return Effect.succeed(chunks as unknown as readonly [Uint8Array, ...Array<Uint8Array>])
    const { outcome } = reader
    if (outcome === undefined) return Effect.flatMap(wait, () => next)
    if (outcome.error !== undefined) return failWith(outcome.error)
    const { path, shaped, truncated } = outcome
    return Effect.andThen(ended(options, { truncated, path, bytes: reader.bytes, ...shaped }), Cause.done())
  })
  return next
}
