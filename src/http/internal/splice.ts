/**
 * Puts the text of kept messages where their tokens stand.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as ErrorReporter from "effect/ErrorReporter"
import * as Exit from "effect/Exit"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { ResponseDefectEncoded } from "effect/rpc/RpcMessage"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Serialization } from "../../Serialization.ts"
import { isSerializationError, type SerializationError } from "../../SerializationError.ts"
import { streamOfDeferred } from "../../schema/internal/text.ts"
import { takeBody } from "./body.ts"
import { type Chunks, ownPieces } from "./chunks.ts"
import { withChunks } from "./sendInPieces.ts"
import { BegunExit, type Kept, type KeptByRequest, type Message } from "./keptMessages.ts"

type Response = HttpServerResponse.HttpServerResponse
type Bytes = Stream.Stream<Uint8Array, SerializationError>

/** Bytes up to which a message, and a response, is there as a whole before any of it is sent. */
const buffer = 64 * 1024 * 1024

/** The response of a request with all its messages in it. */
export const splice = Effect.fnUntraced(function* (
  service: Serialization["Service"],
  keptByRequest: KeptByRequest,
  isFramed: boolean,
  response: Response
) {
  const request = yield* HttpServerRequest
  const context = yield* Effect.context<never>()
  const kept = keptByRequest.get(request)
  const { body } = response
  if (kept === undefined || (body._tag === "Uint8Array" && kept.isEmpty)) return response
  const texts = (bytes: Uint8Array, ofChunks: (chunks: Chunks) => Bytes): Bytes =>
    Stream.flatMap(Stream.fromIterable(kept.split(bytes)), (part) =>
      part instanceof Uint8Array ? Stream.succeed(part) : messageText(service, kept, isFramed, part, ofChunks)
    )
  if (body._tag === "Stream") {
    const spliced = Stream.flatMap(body.stream, (bytes) => texts(bytes, ownPieces)) as Stream.Stream<
      Uint8Array,
      unknown
    >
    return HttpServerResponse.stream(Stream.provideContext(spliced, context), { contentType: body.contentType })
  }
  if (body._tag !== "Uint8Array") return response
  const { contentType } = body
  const whole = yield* Effect.orDie(Effect.interruptible(takeBody(texts(body.body, Stream.fromIterable), buffer)))
  if (whole._tag === "Longer") return HttpServerResponse.stream(whole.stream, { contentType })
  return yield* withChunks(HttpServerResponse.empty({ status: 200 }), whole.chunks, contentType)
})

const messageText = (
  service: Serialization["Service"],
  kept: Kept,
  isFramed: boolean,
  message: Message,
  ofChunks: (chunks: Chunks) => Bytes
): Bytes => {
  const { exit } = message
  const text: Stream.Stream<Uint8Array, Schema.SchemaError | SerializationError> =
    exit instanceof BegunExit ? begunText(service, message, exit) : service.stream(message)
  return Stream.unwrap(
    Effect.match(takeBody(text, buffer), {
      onSuccess: (body) => (body._tag === "Bytes" ? ofChunks(body.chunks) : Stream.orDie(body.stream)),
      onFailure: (error) => failureText(kept, isFramed, message, error)
    })
  )
}

const begunText = (
  service: Serialization["Service"],
  message: Message,
  { begun, context, encoder, exit }: BegunExit
): Stream.Stream<Uint8Array, Schema.SchemaError | SerializationError> => {
  const encoded = { ...message, exit: begun.encoded }
  const text = streamOfDeferred(encoder, exit, { encoded, deferrals: begun.deferrals }, service, undefined)
  return Stream.provideContext(text as Stream.Stream<Uint8Array, Schema.SchemaError | SerializationError>, context)
}

const encodeDefect = Schema.encodeSync(Schema.toCodecJson(Schema.Defect()))

/** The message that the client gets instead, as RPC's own server sends it. */
const failureText = (
  kept: Kept,
  isFramed: boolean,
  message: Message,
  error: Schema.SchemaError | SerializationError
): Bytes => {
  const { exit, requestId } = message
  if (isSerializationError(error) || !(exit instanceof BegunExit)) {
    return isFramed ? textStream(ResponseDefectEncoded(encodeDefect(error))) : Stream.die(error)
  }
  const call = kept.calls.get(String(requestId))
  const defect = `Failed to encode response for RPC "${call}": ${error.message}`
  const encode: Effect.Effect<unknown, Schema.SchemaError, any> = exit.encoder.encode(Exit.die(defect))
  const encoded = Effect.provideContext(encode as Effect.Effect<unknown, Schema.SchemaError>, exit.context)
  return Stream.unwrap(
    Effect.andThen(
      ErrorReporter.report(Cause.die(defect)),
      Effect.map(Effect.orDie(encoded), (exit) => textStream({ ...message, exit }))
    )
  )
}

const textStream = (message: unknown): Stream.Stream<Uint8Array> => Stream.succeed(Buffer.from(JSON.stringify(message)))
