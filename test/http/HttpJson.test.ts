import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import {
  Cookies,
  FetchHttpClient,
  HttpClient,
  HttpClientRequest,
  HttpMiddleware,
  HttpRouter,
  HttpServerRequest,
  HttpServerResponse
} from "effect/http"
import { Serialization, SerializationLayer } from "effect-serialization"
import { HttpJson } from "effect-serialization/http"
import { createHash } from "node:crypto"
import { OutgoingMessage, ServerResponse } from "node:http"
import { gunzipSync } from "node:zlib"
import { assertSameAnswer, call, type Call, serve } from "./server.ts"

const live = SerializationLayer.layerSliced()

const Row = Schema.Struct({ id: Schema.Finite, at: Schema.Date, name: Schema.String })
const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, at: new Date(id), name: `é ${id}` }))
const Report = Schema.Struct({ title: Schema.String, rows: Schema.Array(Row) })

const cyclic: Array<unknown> = rows(6000)
cyclic.push(cyclic)

const values: Record<string, unknown> = {
  small: { id: 1 },
  null: null,
  text: "x".repeat(40_000),
  medium: rows(40),
  large: rows(6000),
  bad: [...rows(6000), 1n],
  cyclic,
  toJSON: { toJSON: () => rows(2000) }
}

const responses: Record<string, HttpServerResponse.Options.WithContentType> = {
  "": {},
  "/created": { status: 201 },
  "/named": {
    status: 203,
    statusText: "Told by others",
    cookies: Cookies.fromIterable([Cookies.makeCookieUnsafe("seen", "yes", { path: "/", httpOnly: true })]),
    contentType: "application/ld+json"
  },
  "/own": { headers: { "x-own": "1", "content-type": "application/vnd.api+json" } }
}

type Make = (value: unknown, options: object) => Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, any>
type MakeTyped = (value: never, options: object) => Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, any>

const routesOf = (make: Make, makeTyped: MakeTyped): Layer.Layer<never, never, any> =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const serialization = yield* Effect.context<Serialization>()
      const add = (path: `/${string}`, answer: Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, any>) =>
        router.add(
          "GET",
          path,
          Effect.provideContext(answer, serialization).pipe(
            // The program's own way with what it cannot answer.
            Effect.catch(() => Effect.succeed(HttpServerResponse.text("failed", { status: 500 })))
          ) as Effect.Effect<HttpServerResponse.HttpServerResponse>
        )
      for (const [suffix, options] of Object.entries(responses)) {
        for (const [name, value] of Object.entries(values)) yield* add(`/${name}${suffix}`, make(value, options))
        const reports = { some: rows(10), many: rows(6000), wrong: [...rows(6000), { id: "1" }] }
        for (const [name, rows] of Object.entries(reports)) {
          yield* add(`/report-${name}${suffix}`, makeTyped({ title: "Report", rows } as never, options))
        }
      }
    })
  ) as Layer.Layer<never, never, any>

const plain = routesOf(
  (value, options) => HttpServerResponse.json(value, options),
  HttpServerResponse.schemaJson(Report)
)
const ours = routesOf((value, options) => HttpJson.json(value, options), HttpJson.schemaJson(Report)).pipe(
  Layer.provide(live)
)

const compression = HttpMiddleware.compression() as HttpMiddleware.HttpMiddleware

const names = [...Object.keys(values), "report-some", "report-many", "report-wrong"]
const calls: Record<string, Call> = {
  GET: {},
  HEAD: { method: "HEAD" },
  gzip: { headers: { "accept-encoding": "gzip" } }
}

describe("HttpJson", () => {
  it.live("answers as HttpServerResponse.json and schemaJson do: status, headers and bytes", () =>
    Effect.gen(function* () {
      for (const middleware of [undefined, compression]) {
        const options = middleware === undefined ? undefined : { middleware }
        const [a, b] = [yield* serve(ours, options), yield* serve(plain, options)]
        for (const name of names) {
          for (const suffix of Object.keys(responses)) {
            for (const [how, options] of Object.entries(calls)) {
              const path = `/${name}${suffix}`
              const [actual, expected] = [yield* call(a, path, options), yield* call(b, path, options)]
              assertSameAnswer(actual, expected, `${how} ${path}`)
            }
          }
        }
      }
    }).pipe(Effect.scoped)
  )

  it.live("fifty large answers at once are each whole", () =>
    Effect.gen(function* () {
      const port = yield* serve(ours)
      const expected = JSON.stringify(values["large"])
      const answers = yield* Effect.all(
        Array.from({ length: 50 }, () => call(port, "/large")),
        { concurrency: "unbounded" }
      )
      for (const { bytes } of answers) assert.isTrue(bytes.equals(Buffer.from(expected)))
    }).pipe(Effect.scoped)
  )

  const serveOne = (
    answer: Effect.Effect<
      HttpServerResponse.HttpServerResponse,
      unknown,
      Serialization | HttpServerRequest.HttpServerRequest
    >
  ) =>
    serve(
      HttpRouter.add("GET", "/", Effect.orDie(answer) as Effect.Effect<HttpServerResponse.HttpServerResponse>).pipe(
        Layer.provide(live)
      ) as Layer.Layer<never, never, any>
    )

  it.live("a large body is written a piece a turn", () =>
    Effect.gen(function* () {
      let turn = 0
      const count = (): void => {
        turn++
        counting = setImmediate(count)
      }
      let counting = setImmediate(count)
      const write = vi.spyOn(ServerResponse.prototype, "write")
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          clearImmediate(counting)
          write.mockRestore()
        })
      )
      const turns: Array<number> = []
      const lengths: Array<number> = []
      write.mockImplementation(function (this: ServerResponse, chunk: Buffer) {
        turns.push(turn)
        lengths.push(chunk.length)
        return OutgoingMessage.prototype.write.call(this, chunk, "utf8")
      })
      const text = "x".repeat(2_000_000)
      const context = yield* Effect.context<Serialization>()
      const port = yield* serveOne(Effect.provideContext(HttpJson.json([text]), context))
      const { bytes, headers } = yield* call(port, "/")
      assert.strictEqual(bytes.toString(), JSON.stringify([text]))
      assert.strictEqual(headers["content-length"], `${bytes.length}`)
      assert.isAtLeast(lengths.length, 7)
      assert.isAtMost(Math.max(...lengths), 256 * 1024)
      // Within a turn, the count may come before a piece or behind it.
      assert.isAtLeast(new Set(turns).size, turns.length - 1)
    }).pipe(Effect.scoped, Effect.provide(live))
  )

  it.live("a response that several requests get is whole in each of them", () =>
    Effect.gen(function* () {
      const value = rows(60_000)
      let made: HttpServerResponse.HttpServerResponse | undefined
      const context = yield* Effect.context<Serialization>()
      const make = Effect.tap(Effect.provideContext(HttpJson.json(value), context), (response) =>
        Effect.sync(() => (made = response))
      )
      const port = yield* serveOne(Effect.suspend(() => (made === undefined ? make : Effect.succeed(made))))
      const expected = Buffer.from(JSON.stringify(value))
      assert.isAbove(expected.length, 2_000_000)
      const answers = [yield* call(port, "/"), yield* call(port, "/")]
      answers.push(...(yield* Effect.all([call(port, "/"), call(port, "/")], { concurrency: "unbounded" })))
      for (const { bytes, headers } of answers) {
        assert.isTrue(bytes.equals(expected))
        assert.strictEqual(headers["content-length"], String(expected.length))
      }
    }).pipe(Effect.scoped, Effect.provide(live))
  )

  it.live("headers that are set or taken away later stay so", () =>
    Effect.gen(function* () {
      const value = rows(6000)
      const changes: Record<string, (response: HttpServerResponse.HttpServerResponse) => typeof response> = {
        type: HttpServerResponse.setHeader("content-type", "application/vnd.api+json"),
        noType: (response) => HttpServerResponse.removeHeader(response, "content-type"),
        noLength: (response) => HttpServerResponse.removeHeader(response, "content-length"),
        emptyType: (response) => response
      }
      const context = yield* Effect.context<Serialization>()
      for (const [name, change] of Object.entries(changes)) {
        const options = name === "emptyType" ? { contentType: "", headers: { "content-type": "x/y" } } : {}
        const ours = Effect.provideContext(HttpJson.json(value, options), context)
        const a = yield* serveOne(Effect.map(ours, change))
        const b = yield* serveOne(Effect.map(HttpServerResponse.json(value, options), change))
        assertSameAnswer(yield* call(a, "/"), yield* call(b, "/"), name)
      }
    }).pipe(Effect.scoped, Effect.provide(live))
  )

  it.live("a body beyond the buffer is streamed, and breaks off where an error is in it", () =>
    Effect.gen(function* () {
      const context = yield* Effect.context<Serialization>()
      const large = rows(6000)
      const port = yield* serveOne(Effect.provideContext(HttpJson.json(large, { buffer: 100_000 }), context))
      const answer = yield* call(port, "/")
      assert.strictEqual(answer.headers["transfer-encoding"], "chunked")
      assert.strictEqual(answer.bytes.toString(), JSON.stringify(large))
      const bad = yield* serveOne(Effect.provideContext(HttpJson.json(values["bad"], { buffer: 100_000 }), context))
      const broken = yield* call(bad, "/")
      assert.strictEqual(broken.status, 200)
      assert.isTrue(broken.isBroken)
      const typed = HttpJson.schemaJson(Report)({ title: "", rows: large }, { buffer: 1000 })
      const typedPort = yield* serveOne(Effect.provideContext(typed, context))
      const streamed = yield* call(typedPort, "/")
      assert.strictEqual(streamed.headers["transfer-encoding"], "chunked")
      assert.strictEqual(streamed.bytes.toString(), JSON.stringify({ title: "", rows: large }))
    }).pipe(Effect.scoped, Effect.provide(live))
  )

  it.live("a body beyond the buffer: compressed as it goes, and none for a HEAD", () =>
    Effect.gen(function* () {
      const large = rows(6000)
      const value = { title: "Report", rows: large }
      const bodies = {
        "/any": [HttpJson.json(large, { buffer: 100_000 }), JSON.stringify(large)],
        "/typed": [HttpJson.schemaJson(Report)(value, { buffer: 100_000 }), JSON.stringify(value)]
      } as const
      const routes = HttpRouter.use((router) =>
        Effect.forEach(Object.entries(bodies), ([path, [answer]]) =>
          router.add("GET", path as "/any", Effect.orDie(answer.pipe(Effect.provide(live))))
        )
      )
      const port = yield* serve(routes as Layer.Layer<never, never, any>, { middleware: compression })
      for (const [path, [, text]] of Object.entries(bodies)) {
        const zipped = yield* call(port, path, { headers: { "accept-encoding": "gzip" } })
        const { "content-encoding": encoding, "content-length": length } = zipped.headers
        assert.deepStrictEqual([encoding, length, zipped.isBroken], ["gzip", undefined, false])
        assert.strictEqual(gunzipSync(zipped.bytes).toString(), text)
        const head = yield* call(port, path, { method: "HEAD" })
        assert.deepStrictEqual([head.status, head.bytes.length, head.isBroken], [200, 0, false])
        assert.strictEqual(head.headers["content-type"], "application/json")
      }
    }).pipe(Effect.scoped)
  )

  it.live("a client that leaves ends the work", () =>
    Effect.gen(function* () {
      const context = yield* Effect.context<Serialization>()
      const leaving = new AbortController()
      const huge: Array<unknown> = Array.from({ length: 20 }, () => rows(30_000))
      // The first is done at once, the second in a later turn: the client leaves while the rest is still to come.
      huge.unshift({ toJSON: () => "begun" }, { toJSON: () => void leaving.abort() })
      const interrupted = Serialization.use(({ metrics }) => Effect.map(metrics, ({ interrupted }) => interrupted))
      const immediate = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      const wait = (count: number) =>
        Effect.repeat(Effect.andThen(immediate, interrupted), { until: (now) => now >= count })
      const buffering = yield* serveOne(Effect.provideContext(HttpJson.json(huge, { buffer: 1e9 }), context))
      yield* Effect.ignoreCause(call(buffering, "/", { signal: leaving.signal }))
      yield* wait(1)
      const streaming = yield* serveOne(Effect.provideContext(HttpJson.json(huge, { buffer: 1000 }), context))
      yield* call(streaming, "/", { leaveAfter: 1 })
      yield* wait(2)
    }).pipe(Effect.scoped, Effect.provide(live))
  )

  it.live("an etag is the one that Express makes, and a client that has it gets a 304", () =>
    Effect.gen(function* () {
      const context = yield* Effect.context<Serialization>()
      const values = [
        [Schema.Struct({ id: Schema.Finite }), { id: 1 }],
        [Schema.Array(Row), rows(5000)]
      ] as const
      for (const [schema, value] of values) {
        const text = JSON.stringify(value)
        const digest = createHash("sha1").update(text).digest("base64").slice(0, 27)
        const tag = `"${Buffer.byteLength(text).toString(16)}-${digest}"`
        for (const etag of ["weak", "strong"] as const) {
          const port = yield* serveOne(
            Effect.provideContext(HttpJson.json(value, { etag, headers: { "x-own": "1" } }), context)
          )
          const full = yield* call(port, "/")
          const expected = etag === "weak" ? `W/${tag}` : tag
          assert.strictEqual(full.headers["etag"], expected)
          for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
            const fresh = yield* call(port, "/", { headers: { "if-none-match": known } })
            assert.deepStrictEqual([fresh.status, fresh.bytes.length, fresh.headers["etag"]], [304, 0, expected])
            assert.strictEqual(fresh.headers["x-own"], "1")
            assert.isUndefined(fresh.headers["content-type"])
          }
          const head = yield* call(port, "/", { method: "HEAD", headers: { "if-none-match": tag } })
          assert.deepStrictEqual([head.status, head.headers["etag"]], [304, expected])
          const stale = yield* call(port, "/", { headers: { "if-none-match": '"other"' } })
          assert.strictEqual(stale.status, 200)
        }
        const typed = HttpJson.schemaJson(schema as Schema.Codec<unknown>)(value, { etag: "weak" })
        const answers = Effect.gen(function* () {
          const port = yield* serveOne(Effect.provideContext(typed, context))
          return [yield* call(port, "/"), yield* call(port, "/", { headers: { "if-none-match": tag } })] as const
        })
        const [typedAnswer, fresh] = yield* Effect.scoped(answers)
        assert.deepStrictEqual([typedAnswer.headers["etag"], fresh.status], [`W/${tag}`, 304])
        const own = yield* serveOne(
          Effect.provideContext(HttpJson.json(value, { etag: "weak", headers: { etag: '"mine"' } }), context)
        )
        assert.strictEqual((yield* call(own, "/")).headers["etag"], '"mine"')
        assert.strictEqual((yield* call(own, "/", { headers: { "if-none-match": '"mine"' } })).status, 304)
        const created = yield* serveOne(
          Effect.provideContext(HttpJson.json(value, { etag: "weak", status: 404 }), context)
        )
        assert.strictEqual((yield* call(created, "/", { headers: { "if-none-match": "*" } })).status, 404)
      }
    }).pipe(Effect.scoped, Effect.provide(live))
  )

  it.live("a client's body: bytes within the buffer, a stream made anew for each try beyond", () =>
    Effect.gen(function* () {
      const echo = HttpRouter.add(
        "POST",
        "/",
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          const text = yield* Effect.orDie(request.text)
          const { "content-length": length = "none", "content-type": type } = request.headers
          return HttpServerResponse.text(text, { headers: { "x-length": length, "x-type": type! } })
        })
      )
      const port = yield* serve(echo as Layer.Layer<never, never, any>)
      const send = (value: unknown, options?: HttpJson.BodyOptions) =>
        HttpClientRequest.post(`http://127.0.0.1:${port}/`).pipe(HttpJson.bodyJson(value, options))
      const client = yield* HttpClient.HttpClient
      for (const value of [{ id: 1 }, rows(5000)]) {
        const text = JSON.stringify(value)
        const request = yield* send(value)
        for (let i = 0; i < 2; i++) {
          const response = yield* client.execute(request)
          assert.strictEqual(yield* response.text, text)
          assert.strictEqual(response.headers["x-length"], String(Buffer.byteLength(text)))
          assert.strictEqual(response.headers["x-type"], "application/json")
        }
      }
      const streamed = yield* send(rows(5000), { buffer: 1000, contentType: "application/vnd.api+json" })
      for (let i = 0; i < 2; i++) {
        const response = yield* client.execute(streamed)
        assert.strictEqual(yield* response.text, JSON.stringify(rows(5000)))
        assert.strictEqual(response.headers["x-length"], "none")
        assert.strictEqual(response.headers["x-type"], "application/vnd.api+json")
      }
      const error = yield* Effect.flip(send([...rows(3000), 1n]))
      assert.include(String(error), '"/3000"')
    }).pipe(Effect.scoped, Effect.provide([live, FetchHttpClient.layer]))
  )

  it.effect("options of the text are those of the service, and with errors: all the whole issue is told", () =>
    Effect.gen(function* () {
      const textOf = (response: HttpServerResponse.HttpServerResponse) =>
        Effect.promise(() => HttpServerResponse.toWeb(response).text())
      const value = { title: "Report", rows: rows(1000) }
      const pretty = yield* HttpJson.schemaJson(Report)(value, { pretty: true })
      assert.strictEqual(yield* textOf(pretty), JSON.stringify(value, undefined, 2))
      const cut = yield* HttpJson.json(value, { maxSize: 100, truncate: true })
      assert.isAtMost(Buffer.byteLength(yield* textOf(cut)), 100)
      for (const options of [{ buffer: -1 }, { etag: "odd" as never }, { maxSize: -1 }]) {
        const [name] = Object.keys(options)
        const failures = [HttpJson.json(value, options), HttpJson.schemaJson(Report)(value, options)]
        for (const failure of failures) assert.include(String(yield* Effect.flip(failure)), `\`${name}\``)
      }
      const wrong = { title: 1, rows: [...rows(1000), { id: "1" }] }
      const all = yield* Effect.flip(HttpJson.schemaJson(Report, { errors: "all" })(wrong as never))
      const expected = yield* Effect.flip(
        Schema.encodeUnknownEffect(Schema.toCodecJson(Report), { errors: "all" })(wrong)
      )
      assert.strictEqual(String(all), String(expected))
    }).pipe(Effect.provide(live))
  )
})
