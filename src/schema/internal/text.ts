/**
 * From an encoder to text: gathered, or as a stream.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Serialization, type SerializeOptions, type StreamOptions } from "../../Serialization.ts"
import { isSerializationError, type SerializationError } from "../../SerializationError.ts"
import { invalidOptions, outputTooLong, userCodeFailed } from "../../internal/errors/serializationErrors.ts"
import { checkSerializeOptions, checkStreamOptions, defaultChunkSize } from "../../internal/options/validate.ts"
import { ChunkSink } from "../../internal/output/chunkSink.ts"
import type { Output } from "../../internal/output/output.ts"
import { type Begun, type Encoder, needsWhole } from "./encoder.ts"
import { charged, isTurnOver, nextTurn } from "./turn.ts"
import { type Failure, Unwritable, Writer } from "./writer.ts"

type Error = Schema.SchemaError | SerializationError
type Service = Serialization["Service"]

/** Text in one piece: from the service where nothing is put off, or else gathered here. */
export const gather = <A, B>(
  encoder: Encoder,
  value: unknown,
  options: SerializeOptions | undefined,
  output: Output<A>,
  whole: (service: Service, encoded: unknown) => Effect.Effect<B, SerializationError>,
  make: (result: A) => B
): Effect.Effect<B, Error, any> =>
  Effect.flatMap(Serialization, (service) => {
    const message = checkSerializeOptions(options)
    if (message !== undefined) return Effect.fail(invalidOptions(message))
    const inTurns = Effect.flatMap(encoder.encode(value), (encoded) => whole(service, encoded))
    if (needsWhole(options)) return inTurns
    return Effect.flatMap(
      Effect.suspend(() => encoder.begin(value)),
      ({ deferrals, encoded }): Effect.Effect<B, Error, any> => {
        if (deferrals.isEmpty) return whole(service, encoded)
        const sink = output.sink()
        const writer = new Writer(service, sink, encoded, deferrals, encoder.options)
        const finish: Effect.Effect<B, SerializationError> = Effect.suspend(() => {
          while (!sink.isTooLong && charged(() => sink.finish())) {
            if (isTurnOver()) return Effect.andThen(nextTurn, finish)
          }
          return sink.isTooLong ? Effect.fail(outputTooLong()) : Effect.succeed(make(sink.result))
        })
        const written = Effect.onInterrupt(
          writer.write(() => sink.isTooLong),
          () => Effect.sync(() => writer.stopped())
        )
        return Effect.scoped(written).pipe(
          Effect.matchEffect({
            onSuccess: () => finish,
            // The whole value says what is wrong in Effect's own words, or at its place in the text.
            onFailure: (failure) => (isSerializationError(failure) ? Effect.fail(failure) : inTurns)
          })
        )
      }
    )
  })

/** Chunks of bytes, as fast as they are read and no faster. */
export const stream = (
  encoder: Encoder,
  value: unknown,
  options: StreamOptions | undefined
): Stream.Stream<Uint8Array, Error, any> =>
  Stream.unwrap(
    Effect.flatMap(Serialization, (service): Effect.Effect<Stream.Stream<Uint8Array, Error, any>, Error, any> => {
      const message = checkStreamOptions(options)
      if (message !== undefined) return Effect.fail(invalidOptions(message))
      if (needsWhole(options)) return Effect.map(encoder.encode(value), (encoded) => service.stream(encoded, options))
      return Effect.map(
        Effect.suspend(() => encoder.begin(value)),
        (begun) =>
          begun.deferrals.isEmpty
            ? service.stream(begun.encoded, options)
            : streamOfDeferred(encoder, value, begun, service, options)
      )
    })
  )

/** What is left of a value that was begun, some of it put off. */
export const streamOfDeferred = (
  encoder: Encoder,
  value: unknown,
  begun: Begun,
  service: Service,
  options: StreamOptions | undefined
): Stream.Stream<Uint8Array, Error, any> =>
  Stream.unwrap(
    Effect.flatMap(Effect.scope, (scope) => {
      const sink = new ChunkSink(options?.chunkSize ?? defaultChunkSize, () => {})
      const writer = new Writer(service, sink, begun.encoded, begun.deferrals, encoder.options)
      let isDone = false
      let hasFailed = false
      // A reader that has had enough stops it between two chunks.
      const watchEnd = Effect.sync(() => {
        if (!isDone && !hasFailed) writer.stopped()
      })
      const more = writer
        .write(() => !sink.isEmpty)
        .pipe(
          Effect.provideService(Scope.Scope, scope),
          Effect.catch((failure) => explained(encoder, value, service, failure)),
          Effect.onError((cause) =>
            Effect.sync(() => {
              hasFailed ||= !Cause.hasInterruptsOnly(cause)
            })
          )
        )
      const pull: Effect.Effect<readonly [Uint8Array, ...Array<Uint8Array>], Error | Cause.Done, any> = Effect.suspend(
        () => {
          if (isDone) {
            const answer: unknown = options?.onEnd?.({ truncated: false, path: "sliced", bytes: sink.total })
            return answer instanceof Promise
              ? Effect.andThen(
                  Effect.promise(() => answer),
                  Cause.done()
                )
              : Cause.done()
          }
          return Effect.flatMap(more, (isLast) => {
            isDone = isLast
            if (isLast) sink.finish()
            return sink.isEmpty ? pull : Effect.succeed(sink.take() as unknown as readonly [Uint8Array])
          })
        }
      )
      const text = Stream.fromPull<Uint8Array, Error, any, never, any>(Effect.succeed(pull))
      return Effect.as(Scope.addFinalizer(scope, watchEnd), text)
    })
  )

// Bytes may be gone already, so this can only end in an error: the one that the whole value has, or the one at hand.
const explained = (
  encoder: Encoder,
  value: unknown,
  service: Service,
  failure: Failure
): Effect.Effect<never, Error, any> => {
  if (isSerializationError(failure)) return Effect.fail(failure)
  return Effect.flatMap(encoder.encode(value), (encoded): Effect.Effect<never, Error> =>
    failure instanceof Unwritable
      ? Effect.flatMap(service.serializeToBytes(encoded), () => Effect.fail(userCodeFailed("", failure.cause)))
      : Effect.fail(new Schema.SchemaError(failure))
  )
}
