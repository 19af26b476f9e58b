/**
 * JSON bodies of HTTP servers and clients, made and parsed without blocking the event loop.
 *
 * `json` and `schemaJson` stand where `HttpServerResponse.json` and `schemaJson` stand, `bodyJson` where `HttpClientRequest.bodyJson`
 * does. Status, headers and bytes are the same. A body up to `buffer` bytes is one piece with a Content-Length, so whatever is wrong in
 * the value fails the effect before a byte is sent; a longer one is streamed. `parseRequests` and `parseResponses` parse bodies while they
 * arrive.
 *
 * **Example** (A large answer)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { HttpServerResponse } from "effect/http"
 * import { SerializationLive } from "effect-serialization"
 * import { HttpJson } from "effect-serialization/http"
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` }))
 * const answer = HttpJson.json({ rows }, { etag: "weak" }).pipe(Effect.provide(SerializationLive))
 *
 * const response = await Effect.runPromise(answer)
 * const { headers } = HttpServerResponse.toWeb(response)
 * headers.get("content-type") // => "application/json"
 * headers.get("content-length") === String(JSON.stringify({ rows }).length) // => true
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import { Serialization, type SerializeOptions } from "../Serialization.ts"
import type { SerializationError } from "../SerializationError.ts"
import { invalidOptions } from "../internal/errors/serializationErrors.ts"
import { estimate } from "../internal/walk/estimateSize.ts"
import { makeEncoder } from "../schema/internal/encoder.ts"
import { takeBytes } from "./internal/body.ts"
import { ofTyped, ofValue, smallest } from "./internal/respond.ts"
import { checkJsonOptions, type JsonOptions } from "./internal/jsonOptions.ts"

export type { JsonOptions } from "./internal/jsonOptions.ts"
export type { BodyParseOptions } from "./internal/incomingJson.ts"
export { type ParseMiddleware, parseRequests, parseRequestsWith, parseResponses } from "./internal/parseMessages.ts"

/**
 * Options of a JSON request.
 *
 * @category models
 * @since 0.1.0
 */
export interface BodyOptions extends SerializeOptions {
  /** Default `"application/json"`. */
  readonly contentType?: string | undefined
  /** Bytes up to which the body is one piece with a Content-Length. Default 8 MiB. */
  readonly buffer?: number | undefined
}

const mebibyte = 1024 * 1024

/**
 * Creates a JSON response of any value. It fails with the `SerializationError` of a value that has no JSON text.
 *
 * **Gotchas**
 *
 * The value must not be changed once it was handed over. An error in a body that is longer than `buffer` breaks the connection off, so
 * that the client does not take the part for the whole.
 *
 * @category constructors
 * @since 0.1.0
 */
export const json = (
  value: unknown,
  options?: JsonOptions
): Effect.Effect<HttpServerResponse, SerializationError, Serialization> => {
  const message = checkJsonOptions(options)
  return message === undefined ? ofValue(value, 8 * mebibyte, options) : Effect.fail(invalidOptions(message))
}

/**
 * Makes a function that creates a JSON response of a value of the schema's type. The value is encoded by the schema's JSON codec in
 * turns of the event loop, its large arrays while the body is made.
 *
 * **Details**
 *
 * Fails with the `SchemaError` of the schema's own encode, or with a `SerializationError`. With `errors: "all"` in `parseOptions` the
 * whole value is encoded first.
 *
 * **Example** (Typed rows)
 *
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { HttpServerResponse } from "effect/http"
 * import { SerializationLive } from "effect-serialization"
 * import { HttpJson } from "effect-serialization/http"
 *
 * const toResponse = HttpJson.schemaJson(Schema.Array(Schema.Struct({ at: Schema.Date })))
 *
 * const answer = toResponse([{ at: new Date(0) }], { status: 201 }).pipe(Effect.provide(SerializationLive))
 * const response = HttpServerResponse.toWeb(await Effect.runPromise(answer))
 * response.status // => 201
 * await response.json() // => [{ at: "1970-01-01T00:00:00.000Z" }]
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const schemaJson = <S extends Schema.Constraint>(
  schema: S,
  parseOptions?: SchemaAST.ParseOptions
): ((
  value: S["Type"],
  options?: JsonOptions
) => Effect.Effect<
  HttpServerResponse,
  Schema.SchemaError | SerializationError,
  Serialization | S["EncodingServices"]
>) => {
  const encoder = makeEncoder(schema, parseOptions)
  return (value, options) => {
    const message = checkJsonOptions(options)
    return message === undefined
      ? ofTyped(encoder, value, 64 * mebibyte, options)
      : Effect.fail(invalidOptions(message))
  }
}

/**
 * Sets the JSON of a value as the body of a client's request. It fails with the `SerializationError` of a value that has no JSON text.
 *
 * **Details**
 *
 * A body within `buffer` is bytes, which a retry sends again. A longer one is a stream, made anew for each try.
 *
 * **Example** (A POST)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { HttpClientRequest } from "effect/http"
 * import { SerializationLive } from "effect-serialization"
 * import { HttpJson } from "effect-serialization/http"
 *
 * const request = HttpClientRequest.post("https://example.com/reports").pipe(HttpJson.bodyJson({ rows: [1, 2, 3] }))
 *
 * const { headers } = await Effect.runPromise(request.pipe(Effect.provide(SerializationLive)))
 * headers["content-length"] // => "16"
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const bodyJson: {
  (
    request: HttpClientRequest.HttpClientRequest,
    value: unknown,
    options?: BodyOptions
  ): Effect.Effect<HttpClientRequest.HttpClientRequest, SerializationError, Serialization>
  (
    value: unknown,
    options?: BodyOptions
  ): (
    request: HttpClientRequest.HttpClientRequest
  ) => Effect.Effect<HttpClientRequest.HttpClientRequest, SerializationError, Serialization>
} = dual(
  (args) => HttpClientRequest.isHttpClientRequest(args[0]),
  (
    request: HttpClientRequest.HttpClientRequest,
    value: unknown,
    options?: BodyOptions
  ): Effect.Effect<HttpClientRequest.HttpClientRequest, SerializationError, Serialization> =>
    Effect.flatMap(Serialization, (service) => {
      const message = checkJsonOptions(options)
      if (message !== undefined) return Effect.fail(invalidOptions(message))
      const contentType = options?.contentType ?? "application/json"
      if (estimate(value, smallest) < smallest) {
        return Effect.map(service.serialize(value, options), ({ serialized }) =>
          HttpClientRequest.setBody(request, HttpBody.text(serialized, contentType))
        )
      }
      const stream = service.stream(value, options)
      return Effect.map(takeBytes(stream, options?.buffer ?? 8 * mebibyte), (bytes) =>
        HttpClientRequest.setBody(
          request,
          bytes === undefined ? HttpBody.stream(stream, contentType) : HttpBody.uint8Array(bytes, contentType)
        )
      )
    })
)
