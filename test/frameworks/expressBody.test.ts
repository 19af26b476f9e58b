/** Bodies of Express: the oracle is `express.json` with the same options. */
import { assert, describe, it } from "@effect/vitest"
import express, { type ErrorRequestHandler } from "express"
import { createServer, request } from "node:http"
import { AsyncLocalStorage } from "node:async_hooks"
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"
import { type ExpressBodyOptions, expressJsonBody } from "../../src/frameworks/index.ts"
import { isParseError } from "../../src/parse/index.ts"
import { bodies, large, limit, post, type Post, waysOf } from "./support/bodies.ts"
import { listening } from "./support/client.ts"

const fields = ["name", "status", "statusCode", "expose", "type", "limit", "charset", "encoding", "code", "expected"]

interface Arm {
  readonly port: number
  readonly errors: Array<any>
}

const tenant = new AsyncLocalStorage<string>()

const start = async (parser: (request: any, response: any, next: any) => void) => {
  const errors: Array<any> = []
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    errors.push(error)
    response.status(error.status ?? 500).json(Object.fromEntries(fields.map((name) => [name, error[name]])))
  }
  const app = express()
  app.set("env", "test")
  app.use((_request, _response, next) => tenant.run("mine", next))
  app.use(parser)
  app.post("/", (request, response) => void response.json([tenant.getStore(), request.body]))
  app.use(onError)
  const server = await listening(createServer(app).listen(0, "127.0.0.1"))
  return { port: server.port, errors, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** Both arms, ours first. */
const both = async (
  options: ExpressBodyOptions | undefined,
  check: (ours: Arm, plain: Arm) => Promise<void>
): Promise<void> => {
  await using ours = await start(expressJsonBody(options))
  await using plain = await start(express.json(options as never))
  await check(ours, plain)
}

const same = (options: ExpressBodyOptions | undefined, posts: ReadonlyArray<Post>): Promise<void> =>
  both(options, async (ours, plain) => {
    for (const what of posts) {
      const name = JSON.stringify([what.headers, what.body.slice(0, 30)])
      const [actual, expected] = [await post(ours.port, what), await post(plain.port, what)]
      assert.strictEqual(actual.status, expected.status, name)
      assert.isTrue(
        actual.text === expected.text,
        `${name}: ${actual.text.slice(0, 400)}\n${expected.text.slice(0, 400)}`
      )
    }
  })

const json = (charset: string) => ({ "content-type": `application/json; charset=${charset}` })

describe("expressJsonBody", () => {
  for (const [name, body] of Object.entries(bodies)) {
    it(`answers as express.json does: ${name}`, async () => {
      for (const options of [{ limit }, { limit, strict: false }]) await same(options, waysOf(body))
    })
  }

  it("limits", async () => {
    for (const limit of [undefined, 10, "10", "1kb", "0.2 MB", "100KB", 102_400]) {
      const posts = [10, 11, 1024, 1025, 102_400, 102_401].flatMap((size) => waysOf(`[${" ".repeat(size - 2)}]`))
      await same(limit === undefined ? undefined : { limit }, posts)
    }
    for (const options of [{ limit: "much" }, { verify: "no" as never }]) {
      assert.throws(() => express.json(options as never), TypeError)
      assert.throws(() => expressJsonBody(options), TypeError)
    }
  })

  it("types", async () => {
    const posts = ["application/json", "application/vnd.api+json", "text/plain", "text/json; a=b", "", "nonsense"].map(
      (type): Post => ({ body: "[1]", headers: { "content-type": type } })
    )
    const types: ReadonlyArray<ExpressBodyOptions["type"]> = ["json", "*/*", ["json", "+json"], "text/*", () => true]
    for (const type of types) await same({ type }, posts)
    await same({}, posts)
  })

  it("charsets", () =>
    same({ limit }, [
      { body: large, headers: json("UTF-8") },
      { body: `["größer"]`, headers: json('"utf-8"') },
      { body: Buffer.from(`["größer 💧"]`, "utf16le"), headers: json("utf-16le") },
      { body: Buffer.from(`\ufeff["größer 💧"]`, "utf16le"), headers: json("utf-16") },
      { body: "[1]", headers: json("iso-8859-1") },
      { body: "[1]", headers: json("utf-99") }
    ]))

  it("compressed bodies", async () => {
    const zips = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync }
    const posts = Object.entries(zips).flatMap(([encoding, zip]): ReadonlyArray<Post> => {
      const headers = { "content-encoding": encoding }
      const texts = ["", "[1]", large, bodies["large, broken late"]!, bodies["over the limit"]!]
      const zipped = texts.map((text): Post => ({ headers, body: zip(Buffer.from(text)) }))
      return [...zipped, { headers, body: "no zip" }, { headers, body: zip(Buffer.from(large)).subarray(0, 500) }]
    })
    await same({ limit }, [...posts, { headers: { "content-encoding": "other" }, body: "[1]" }])
    await same({ limit, inflate: false }, posts.slice(0, 2))
  })

  it("verify sees the whole body, and refuses", async () => {
    const seen: Array<unknown> = []
    const verify = (_request: unknown, _response: unknown, body: Buffer, encoding: string) => {
      seen.push([body.length, encoding])
      if (body.includes("oops")) throw Object.assign(new Error("no"), { type: "own" })
      if (body.includes("17")) throw new Error("no")
    }
    await same({ limit: 1e6, verify }, Object.values(bodies).flatMap(waysOf))
    assert.isAbove(seen.length, 50)
    assert.deepStrictEqual(
      seen.filter((_, i) => i % 2 === 0),
      seen.filter((_, i) => i % 2 === 1)
    )
  })

  it("a reviver, and what it throws", async () => {
    const reviver = (key: string, value: unknown) => {
      if (key === "fail") throw new RangeError("mine")
      return typeof value === "number" ? value + 1 : value
    }
    await same({ limit, reviver }, [...waysOf(large), ...waysOf('{"a": 1}'), ...waysOf(`{"fail": ${large}}`)])
  })

  it("a request without a body, and one that was read before, go on", async () => {
    await same({}, [{ body: "", headers: { "content-length": "0" } }])
    for (const parser of [expressJsonBody({ limit }), express.json({ limit })]) {
      await using arm = await start((request, response, next) =>
        parser(request, response, (error: unknown) => (error ? next(error) : parser(request, response, next)))
      )
      const { text } = await post(arm.port, { body: large })
      assert.isTrue(text === `["mine",${large}]`)
    }
  })

  it("a broken body is answered before it has ended, with its place and nothing of the text", async () => {
    await using arm = await start(expressJsonBody({ limit: 1e9 }))
    const head = `[{},\n secret,${large}`
    const length = { "content-length": String(Buffer.byteLength(head)) }
    const { status } = await post(arm.port, { body: head, headers: length })
    assert.strictEqual(status, 400)
    const [error] = arm.errors
    assert.instanceOf(error, SyntaxError)
    assert.isTrue(isParseError(error.cause) && error.cause.reason._tag === "InvalidJson")
    assert.include(error.message, "line 2")
    assert.notInclude(JSON.stringify(Object.entries(error)) + String(error.stack), "secret")
  })

  it("a client that leaves is told as express.json tells it", async () => {
    const errorsOf = async (arm: Arm, headers: Record<string, string>, body: string | Uint8Array) => {
      const outgoing = { "content-type": "application/json", ...headers }
      const client = request({ host: "127.0.0.1", port: arm.port, method: "POST", headers: outgoing })
      client.on("error", () => {})
      client.write(body, () => client.destroy())
      while (arm.errors.length === 0) await new Promise(setImmediate)
      const [{ code, message, name, received, status, type }] = arm.errors.splice(0)
      // How much has come until then is a matter of who was read first.
      return { code, message, name, isReceived: received > 0 && received <= Buffer.byteLength(large), status, type }
    }
    await both({ limit: 1e9 }, async (ours, plain) => {
      assert.deepStrictEqual(await errorsOf(ours, {}, large), await errorsOf(plain, {}, large))
      // `express.json` waits for ever here.
      const { type } = await errorsOf(ours, { "content-encoding": "gzip" }, gzipSync(large).subarray(0, 100))
      assert.strictEqual(type, "request.aborted")
    })
  })

  it("what parse refuses is a 400", async () => {
    await using arm = await start(expressJsonBody({ limit, maxDepth: 3, dangerousKeys: "error" }))
    for (const body of ["[[[[1]]]]", '{"__proto__": 1}']) {
      assert.strictEqual((await post(arm.port, { body })).status, 400)
    }
    assert.isTrue(arm.errors.every((error) => isParseError(error)))
  })
})
