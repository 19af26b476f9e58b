/**
 * `HttpApi` groups whose large answers do not block the event loop: `HttpApiJson.group` stands where `HttpApiBuilder.group` stands.
 *
 * **Example** (One import changed)
 *
 * ```ts
 * import { Effect, Layer, Schema } from "effect"
 * import { HttpRouter } from "effect/http"
 * import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
 * import { HttpServer } from "effect/http"
 * import { SerializationLive } from "effect-serialization"
 * import { HttpApiJson } from "effect-serialization/http"
 *
 * const Row = Schema.Struct({ id: Schema.Finite, at: Schema.Date })
 * const Reports = HttpApiGroup.make("reports").add(
 *   HttpApiEndpoint.get("report", "/report", { success: Schema.Array(Row) })
 * )
 * const Api = HttpApi.make("api").add(Reports)
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, at: new Date(id) }))
 * const ReportsLive = HttpApiJson.group(Api, "reports", (handlers) =>
 *   handlers.handle("report", () => Effect.succeed(rows))
 * ).pipe(Layer.provide(SerializationLive))
 *
 * const live = HttpApiBuilder.layer(Api).pipe(Layer.provide([ReportsLive, HttpServer.layerServices]))
 * const { dispose, handler } = HttpRouter.toWebHandler(live, { disableLogger: true })
 * const response = await handler(new Request("http://localhost/report"))
 * const answer = JSON.parse(await response.text())
 * answer[7] // => { id: 7, at: "1970-01-01T00:00:00.007Z" }
 * await dispose()
 * ```
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Serialization } from "../Serialization.ts"
import { answersOf } from "./internal/answers.ts"

/**
 * Options of {@link group}.
 *
 * @category models
 * @since 0.1.0
 */
export interface GroupOptions {
  /** Bytes up to which an answer is one body with a Content-Length. A longer one is streamed. Default 64 MiB. */
  readonly buffer?: number | undefined
  /** Estimated code units below which an answer is left to `HttpApiBuilder`. Default 16384. */
  readonly threshold?: number | undefined
}

/**
 * Creates a `Layer` that implements all endpoints of an `HttpApi` group. It is `HttpApiBuilder.group`, but that large answers are encoded
 * and serialized in turns of the event loop.
 *
 * **Details**
 *
 * Status, headers and bytes are the same, and so are errors, payloads, OpenAPI, clients, middleware, security and tracing. An answer goes
 * the usual way when it is small, a response, a stream or one with headers, or when the endpoint has a success that is not JSON.
 *
 * **Gotchas**
 *
 * An answer must not be changed once the handler has returned it. Middleware sees a body of bytes or a stream where it saw text. A value
 * that does not fit its schema is encoded once more by `HttpApiBuilder`, in one go, which then reports it as ever. In an answer that is
 * longer than `buffer` it breaks the connection off instead.
 *
 * @category handlers
 * @since 0.1.0
 */
export const group = <
  ApiId extends string,
  Groups extends HttpApiGroup.Constraint,
  const Identifier extends HttpApiGroup.Identifier<Groups>,
  Return
>(
  api: HttpApi.HttpApi<ApiId, Groups>,
  groupIdentifier: Identifier,
  build: (
    handlers: HttpApiBuilder.Handlers.FromGroup<HttpApiGroup.WithIdentifier<Groups, Identifier>>
  ) => HttpApiBuilder.Handlers.ValidateReturn<Return>,
  options?: GroupOptions
): Layer.Layer<
  HttpApiGroup.Service<ApiId, Identifier>,
  HttpApiBuilder.Handlers.Error<Return>,
  Exclude<HttpApiBuilder.Handlers.Context<Return>, Scope.Scope> | Serialization
> =>
  HttpApiBuilder.group(api, groupIdentifier, (handlers) =>
    build(wrapped(handlers, answersOf(api, groupIdentifier, options)))
  )

type Handler = (request: any) => Effect.Effect<unknown, unknown, unknown>
type Entry = Handler | { readonly handler: Handler; readonly options?: unknown }

interface HandlerMethods {
  handle(identifier: string, handler: Handler, options?: unknown): unknown
  handleAll(entries: Readonly<Record<string, Entry>>): unknown
  handleRaw(identifier: string, handler: Handler, options?: unknown): unknown
}

/** The same handlers, but that each is wrapped as it is added. */
const wrapped = <H extends object>(handlers: H, wrap: (identifier: string, handler: Handler) => Handler): H => {
  const own = handlers as unknown as HandlerMethods
  const methods: HandlerMethods = {
    handle(identifier, handler, options) {
      own.handle(identifier, wrap(identifier, handler), options)
      return facade
    },
    handleRaw(identifier, handler, options) {
      own.handleRaw(identifier, wrap(identifier, handler), options)
      return facade
    },
    handleAll(entries) {
      const all = Object.entries(entries).map(([identifier, entry]) => [
        identifier,
        typeof entry === "function" ? wrap(identifier, entry) : { ...entry, handler: wrap(identifier, entry.handler) }
      ])
      own.handleAll(Object.fromEntries(all) as Record<string, Entry>)
      return facade
    }
  }
  const facade: H = Object.assign(Object.create(handlers) as H, methods)
  return facade
}
