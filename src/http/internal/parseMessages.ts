/**
 * Requests of servers and responses to clients whose `json` is parsed while it arrives.
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import { DecodeError, HttpClientError } from "effect/http/HttpClientError"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import { HttpServerError, RequestParseError } from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import { invalidOptions } from "../../parse/internal/parseErrors.ts"
import { checkOptions } from "../../parse/internal/parseOptions.ts"
import { type BodyParseOptions, IncomingJson } from "./incomingJson.ts"

/**
 * A middleware with which `request.json` and `HttpServerRequest.schemaBodyJson` parse a body while it arrives, in turns of the event loop.
 * Values, and the statuses of what goes wrong, are as without it.
 *
 * **Details**
 *
 * A body whose Content-Length is at most `directSize` of `ParseSettings` (64 KiB) is left to Effect's own code. A larger one fails with an
 * `HttpServerError` whose reason is `RequestParseError`, with a `ParseError` as its `cause`: a 400, or over `MaxBodySize` a 413.
 *
 * {@link parseRequestsWith} holds bodies to a depth, and to keys that are allowed.
 *
 * **Gotchas**
 *
 * A body that was parsed while it arrived is not kept: read again, `json` gives the same value, while `text`, `arrayBuffer` and
 * `urlParamsBody` fail. Read before `json`, they are kept, and parsed in turns. The payloads of an `HttpApi` are read as text, so they are
 * parsed in one go.
 *
 * **Example** (All routes of a router)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { HttpRouter, HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
 * import { HttpJson } from "effect-serialization/http"
 *
 * const routes = HttpRouter.add(
 *   "POST",
 *   "/rows",
 *   Effect.gen(function* () {
 *     const request = yield* HttpServerRequest.HttpServerRequest
 *     const rows = (yield* request.json) as Array<unknown>
 *     return HttpServerResponse.text(`${rows.length} rows`)
 *   })
 * )
 *
 * const { dispose, handler } = HttpRouter.toWebHandler(routes, { disableLogger: true, middleware: HttpJson.parseRequests })
 * const body = JSON.stringify(Array.from({ length: 10_000 }, (_, id) => ({ id })))
 * const response = await handler(new Request("http://localhost/rows", { method: "POST", body }))
 * await response.text() // => "10000 rows"
 * await dispose()
 * ```
 *
 * @category middleware
 * @since 0.1.0
 */
export const parseRequests = <E, R>(
  app: Effect.Effect<HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse, E, R | HttpServerRequest> => parsingIn(app, undefined)

/**
 * {@link parseRequests} with options: `maxDepth`, `dangerousKeys` and `invalidUtf8` of `parse`.
 *
 * **Details**
 *
 * Bodies of any size are held to them. A body that they refuse is a 400, too.
 *
 * **Gotchas**
 *
 * Options that are none are thrown, as a `ParseError` with `InvalidOptions`.
 *
 * **Example** (Keys that may poison a prototype)
 *
 * ```ts
 * import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
 * import { Effect } from "effect"
 * import { HttpJson } from "effect-serialization/http"
 *
 * const answer = Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ json }) => Effect.flatMap(json, HttpServerResponse.json))
 * const { dispose, handler } = HttpRouter.toWebHandler(HttpRouter.add("POST", "/", answer), {
 *   disableLogger: true,
 *   middleware: HttpJson.parseRequestsWith({ maxDepth: 32, dangerousKeys: "remove" })
 * })
 * const post = (body: string) => handler(new Request("http://localhost/", { method: "POST", body }))
 * await (await post('{"id": 7, "__proto__": {"isAdmin": true}}')).text() // => '{"id":7}'
 * const { status } = await post("[".repeat(33) + "]".repeat(33))
 * status // => 400
 * await dispose()
 * ```
 *
 * @category middleware
 * @since 0.1.0
 */
export const parseRequestsWith = (options: BodyParseOptions): ParseMiddleware => {
  const message = checkOptions(options)
  if (message !== undefined) throw invalidOptions(message)
  return (app) => parsingIn(app, options)
}

type App<E, R> = Effect.Effect<HttpServerResponse, E, R>

/**
 * A middleware made by {@link parseRequestsWith}.
 *
 * @category models
 * @since 0.1.0
 */
export type ParseMiddleware = <E, R>(
  app: Effect.Effect<HttpServerResponse, E, R>
) => Effect.Effect<HttpServerResponse, E, R | HttpServerRequest>

const parsingIn = <E, R>(app: App<E, R>, options: BodyParseOptions | undefined): App<E, R | HttpServerRequest> =>
  Effect.flatMap(HttpServerRequest, (request) =>
    Effect.provideService(app, HttpServerRequest, parsing(request, options))
  )

/**
 * A client whose responses' `json` and `HttpClientResponse.schemaBodyJson` parse a body while it arrives, in turns of the event loop.
 * Otherwise like {@link parseRequests}: what goes wrong is an `HttpClientError` whose reason is `DecodeError`, with a `ParseError` as its
 * `cause`. `MaxBodySize` holds for every client.
 *
 * **Example** (A client for large answers)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { FetchHttpClient, HttpClient } from "effect/http"
 * import { HttpJson } from "effect-serialization/http"
 *
 * const answering = Layer.succeed(FetchHttpClient.Fetch, async () => Response.json({ rows: [1, 2, 3] }))
 *
 * const program = Effect.gen(function* () {
 *   const client = HttpJson.parseResponses(yield* HttpClient.HttpClient)
 *   const response = yield* client.get("http://localhost/report")
 *   return yield* response.json
 * })
 *
 * const live = FetchHttpClient.layer.pipe(Layer.provideMerge(answering))
 * await Effect.runPromise(program.pipe(Effect.provide(live))) // => { rows: [1, 2, 3] }
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const parseResponses = <E, R>(client: HttpClient.HttpClient.With<E, R>): HttpClient.HttpClient.With<E, R> =>
  HttpClient.transformResponse(client, (response) => Effect.map(response, parsingResponse))

const parsing = (request: HttpServerRequest, options: BodyParseOptions | undefined): HttpServerRequest => {
  const body: IncomingJson<HttpServerError> = new IncomingJson(
    ({ cause, description }) =>
      new HttpServerError({
        reason: new RequestParseError({
          request,
          reason: cause?.reason._tag === "InputTooLarge" ? "BodyTooLarge" : "Parse",
          ...(description === undefined ? { cause } : { description })
        })
      }),
    false,
    options
  )
  // A router that is mounted modifies the request, which makes a new one of the same body.
  const around = (request: HttpServerRequest): HttpServerRequest =>
    Object.create(request, {
      ...body.gettersFor(request),
      modify: { value: (options: Parameters<HttpServerRequest["modify"]>[0]) => around(request.modify(options)) }
    }) as HttpServerRequest
  return around(request)
}

const parsingResponse = (response: HttpClientResponse): HttpClientResponse => {
  const body = new IncomingJson(
    ({ cause, description }) =>
      new HttpClientError({
        reason: new DecodeError({
          request: response.request,
          response,
          ...(description === undefined ? { cause } : { description })
        })
      }),
    true
  )
  return Object.create(response, body.gettersFor(response)) as HttpClientResponse
}
