/**
 * Bodies of requests and responses, parsed while they arrive. The oracle is Effect's own `json` on the same server or client.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Schema, type Scope } from "effect"
import {
  FetchHttpClient,
  HttpClient,
  type HttpClientError,
  HttpClientResponse,
  HttpIncomingMessage,
  HttpRouter,
  HttpServerRequest,
  HttpServerResponse
} from "effect/http"
import { HttpJson } from "effect-serialization/http"
import { isParseError, ParseSettings } from "effect-serialization/parse"
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { call, serve } from "./server.ts"

const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: `größer ${id} 💧` }))
const large = JSON.stringify(rows(3000))

const bodies: Record<string, string> = {
  empty: "",
  small: '{"id": 1}',
  "small, broken": '{"id": 1,}',
  blank: "  ",
  scalar: "17",
  mark: '\ufeff{"id": 1}',
  large,
  "large, spaced": JSON.stringify(rows(3000), null, 2),
  "large, broken early": `[oops,${large}]`,
  "large, broken late": `${large}]`,
  "large, cut off": large.slice(0, -100),
  "over the limit": `[${large},${large},${large}]`
}

/** What a route makes of its request. */
type Read = (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<unknown, unknown, any>

const reads: Record<string, Read> = {
  json: (request) => request.json,
  "json-twice": (request) => Effect.all([request.json, request.json]),
  "text-json": (request) => Effect.flatMap(request.text, (text) => Effect.map(request.json, (json) => [text, json])),
  "json-text": (request) =>
    Effect.flatMap(request.json, (json) => Effect.map(Effect.exit(request.text), ({ _tag }) => [_tag, json])),
  bytes: (request) => Effect.map(request.arrayBuffer, ({ byteLength }) => byteLength),
  schema: () =>
    HttpServerRequest.schemaBodyJson(Schema.Array(Schema.Struct({ id: Schema.Finite, name: Schema.String })))
}

const limit = HttpServerRequest.MaxBodySize
const maxBytes = 300_000

const routes = (prefix: HttpRouter.PathInput = "/"): Layer.Layer<never, never, any> =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      for (const [name, read] of Object.entries(reads)) {
        const answer = Effect.gen(function* () {
          const value = yield* read(yield* HttpServerRequest.HttpServerRequest)
          return HttpServerResponse.text(JSON.stringify(value))
        })
        yield* router
          .prefixed(prefix)
          .add("POST", `/${name}`, Effect.provideService(answer, limit, maxBytes as never) as never)
      }
    })
  ) as Layer.Layer<never, never, any>

const post = (port: number, path: string, body: string, headers: Record<string, string>) =>
  Effect.map(call(port, path, { method: "POST", body, headers }), ({ bytes, status }) => ({
    status,
    text: bytes.toString()
  }))

const parsing = { middleware: HttpJson.parseRequests }

describe("HttpJson.parseRequests", () => {
  for (const [name, body] of Object.entries(bodies)) {
    it.live(`answers as Effect's own json does: ${name}`, () =>
      Effect.gen(function* () {
        const [ours, plain] = [yield* serve(routes(), parsing), yield* serve(routes())]
        const length = { "content-length": String(Buffer.byteLength(body)) }
        for (const path of ["json", "json-twice", "text-json", "bytes", "schema"]) {
          for (const headers of [length, { "transfer-encoding": "chunked" }]) {
            const actual = yield* post(ours, `/${path}`, body, headers)
            assert.deepStrictEqual(actual, yield* post(plain, `/${path}`, body, headers), `${path} ${headers}`)
          }
        }
      }).pipe(Effect.scoped)
    )
  }

  it.live("options hold for bodies of any size, read in any way", () =>
    Effect.gen(function* () {
      const options: HttpJson.BodyParseOptions = { maxDepth: 3, dangerousKeys: "remove" }
      const middleware = HttpJson.parseRequestsWith(options)
      const port = yield* serve(routes(), { middleware })
      const filler = JSON.stringify("x".repeat(100_000))
      for (const rest of ["", `,${filler}`]) {
        const deep = `[[[[]]]${rest}]`
        const poisoned = `[{"id":1,"__proto__":{"a":1}}${rest}]`
        for (const path of ["json", "json-twice", "text-json", "schema"]) {
          for (const isChunked of [false, true]) {
            const send = (body: string) =>
              post(port, `/${path}`, body, isChunked ? {} : { "content-length": String(body.length) })
            assert.strictEqual((yield* send(deep)).status, 400, path)
            if (path === "schema") continue
            const { status, text } = yield* send(poisoned)
            const value = JSON.parse(text)
            const clean = JSON.parse(`[{"id":1}${rest}]`)
            const [own] = path === "json" ? [value] : path === "json-twice" ? value : [value[1]]
            assert.deepStrictEqual([status, own], [200, clean], path)
          }
        }
      }
      const empty = yield* serve(routes())
      assert.deepStrictEqual(yield* post(port, "/json", "", {}), yield* post(empty, "/json", "", {}))
    }).pipe(Effect.scoped)
  )

  it("options that are none are thrown at once", () => {
    try {
      HttpJson.parseRequestsWith({ maxDepth: -1 })
    } catch (error) {
      return assert.isTrue(isParseError(error) && error.reason._tag === "InvalidOptions")
    }
    assert.fail("nothing was thrown")
  })

  it.live("text after json fails at once where the body was not kept, and is there where it was", () =>
    Effect.gen(function* () {
      const port = yield* serve(routes(), parsing)
      assert.match((yield* post(port, "/json-text", large, {})).text, /^\["Failure",/)
      const small = yield* post(port, "/json-text", "[1]", { "content-length": "3" })
      assert.strictEqual(small.text, '["Success",[1]]')
    }).pipe(Effect.scoped)
  )

  it.live("a request that a router has modified is parsed, too", () =>
    Effect.gen(function* () {
      const parsed: Array<boolean> = []
      const route = Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const one = yield* request.modify({ url: "/other" }).json
        parsed.push(one === (yield* request.json))
        return HttpServerResponse.empty()
      })
      const port = yield* serve(HttpRouter.add("POST", "/", Effect.orDie(route)) as never, parsing)
      assert.strictEqual((yield* post(port, "/", large, {})).status, 204)
      assert.deepStrictEqual(parsed, [true])
    }).pipe(Effect.scoped)
  )

  it.live("a body that was read before the middleware is the one that was kept", () =>
    Effect.gen(function* () {
      const app = Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        return HttpServerResponse.text(JSON.stringify(yield* request.json))
      })
      const route = Effect.gen(function* () {
        yield* (yield* HttpServerRequest.HttpServerRequest).text
        return yield* HttpJson.parseRequests(app)
      })
      const port = yield* serve(HttpRouter.add("POST", "/", route) as never)
      assert.isTrue((yield* post(port, "/", large, {})).text === large)
      assert.strictEqual((yield* post(port, "/", bodies["large, broken late"]!, {})).status, 400)
    }).pipe(Effect.scoped)
  )

  it.live("a broken body fails with the place, and with nothing of the text", () =>
    Effect.gen(function* () {
      const causes: Array<unknown> = []
      const route = Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const error = yield* Effect.flip(request.json)
        causes.push(error.reason._tag === "RequestParseError" ? error.reason.cause : undefined)
        return HttpServerResponse.empty()
      })
      const port = yield* serve(HttpRouter.add("POST", "/", Effect.orDie(route)) as never, parsing)
      yield* post(port, "/", `[{},\n secret,${large}]`, {})
      const [cause] = causes
      assert.isTrue(isParseError(cause) && cause.reason._tag === "InvalidJson" && cause.reason.line === 2)
      assert.notInclude(String(cause), "secret")
    }).pipe(Effect.scoped)
  )

  it.live("the value is there before the connection has ended: parsed while it arrives", () =>
    Effect.gen(function* () {
      // Broken at its begin, and never ended: only who reads while it arrives can answer.
      const port = yield* serve(routes(), parsing)
      const status = yield* Effect.callback<number>((resume) => {
        const client = request({ host: "127.0.0.1", port, path: "/json", method: "POST" })
        client.on("error", () => {})
        client.on("response", (response) => {
          resume(Effect.succeed(response.statusCode!))
          // The server waits for its end.
          client.destroy()
        })
        client.write(`[oops,${large}`)
        return Effect.sync(() => client.destroy())
      })
      assert.strictEqual(status, 400)
    }).pipe(Effect.scoped)
  )

  it.effect("web requests: the same values and statuses, with and without a body", () =>
    Effect.gen(function* () {
      const app = Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        return HttpServerResponse.jsonUnsafe(yield* request.json)
      })
      for (const body of [null, ...Object.values(bodies)]) {
        const run = (app: Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, any>) => {
          const source = new Request("http://localhost", { method: "POST", body })
          const provided = Effect.provideService(
            app,
            HttpServerRequest.HttpServerRequest,
            HttpServerRequest.fromWeb(source)
          )
          return Effect.match(provided as Effect.Effect<HttpServerResponse.HttpServerResponse, any>, {
            onSuccess: ({ status }) => status,
            onFailure: ({ _tag, reason }) => [_tag, reason._tag, reason.reason ?? "Parse"]
          })
        }
        assert.deepStrictEqual(yield* run(HttpJson.parseRequests(app)), yield* run(app))
      }
    })
  )
})

/** A server of plain Node: what it answers, zipped or not. */
const answering: Effect.Effect<number, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((request, response) => {
        const url = new URL(request.url!, "http://localhost")
        const body = Buffer.from(bodies[url.searchParams.get("body")!]!)
        const how = url.searchParams.get("how")
        if (how === "gzip") return void response.setHeader("content-encoding", "gzip").end(gzipSync(body))
        if (how === "broken") return void response.write(body.subarray(0, 10), () => response.destroy())
        if (how === "headers") {
          response.flushHeaders()
          return void setImmediate(() => response.destroy())
        }
        if (how === "length") return void response.setHeader("content-length", body.length).end(body)
        response.write(body.subarray(0, 10))
        response.end(body.subarray(10))
      }).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  ),
  (server) => (server.address() as AddressInfo).port
)

const clients: Record<string, Layer.Layer<HttpClient.HttpClient>> = {
  fetch: FetchHttpClient.layer,
  "node:http": NodeHttpClient.layerNodeHttp,
  undici: NodeHttpClient.layerUndici
}

const described = (effect: Effect.Effect<unknown, HttpClientError.HttpClientError | Schema.SchemaError>) =>
  Effect.match(effect, {
    onSuccess: (value) => ({ value }),
    onFailure: (error) => ({ error: error._tag, reason: error._tag === "HttpClientError" ? error.reason._tag : "" })
  })

describe("HttpJson.parseResponses", () => {
  for (const [name, layer] of Object.entries(clients)) {
    it.live(`gives what Effect's own json gives: ${name}`, () =>
      Effect.gen(function* () {
        const port = yield* answering
        const plain = yield* HttpClient.HttpClient
        const ours = HttpJson.parseResponses(plain)
        const Rows = Schema.Array(Schema.Struct({ id: Schema.Finite, name: Schema.String }))
        for (const body of Object.keys(bodies)) {
          for (const how of name === "fetch"
            ? ["length", "chunked", "broken", "headers", "gzip"]
            : ["length", "chunked", "broken", "headers"]) {
            const url = `http://127.0.0.1:${port}/?how=${how}&body=${encodeURIComponent(body)}`
            const both = (
              read: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<unknown, any>
            ): Effect.Effect<ReadonlyArray<unknown>> =>
              Effect.forEach([ours, plain], (client) => described(Effect.flatMap(client.get(url), read)))
            for (const [actual, expected] of [
              yield* both((response) => response.json),
              yield* both((response) => Effect.all([response.json, response.json])),
              yield* both((response) => Effect.andThen(response.text, response.json)),
              yield* both((response) => Effect.map(response.text, (text) => text.length)),
              yield* both(HttpClientResponse.schemaBodyJson(Rows))
            ]) {
              assert.deepStrictEqual(actual, expected, `${how} ${body}`)
            }
          }
        }
      }).pipe(Effect.scoped, Effect.provide(layer))
    )
  }

  for (const [name, layer] of Object.entries(clients)) {
    it.live(`a body that was read before is the one that was kept: ${name}`, () =>
      Effect.gen(function* () {
        const port = yield* answering
        const early = HttpClient.transformResponse(
          yield* HttpClient.HttpClient,
          Effect.tap((response) => response.text)
        )
        for (const body of ["large", "empty", "large, broken late"]) {
          const url = `http://127.0.0.1:${port}/?body=${encodeURIComponent(body)}`
          const [actual, expected] = yield* Effect.forEach([HttpJson.parseResponses(early), early], (client) =>
            described(Effect.flatMap(client.get(url), (response) => response.json))
          )
          assert.deepStrictEqual(actual, expected, body)
        }
      }).pipe(Effect.scoped, Effect.provide(layer))
    )
  }

  it.live("MaxBodySize holds, and the error says so", () =>
    Effect.gen(function* () {
      const port = yield* answering
      const client = HttpJson.parseResponses(yield* HttpClient.HttpClient)
      const url = `http://127.0.0.1:${port}/?body=large`
      const json = Effect.flatMap(client.get(url), (response) => response.json)
      const error = yield* Effect.flip(
        Effect.provideService(json, HttpIncomingMessage.MaxBodySize, 100_000 as never) as typeof json
      )
      const cause = error._tag === "HttpClientError" ? error.reason.cause : undefined
      assert.isTrue(isParseError(cause) && cause.reason._tag === "InputTooLarge")
    }).pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer))
  )

  it.live("a length up to directSize is left to Effect", () =>
    Effect.gen(function* () {
      const port = yield* answering
      const client = HttpJson.parseResponses(yield* HttpClient.HttpClient)
      const texts = Effect.gen(function* () {
        const response = yield* client.get(`http://127.0.0.1:${port}/?how=length&body=large`)
        yield* response.json
        return yield* Effect.exit(response.text)
      })
      const settings = { ...ParseSettings.defaultValue(), directSize: 10_000_000 }
      assert.strictEqual((yield* texts)._tag, "Failure")
      assert.strictEqual((yield* Effect.provideService(texts, ParseSettings, settings))._tag, "Success")
    }).pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer))
  )
})
