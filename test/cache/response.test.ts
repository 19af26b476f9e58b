/**
 * Texts of the cache as responses: tags, lengths, 304 and HEAD.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { SerializedCache } from "../../src/cache/index.ts"
import { matches } from "../../src/cache/internal/response.ts"
import { call, serve } from "../http/server.ts"
import { inMemory, makeCache } from "./support/layers.ts"

const provide = Effect.provide(inMemory())
const large = Array.from({ length: 50_000 }, (_, i) => ({ i, name: `name ${i}` }))

const entry = (value: unknown = { a: 1 }) =>
  SerializedCache.use((cache) => cache.getOrCompute("a", Effect.succeed(value), { timeToLive: "90 seconds" }))

const get = (headers: Record<string, string> = {}, method = "GET") => ({ method, headers })

describe("a response", () => {
  for (const [what, value] of [
    ["one part", { a: "é" }],
    ["several parts", large]
  ] as const) {
    it.effect(`of ${what} is the text, with its tag and length`, () =>
      Effect.gen(function* () {
        const cached = yield* entry(value)
        const response = HttpServerResponse.toWeb(SerializedCache.toResponse(cached, { request: get() }))
        const text = yield* Effect.promise(() => response.text())
        assert.isTrue(text === JSON.stringify(value))
        assert.strictEqual(response.status, 200)
        assert.strictEqual(response.headers.get("etag"), cached.etag)
        assert.strictEqual(response.headers.get("content-type"), "application/json")
        const { body } = SerializedCache.toResponse(cached)
        assert(body._tag === "Uint8Array" || body._tag === "Stream")
        assert.strictEqual(body.contentLength, Buffer.byteLength(text))
      }).pipe(provide)
    )
  }

  it.live("of several parts gives each in a turn of its own, so that a fast reader holds nobody up", () =>
    Effect.gen(function* () {
      const { parts, stream } = yield* entry(large)
      let turn = 0
      const count = () => {
        turn++
        immediate = setImmediate(count)
      }
      let immediate = setImmediate(count)
      yield* Effect.addFinalizer(() => Effect.sync(() => clearImmediate(immediate)))
      const turns: Array<number> = []
      const found: Array<Uint8Array> = []
      yield* Stream.runForEach(stream, (part) => Effect.sync(() => void (turns.push(turn), found.push(part))))
      assert.isAbove(parts.length, 3)
      assert.deepStrictEqual(found, [...parts])
      // Within a turn, the count may come before a part or behind it.
      assert.isAtLeast(new Set(turns).size, parts.length - 1)
    }).pipe(Effect.scoped, provide)
  )

  it.effect("none of the text is copied", () =>
    Effect.gen(function* () {
      const cached = yield* entry()
      const { body } = SerializedCache.toResponse(cached)
      assert(body._tag === "Uint8Array")
      assert.strictEqual(body.body, cached.parts[0])
    }).pipe(provide)
  )

  it.effect("says how long it may be kept", () =>
    Effect.gen(function* () {
      const read = entry()
      const first = yield* read
      assert.strictEqual(SerializedCache.toResponse(first).headers["cache-control"], "max-age=90")
      yield* TestClock.adjust("30 seconds")
      const cached = yield* read
      assert.strictEqual(SerializedCache.toResponse(cached).headers["cache-control"], "max-age=60")
      assert.strictEqual(
        SerializedCache.toResponse(cached, { cacheControl: "no-cache" }).headers["cache-control"],
        "no-cache"
      )
      assert.isUndefined(SerializedCache.toResponse(cached, { cacheControl: false }).headers["cache-control"])
      const own = SerializedCache.toResponse(cached, { headers: { "cache-control": "no-store", vary: "accept" } })
      assert.strictEqual(own.headers["cache-control"], "no-store")
      assert.strictEqual(own.headers["vary"], "accept")
    }).pipe(provide)
  )

  it.effect("304 for who has it, by GET and HEAD and for a 200 alone", () =>
    Effect.gen(function* () {
      const cached = yield* entry()
      const tags = { "if-none-match": `W/${cached.etag}` }
      for (const method of ["GET", "HEAD"]) {
        const response = SerializedCache.toResponse(cached, { request: get(tags, method) })
        assert.strictEqual(response.status, 304)
        assert.strictEqual(response.body._tag, "Empty")
        assert.strictEqual(response.headers["etag"], cached.etag)
      }
      assert.strictEqual(SerializedCache.toResponse(cached, { request: get(tags, "POST") }).status, 200)
      assert.strictEqual(SerializedCache.toResponse(cached, { request: get(tags), status: 203 }).status, 203)
      assert.strictEqual(
        SerializedCache.toResponse(cached, { request: get({ "if-none-match": '"other"' }) }).status,
        200
      )
    }).pipe(provide)
  )

  it.effect("HEAD has everything but the text", () =>
    Effect.gen(function* () {
      const cached = yield* entry(large)
      const response = SerializedCache.toResponse(cached, { request: get({}, "HEAD") })
      assert.strictEqual(response.body._tag, "Empty")
      assert.strictEqual(response.headers["content-length"], String(cached.size))
      assert.strictEqual(response.headers["content-type"], "application/json")
    }).pipe(provide)
  )

  it.live("over HTTP: the same tag each time, and nothing but it for who has the text", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache(inMemory())
      const page = Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const cached = yield* cache.getOrCompute("page", Effect.succeed(large))
        return SerializedCache.toResponse(cached, { request })
      })
      const port = yield* serve(HttpRouter.add("GET", "/page", Effect.orDie(page)))
      const [first, second] = [yield* call(port, "/page"), yield* call(port, "/page")]
      const etag = String(first.headers["etag"])
      assert.deepStrictEqual([first.status, second.status, second.headers["etag"]], [200, 200, etag])
      assert.isTrue(second.bytes.toString() === JSON.stringify(large))
      for (let i = 0; i < 2; i++) {
        const same = yield* call(port, "/page", { headers: { "if-none-match": etag } })
        assert.deepStrictEqual([same.status, same.headers["etag"], same.bytes.length], [304, etag, 0])
      }
    })
  )

  it("If-None-Match: weak comparison, lists, commas within tags, and *", () => {
    const etag = '"abc"'
    for (const header of ['"abc"', 'W/"abc"', '"x", "abc"', '"x,y" , W/"abc"', "*", " * "]) {
      assert.isTrue(matches(header, etag), header)
    }
    for (const header of [undefined, "", "abc", '"x"', '"ab', '"abcd"', "**", '"x,"abc']) {
      assert.isFalse(matches(header, etag), header)
    }
  })
})
