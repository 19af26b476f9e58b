import { assert, describe, it } from "@effect/vitest"
import Koa from "koa"
import { createServer } from "node:http"
import { Readable } from "node:stream"
import { gzipSync } from "node:zlib"
import { type FrameworkOptions, koaJson } from "../../src/frameworks/index.ts"
import { isSerializationError } from "../../src/SerializationError.ts"
import { routes, tenant } from "./support/cases.ts"
import { ask, header, type Listening, listening, open, readable } from "./support/client.ts"
import { endless, sameAnswers, sliced } from "./support/oracle.ts"

const serve = (app: Koa): Promise<Listening> => {
  app.silent = true
  const answer = app.callback()
  // Around all of it: Koa stringifies when all middleware has run.
  return listening(
    createServer((request, response) => {
      void tenant.run(String(request.headers["x-tenant"]), () => answer(request, response))
    }).listen(0, "127.0.0.1")
  )
}

/** What packages for Koa do: they stringify a body that is an object. */
const gzip: Koa.Middleware = async (ctx, next) => {
  await next()
  if (ctx.method === "HEAD" || ctx.acceptsEncodings("gzip", "identity") !== "gzip") return
  const { body, type } = ctx
  ctx.body = gzipSync(Buffer.isBuffer(body) || typeof body === "string" ? body : JSON.stringify(body))
  ctx.set("Content-Encoding", "gzip")
  ctx.type = type
}

const start = async (options: FrameworkOptions | undefined): Promise<Listening> => {
  const app = new Koa()
  app.use(gzip)
  if (options !== undefined) app.use(koaJson(options))
  app.use((ctx) => {
    if (ctx.path === "/endless") ctx.body = endless.value()
    const route = routes[ctx.path]
    if (route === undefined) return
    ctx.body = route.value(ctx.path)
    ctx.status = route.status ?? 200
    ctx.set(route.headers ?? {})
    if (ctx.fresh) ctx.status = 304
  })
  return serve(app)
}

sameAnswers("Koa", { start })

const large = routes["/large"]!.value("/large")

/** What Koa makes of a body, with the adapter and without. */
const both = async (...middleware: ReadonlyArray<Koa.Middleware>) => {
  await using serializer = sliced()
  const answers = []
  for (const adapter of [[], [koaJson({ serializer })]]) {
    const app = new Koa()
    for (const each of [...adapter, ...middleware]) app.use(each)
    await using server = await serve(app)
    answers.push(await ask(server.port, { path: "/" }))
    answers.push(await ask(server.port, { path: "/", method: "HEAD" }))
  }
  const [plain, plainHead, ours, oursHead] = answers.map(readable)
  assert.deepStrictEqual(ours, plain)
  assert.deepStrictEqual(oursHead, plainHead)
  const { slicedPath } = await serializer.metrics()
  return { answer: answers[2]!, made: slicedPath }
}

describe("Koa", () => {
  const bodies: Record<string, (ctx: Koa.Context) => unknown> = {
    text: () => "x".repeat(20_000),
    "a Buffer": () => Buffer.alloc(20_000, 7),
    "a stream": () => Readable.from([Buffer.alloc(20_000, 7)]),
    "a web stream": () => new Blob(["x".repeat(20_000)]).stream(),
    "a Blob": () => new Blob(["x".repeat(20_000)]),
    "a Response": () => new Response("x".repeat(20_000)),
    "a Uint8Array": () => new Uint8Array(20_000),
    "a Map": () => new Map([[1, 2]]),
    "a number": () => 42,
    "no text": () => ({ toJSON: () => undefined })
  }
  for (const [name, body] of Object.entries(bodies)) {
    it(`a body that is ${name}: as without the adapter`, () => both((ctx) => void (ctx.body = body(ctx))))
  }

  it("an empty status stays empty", async () => {
    for (const status of [204, 304]) {
      const { answer, made } = await both((ctx) => {
        ctx.status = status
        ctx.body = large
      })
      assert.deepStrictEqual([answer.status, made], [status, 0])
    }
  })

  it("no Content-Type where the program has removed it, and its own length for HEAD", async () => {
    const { answer, made } = await both((ctx) => {
      ctx.body = large
      ctx.remove("Content-Type")
      if (ctx.method === "HEAD") ctx.length = 7
    })
    assert.isUndefined(header(answer, "content-type"))
    // Koa stringifies nothing for a HEAD whose length it is told.
    assert.strictEqual(made, 1)
  })

  it("the body of a program that answers by itself is not touched", async () => {
    let isTouched = false
    const spy = { toJSON: () => (isTouched = true) }
    await both((ctx) => {
      ctx.respond = false
      ctx.body = [spy, large]
      setImmediate(() => ctx.res.end("by itself"))
    })
    assert.isFalse(isTouched)
  })

  it("when the client has left, Koa does not stringify it either", async () => {
    await using serializer = sliced()
    const app = new Koa()
    const left = Promise.withResolvers<boolean | undefined>()
    app.use(async (ctx, next) => {
      await next()
      left.resolve(ctx.respond)
    })
    app.use(koaJson({ serializer }))
    app.use((ctx) => void (ctx.body = endless.value()))
    await using server = await serve(app)
    const request = open(server.port, { path: "/" })
    request.on("error", () => {})
    const begun = endless.begin()
    request.end()
    await begun
    request.destroy()
    assert.strictEqual(await left.promise, false)
  })

  it("a failure reaches the program's own try", async () => {
    await using serializer = sliced()
    const app = new Koa()
    app.use(async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        ctx.status = 500
        ctx.body = isSerializationError(error) ? error.reason._tag : "another error"
      }
    })
    app.use(koaJson({ serializer }))
    app.use((ctx) => void (ctx.body = [large, 1n]))
    await using server = await serve(app)
    const answer = await ask(server.port, { path: "/" })
    assert.deepStrictEqual([answer.status, answer.body.toString()], [500, "UnsupportedValue"])
  })
})
