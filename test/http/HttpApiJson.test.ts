import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Latch, Layer, Schema, SchemaGetter, Stream } from "effect"
import { FetchHttpClient, HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import {
  HttpApi,
  HttpApiBuilder,
  HttpApiClient,
  HttpApiEndpoint,
  HttpApiGroup,
  HttpApiMiddleware,
  HttpApiSchema,
  OpenApi
} from "effect/http-api"
import { SerializationLayer } from "effect-serialization"
import { HttpApiJson } from "effect-serialization/http"
import { SchemaTurns } from "effect-serialization/schema"
import { assertSameAnswer, call, type Call, serve } from "./server.ts"

const Row = Schema.Struct({ id: Schema.Finite, at: Schema.Date, name: Schema.String })
const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, at: new Date(id), name: `é ${id}` }))

class Failed extends Schema.TaggedError<Failed>()("Failed", { rows: Schema.Array(Row) }, { httpApiStatus: 409 }) {}

class Unit extends Context.Service<Unit, string>()("test/Unit") {}

const Priced = Schema.String.pipe(
  Schema.decodeTo(Schema.Finite, {
    decode: SchemaGetter.transform(Number),
    encode: SchemaGetter.transformEffect((price: number) => Effect.map(Unit, (unit) => `${price} ${unit}`))
  })
)

class Marked extends HttpApiMiddleware.Service<Marked>()("test/Marked") {}

const Reports = HttpApiGroup.make("reports")
  .add(
    HttpApiEndpoint.get("small", "/small", { success: Schema.Array(Row) }),
    HttpApiEndpoint.get("large", "/large", { success: Schema.Struct({ rows: Schema.Array(Row) }) }),
    HttpApiEndpoint.get("created", "/created", { success: Schema.Array(Row).pipe(HttpApiSchema.status(201)) }),
    HttpApiEndpoint.get("either", "/either/:kind", {
      params: { kind: Schema.String },
      success: [
        Schema.Struct({ names: Schema.Array(Schema.String) }).pipe(HttpApiSchema.status(202)),
        Schema.Struct({ rows: Schema.Array(Row) }),
        HttpApiSchema.NoContent
      ]
    }),
    HttpApiEndpoint.get("text", "/text", { success: Schema.String.pipe(HttpApiSchema.asText()) }),
    HttpApiEndpoint.get("headers", "/headers", {
      success: HttpApiSchema.WithHeaders(Schema.Array(Row), { "x-count": Schema.FiniteFromString })
    }),
    HttpApiEndpoint.get("stream", "/stream", { success: HttpApiSchema.StreamNdjson({ schema: Row }) }),
    HttpApiEndpoint.get("nothing", "/nothing"),
    HttpApiEndpoint.get("response", "/response", { success: Schema.Array(Row) }),
    HttpApiEndpoint.get("wrong", "/wrong", { success: Schema.Array(Row) }),
    HttpApiEndpoint.get("any", "/any", { success: Schema.Any }),
    HttpApiEndpoint.get("failing", "/failing", { success: Schema.Array(Row), error: Failed }),
    HttpApiEndpoint.get("dying", "/dying", { success: Schema.Array(Row) }),
    HttpApiEndpoint.get("priced", "/priced", { success: Schema.Array(Priced) }),
    HttpApiEndpoint.get("strict", "/strict", { success: Schema.Array(Schema.Struct({ id: Schema.Finite })) }).annotate(
      HttpApi.SuccessParseOptions,
      { onExcessProperty: "error", errors: "all" }
    ),
    HttpApiEndpoint.post("echo", "/echo", { payload: Schema.Array(Row), success: Schema.Array(Row) }),
    HttpApiEndpoint.get("raw", "/raw", { success: Schema.Array(Row) })
  )
  .middleware(Marked)

const Api = HttpApi.make("api").add(Reports)

const group = (make: typeof HttpApiBuilder.group): Layer.Layer<never, never, any> => {
  const handlers = (make as typeof HttpApiJson.group)(Api, "reports", (handlers) =>
    handlers
      .handle("small", () => Effect.succeed(rows(3)))
      .handle("large", () => Effect.succeed({ rows: rows(5000) }))
      .handle("created", () => Effect.succeed(rows(5000)))
      .handle("either", ({ params: { kind } }) =>
        Effect.succeed(
          kind === "names"
            ? { names: Array.from({ length: 9000 }, (_, i) => `name ${i}`) }
            : kind === "rows"
              ? { rows: rows(5000) }
              : undefined
        )
      )
      .handle("text", () => Effect.succeed("x".repeat(50_000)))
      .handle("headers", () =>
        Effect.succeed(HttpApiSchema.withHeaders({ body: rows(5000), headers: { "x-count": 5000 } }))
      )
      .handle("stream", () => Effect.succeed(Stream.fromIterable(rows(2000))))
      .handle("nothing", () => Effect.void)
      .handleAll({
        response: () => Effect.succeed(HttpServerResponse.text("mine".repeat(9000))),
        wrong: () => Effect.succeed([...rows(5000), { id: "1" } as never]),
        any: {
          handler: () => Effect.succeed({ rows: rows(5000), toJSON: undefined }),
          options: { uninterruptible: false }
        },
        failing: () => Effect.fail(new Failed({ rows: rows(200) })),
        dying: () => Effect.die("dead")
      })
      .handle("priced", () => Effect.succeed(Array.from({ length: 5000 }, (_, i) => i)))
      .handle("strict", () => Effect.succeed(Array.from({ length: 5000 }, (_, id) => ({ id, more: true }))))
      .handle("echo", ({ payload }) => Effect.succeed(payload))
      .handleRaw("raw", () => Effect.succeed(rows(5000)))
  )
  return HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide(handlers),
    Layer.provide(
      Layer.succeed(Marked, (effect) => Effect.map(effect, HttpServerResponse.setHeader("x-marked", "yes")))
    ),
    Layer.provide([SerializationLayer.layerSliced(), Layer.succeed(Unit, "EUR")])
  ) as Layer.Layer<never, never, any>
}

const ours = group(HttpApiJson.group as never)
const plain = group(HttpApiBuilder.group)

const paths = [
  ...Object.values(Reports.endpoints).flatMap(({ method, path }) =>
    method === "GET" && !path.includes(":") ? [path] : []
  ),
  "/either/names",
  "/either/rows",
  "/either/nothing",
  "/openapi.json",
  "/missing"
]

describe("HttpApiJson.group", () => {
  it.live("answers as HttpApiBuilder.group does: status, headers and bytes", () =>
    Effect.gen(function* () {
      const [a, b] = [yield* serve(ours), yield* serve(plain)]
      const calls: Record<string, Call> = { GET: {}, HEAD: { method: "HEAD" } }
      for (const path of paths) {
        for (const [how, options] of Object.entries(calls)) {
          const [actual, expected] = [yield* call(a, path, options), yield* call(b, path, options)]
          assertSameAnswer(actual, expected, `${how} ${path}`)
        }
      }
      for (const body of [JSON.stringify(rows(5000)), "[{}]", "{"]) {
        const post: Call = { method: "POST", headers: { "content-type": "application/json" }, body }
        assertSameAnswer(yield* call(a, "/echo", post), yield* call(b, "/echo", post), body.slice(0, 10))
      }
    }).pipe(Effect.scoped)
  )

  it.live("elements of a large answer are encoded while the body is made", () =>
    Effect.gen(function* () {
      let encoded = 0
      const Counted = Schema.String.pipe(
        Schema.decodeTo(Schema.String, {
          decode: SchemaGetter.passthrough(),
          encode: SchemaGetter.transform((text: string) => {
            encoded++
            return text
          })
        })
      )
      const counted = HttpApi.make("counted").add(
        HttpApiGroup.make("g").add(HttpApiEndpoint.get("all", "/all", { success: Schema.Array(Counted) }))
      )
      const texts = Array.from({ length: 50_000 }, (_, i) => `text ${i}`)
      let seen = -1
      const handlers = HttpApiJson.group(
        counted,
        "g",
        (handlers) =>
          handlers.handle("all", () =>
            Effect.sync(() => {
              seen = encoded
              return texts
            })
          ),
        { buffer: 1000 }
      )
      const live = HttpApiBuilder.layer(counted).pipe(
        Layer.provide(handlers),
        Layer.provide(SerializationLayer.layerSliced())
      )
      const port = yield* serve(live as Layer.Layer<never, never, any>)
      const answer = yield* call(port, "/all")
      assert.strictEqual(answer.headers["transfer-encoding"], "chunked")
      assert.strictEqual(answer.bytes.toString(), JSON.stringify(texts))
      assert.deepStrictEqual([seen, encoded], [0, 50_000])
    }).pipe(Effect.scoped)
  )

  it.live("fifty answers at once are each whole", () =>
    Effect.gen(function* () {
      const [a, b] = [yield* serve(ours), yield* serve(plain)]
      const expected = yield* call(b, "/large")
      const answers = yield* Effect.all(
        Array.from({ length: 50 }, () => call(a, "/large")),
        { concurrency: "unbounded" }
      )
      for (const answer of answers) assertSameAnswer(answer, expected, "/large")
    }).pipe(Effect.scoped)
  )

  it.live("a client of the API gets the values", () =>
    Effect.gen(function* () {
      const port = yield* serve(ours)
      const client = yield* HttpApiClient.make(Api, { baseUrl: `http://127.0.0.1:${port}` })
      assert.deepStrictEqual((yield* client.reports.large()).rows, rows(5000))
      assert.deepStrictEqual(yield* client.reports.echo({ payload: rows(2000) }), rows(2000))
      assert.deepStrictEqual(yield* client.reports.either({ params: { kind: "rows" } }), { rows: rows(5000) })
      const failed = yield* Effect.flip(client.reports.failing())
      assert.deepStrictEqual((failed as Failed).rows, rows(200))
    }).pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer))
  )

  it.live("parse options of the api and of the group are heeded, those of the success first", () =>
    Effect.gen(function* () {
      const strict = { onExcessProperty: "error", errors: "all" } as const
      const Ids = Schema.Array(Schema.Struct({ id: Schema.Finite }))
      const extra = Array.from({ length: 5000 }, (_, id) => ({ id, more: true }))
      const apis = {
        none: (group: typeof Group) => HttpApi.make("api").add(group),
        "the group": (group: typeof Group) => HttpApi.make("api").add(group.annotate(HttpApi.ParseOptions, strict)),
        "the api": (group: typeof Group) =>
          HttpApi.make("api").add(group).annotate(HttpApi.SuccessParseOptions, strict),
        "the success's, over others": (group: typeof Group) =>
          HttpApi.make("api")
            .add(group.annotate(HttpApi.ParseOptions, strict))
            .annotate(HttpApi.SuccessParseOptions, {})
      }
      const Group = HttpApiGroup.make("g").add(HttpApiEndpoint.get("all", "/all", { success: Ids }))
      const statuses: Record<string, number> = {}
      for (const [name, apiOf] of Object.entries(apis)) {
        const api = apiOf(Group)
        const answers = []
        for (const make of [HttpApiJson.group, HttpApiBuilder.group as unknown as typeof HttpApiJson.group]) {
          const handlers = make(api, "g", (handlers) => handlers.handle("all", () => Effect.succeed(extra)))
          const live = HttpApiBuilder.layer(api).pipe(
            Layer.provide(handlers),
            Layer.provide(SerializationLayer.layerSliced())
          )
          answers.push(yield* call(yield* serve(live as Layer.Layer<never, never, any>), "/all"))
        }
        assertSameAnswer(answers[0]!, answers[1]!, name)
        statuses[name] = answers[0]!.status
      }
      assert.deepStrictEqual(statuses, {
        none: 200,
        "the group": 500,
        "the api": 500,
        "the success's, over others": 200
      })
    }).pipe(Effect.scoped)
  )

  it.live("a client that leaves ends the work", () =>
    Effect.gen(function* () {
      const leaving = new AbortController()
      const left = Latch.makeUnsafe()
      let encoded = 0
      const Waiting = Schema.String.pipe(
        Schema.decodeTo(Schema.String, {
          decode: SchemaGetter.passthrough(),
          // Nobody but the client's leaving ends the wait.
          encode: SchemaGetter.transformEffect((text: string) => {
            encoded++
            if (text !== "text 100") return Effect.succeed(text)
            leaving.abort()
            return Effect.onInterrupt(Effect.never, () => left.open)
          })
        })
      )
      const api = HttpApi.make("api").add(
        HttpApiGroup.make("g").add(HttpApiEndpoint.get("all", "/all", { success: Schema.Array(Waiting) }))
      )
      const texts = Array.from({ length: 5000 }, (_, i) => `text ${i}`)
      const handlers = HttpApiJson.group(api, "g", (handlers) => handlers.handle("all", () => Effect.succeed(texts)))
      const live = HttpApiBuilder.layer(api).pipe(
        Layer.provide(handlers),
        Layer.provide(SerializationLayer.layerSliced())
      )
      const port = yield* serve(live as Layer.Layer<never, never, any>)
      yield* Effect.exit(call(port, "/all", { signal: leaving.signal }))
      yield* left.await
      assert.strictEqual(encoded, 101)
    }).pipe(Effect.scoped)
  )

  it.effect("options out of range are refused", () =>
    Effect.gen(function* () {
      for (const options of [{ buffer: -1 }, { threshold: Number.NaN }, { threshold: "1" as never }]) {
        const handlers = HttpApiJson.group(Api, "reports", (handlers) => handlers as never, options)
        const exit = yield* Effect.exit(Layer.build(handlers))
        assert.include(String(exit), `\`${Object.keys(options)[0]}\``)
      }
    }).pipe(Effect.provide(SerializationLayer.layerSliced()))
  )

  it("a payload in inTurns is described and decoded as it is without", async () => {
    const apiOf = (payload: Schema.Codec<any, any>) =>
      HttpApi.make("api").add(
        HttpApiGroup.make("g").add(HttpApiEndpoint.post("echo", "/echo", { payload, success: Schema.Finite }))
      )
    const payload = Schema.Struct({ rows: Schema.Array(Row) })
    const [turned, same] = [apiOf(SchemaTurns.inTurns(payload)), apiOf(payload)]
    assert.deepStrictEqual(OpenApi.fromApi(turned), OpenApi.fromApi(same))
    const answers = await Promise.all(
      [turned, same].map(async (api) => {
        const handlers = HttpApiBuilder.group(api, "g", (handlers) =>
          handlers.handle("echo", ({ payload }) =>
            Effect.succeed((payload as { readonly rows: ReadonlyArray<unknown> }).rows.length)
          )
        )
        const live = HttpApiBuilder.layer(api).pipe(Layer.provide([handlers, HttpServer.layerServices]))
        const { dispose, handler } = HttpRouter.toWebHandler(live, { disableLogger: true })
        const ask = async (rows: unknown) => {
          const body = JSON.stringify({ rows })
          const headers = { "content-type": "application/json" }
          const response = await handler(new Request("http://localhost/echo", { method: "POST", body, headers }))
          return [response.status, await response.text()]
        }
        const all = [await ask(rows(5000)), await ask([...rows(5000), { id: "1" }])]
        await dispose()
        return all
      })
    )
    assert.deepStrictEqual(answers[0], answers[1])
    assert.deepStrictEqual(answers[0]![0], [200, "5000"])
  })
})
