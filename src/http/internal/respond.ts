/**
 * From a value to the response that carries its JSON.
 */
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { Serialization } from "../../Serialization.ts"
import type { SerializationError } from "../../SerializationError.ts"
import { estimate } from "../../internal/walk/estimateSize.ts"
import { type Encoder, needsWhole } from "../../schema/internal/encoder.ts"
import { streamOfDeferred } from "../../schema/internal/text.ts"
import { takeBody } from "./body.ts"
import type { Chunks } from "./chunks.ts"
import { etagOf, isFresh } from "./etag.ts"
import type { JsonOptions } from "./jsonOptions.ts"
import { withChunks } from "./sendInPieces.ts"

type Response = HttpServerResponse.HttpServerResponse

/** Estimated code units below which a body is made as `HttpServerResponse.json` makes it. */
export const smallest: number = 16 * 1024

/** A response of any value. */
export const ofValue = (
  value: unknown,
  buffer: number,
  options: JsonOptions | undefined
): Effect.Effect<Response, SerializationError, Serialization> =>
  Effect.flatMap(Serialization, (service) =>
    estimate(value, smallest) < smallest
      ? Effect.flatMap(service.serialize(value, options), ({ serialized }) => ofText(serialized, options))
      : ofStream(service.stream(value, options), buffer, options)
  )

/** A response of a value that is encoded first, its large arrays while the body is made. */
export const ofTyped = (
  encoder: Encoder,
  value: unknown,
  buffer: number,
  options: JsonOptions | undefined
): Effect.Effect<Response, Schema.SchemaError | SerializationError, any> => {
  if (needsWhole(options)) return Effect.flatMap(encoder.encode(value), (encoded) => ofValue(encoded, buffer, options))
  return Effect.flatMap(
    Effect.suspend(() => encoder.begin(value)),
    (begun) =>
      begun.deferrals.isEmpty
        ? ofValue(begun.encoded, buffer, options)
        : Effect.flatMap(Serialization, (service) =>
            ofStream(streamOfDeferred(encoder, value, begun, service, undefined), buffer, options)
          )
  )
}

const withType = (options: JsonOptions | undefined): HttpServerResponse.Options & { readonly contentType: string } => {
  const contentType = "application/json"
  if (options === undefined) return { contentType }
  const { cookies, headers: input, status, statusText } = options
  const headers = input === undefined ? Headers.empty : Headers.fromInput(input)
  return {
    status,
    statusText,
    cookies,
    headers,
    contentType: options.contentType || headers["content-type"] || contentType
  }
}

const ofText = (text: string, options: JsonOptions | undefined): Effect.Effect<Response> => {
  const response = HttpServerResponse.text(text, withType(options))
  const kind = options?.etag ?? false
  return kind === false ? Effect.succeed(response) : tagged(response, [Buffer.from(text)], kind)
}

// Whole while it is within the buffer.
const ofStream = <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  buffer: number,
  options: JsonOptions | undefined
): Effect.Effect<Response, E, R> =>
  Effect.flatMap(takeBody(stream, options?.buffer ?? buffer), (body) => {
    if (body._tag === "Longer") return Effect.succeed(HttpServerResponse.stream(body.stream, withType(options)))
    const { contentType, ...head } = withType(options)
    const kind = options?.etag ?? false
    const empty = HttpServerResponse.empty({ ...head, status: head.status ?? 200 })
    const response = withChunks(empty, body.chunks, contentType)
    return kind === false ? response : Effect.flatMap(response, (response) => tagged(response, body.chunks, kind))
  })

// Says that the client has it already, where it has.
const tagged = Effect.fnUntraced(function* (response: Response, chunks: Chunks, kind: "weak" | "strong") {
  const etag = response.headers["etag"] ?? (yield* etagOf(chunks, kind))
  const request = yield* Effect.serviceOption(HttpServerRequest)
  const isOk = response.status >= 200 && response.status < 300
  if (isOk && Option.isSome(request) && isFresh(request.value, etag)) {
    const headers = Headers.removeMany(response.headers, ["content-type", "content-length"])
    return HttpServerResponse.empty({
      status: 304,
      cookies: response.cookies,
      headers: Headers.set(headers, "etag", etag)
    })
  }
  return HttpServerResponse.setHeader(response, "etag", etag)
})
