/** Bodies of Hono, and of web messages: the oracle is their own `json`. */
import { assert, describe, it } from "@effect/vitest"
import { type Context, Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { validator } from "hono/validator"
import { serve, type ServerType } from "@hono/node-server"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { honoJsonBody, jsonBody } from "../../src/frameworks/index.ts"
import { isParseError } from "../../src/parse/index.ts"
import { bodies, large, limit, post, waysOf } from "./support/bodies.ts"

const reads: Record<string, (c: Context) => Promise<unknown>> = {
  json: (c) => c.req.json(),
  "json-twice": (c) => Promise.all([c.req.json(), c.req.json()]),
  "json-text": async (c) => [await c.req.json(), JSON.parse(await c.req.text())],
  "text-json": async (c) => [await c.req.text(), await c.req.json()],
  "bytes-json": async (c) => [(await c.req.arrayBuffer()).byteLength, await c.req.json()]
}

const start = async (isOurs: boolean) => {
  const app = new Hono()
  if (isOurs) app.use(honoJsonBody())
  app.onError((error, c) => {
    if ("getResponse" in error) return (error as { getResponse(): Response }).getResponse()
    return c.json({ name: error.name }, 500)
  })
  for (const [name, read] of Object.entries(reads)) app.post(`/${name}`, async (c) => c.json((await read(c)) as never))
  app.post(
    "/validated",
    validator("json", (value) => value as object),
    (c) => c.json(c.req.valid("json"))
  )
  app.use("/limited", bodyLimit({ maxSize: limit }))
  app.post("/limited", async (c) => c.json(await c.req.json()))
  const server: ServerType = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" })
  if (!server.listening) await once(server, "listening")
  return {
    port: (server.address() as AddressInfo).port,
    app,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, "close")
    }
  }
}

describe("honoJsonBody", () => {
  for (const [name, body] of Object.entries(bodies)) {
    it(`answers as Hono's own json does: ${name}`, async () => {
      await using ours = await start(true)
      await using plain = await start(false)
      for (const path of [...Object.keys(reads), "validated", "limited"]) {
        for (const what of waysOf(body)) {
          const [actual, expected] = [
            await post(ours.port, { ...what, path: `/${path}` }),
            await post(plain.port, { ...what, path: `/${path}` })
          ]
          assert.strictEqual(actual.status, expected.status, `${path} ${JSON.stringify(what.headers)}`)
          assert.isTrue(actual.text === expected.text, `${path}: ${actual.text.slice(0, 200)}`)
        }
      }
    })
  }

  it("a broken body fails with its place, and with nothing of the text", async () => {
    const app = new Hono()
    const errors: Array<Error> = []
    app.use(honoJsonBody({ maxDepth: 3 }))
    app.post("/", async (c) => c.json(await c.req.json()))
    app.onError((error, c) => {
      errors.push(error)
      return c.text("", 400)
    })
    for (const body of [`[{},\n secret,${large}`, `[[[[1]]],${large}]`])
      await app.request("/", { method: "POST", body })
    assert.instanceOf(errors[0], SyntaxError)
    assert.isTrue(isParseError(errors[0]!.cause))
    assert.include(errors[0]!.message, "line 2")
    assert.notInclude(String(errors[0]!.stack), "secret")
    assert.isTrue(isParseError(errors[1]) && errors[1].reason._tag === "NestingTooDeep")
  })

  it("options hold for bodies of any size, also for one that was read as text", async () => {
    const refused = {
      NestingTooDeep: [{ maxDepth: 2 }, "[[[1]]]"],
      ForbiddenKey: [{ dangerousKeys: "error" }, '{"__proto__":1}'],
      InvalidUtf8: [{ invalidUtf8: "error" }, Buffer.from([0x22, 0xff, 0x22])]
    } as const
    for (const [tag, [options, body]] of Object.entries(refused)) {
      for (const isText of tag === "InvalidUtf8" ? [false] : [false, true]) {
        const app = new Hono()
        let error: unknown
        app.use(honoJsonBody(options))
        app.post("/", async (c) => {
          if (isText) await c.req.text()
          return c.json(await c.req.json())
        })
        app.onError((thrown, c) => {
          error = thrown
          return c.text("", 400)
        })
        const headers = { "content-length": String(Buffer.byteLength(body)) }
        await app.request("/", { method: "POST", body, headers })
        assert.isTrue(isParseError(error) && error.reason._tag === tag, `${tag}, ${isText}`)
      }
    }
  })
})

const outcome = (parsed: Promise<unknown>) =>
  parsed.then(
    (value) => ({ value }),
    (error) => ({ error: error.name as string })
  )

describe("jsonBody", () => {
  for (const [name, body] of Object.entries(bodies)) {
    it(`gives what json gives: ${name}`, async () => {
      for (const make of [
        () => new Response(body),
        () => new Response(body, { headers: { "content-length": String(Buffer.byteLength(body)) } }),
        () => new Request("http://localhost", { method: "POST", body })
      ]) {
        const expected = await outcome(make().json())
        assert.deepStrictEqual(await outcome(jsonBody(make())), expected)
        assert.deepStrictEqual(await outcome(jsonBody(make(), {})), expected)
      }
    })
  }

  it("no body, a body that was read, and one that somebody reads fail as json does", async () => {
    const read = new Response(large)
    await read.text()
    const locked = new Response(large)
    locked.body!.getReader()
    for (const response of [new Response(null), read, locked]) {
      assert.deepStrictEqual(await outcome(jsonBody(response)), await outcome(response.json()))
    }
  })

  it("options refuse with a ParseError, a signal with its reason", async () => {
    const large = () => new Response(bodies["large"])
    const error: unknown = await jsonBody(large(), { maxBytes: 1000 }).catch((error) => error)
    assert.isTrue(isParseError(error) && error.reason._tag === "InputTooLarge")
    const reason = await jsonBody(large(), { signal: AbortSignal.abort("left") }).catch((reason) => reason)
    assert.strictEqual(reason, "left")
    const response = large()
    await jsonBody(response)
    assert.isTrue(response.bodyUsed)
  })

  it("a stream that breaks off rejects with its own error", async () => {
    const broken = new Error("gone")
    const body = new ReadableStream({ pull: (controller) => controller.error(broken) })
    assert.strictEqual(await jsonBody(new Response(body)).catch((error) => error), broken)
  })
})
