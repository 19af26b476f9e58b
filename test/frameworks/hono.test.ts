import { serve as serveNode } from "@hono/node-server"
import { assert, describe, it } from "@effect/vitest"
import { Hono, type MiddlewareHandler } from "hono"
import { compress } from "hono/compress"
import { etag } from "hono/etag"
import type { Server } from "node:http"
import { gunzipSync } from "node:zlib"
import { type FrameworkOptions, honoJson } from "../../src/frameworks/index.ts"
import { isSerializationError } from "../../src/SerializationError.ts"
import { routes, tenant } from "./support/cases.ts"
import { ask, header, type Listening, listening, readable } from "./support/client.ts"
import { endless, sameAnswers, sliced } from "./support/oracle.ts"

const serve = (app: Hono<any>): Promise<Listening> =>
  listening(serveNode({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server)

const start =
  (...around: ReadonlyArray<MiddlewareHandler>) =>
  async (options: FrameworkOptions | undefined): Promise<Listening> => {
    const app = new Hono()
    for (const middleware of around) app.use(middleware)
    if (options !== undefined) app.use(honoJson(options))
    app.use((c, next) => tenant.run(c.req.header("x-tenant") ?? "", next))
    app.use(async (c, next) => {
      c.header("x-before", "1")
      await next()
      c.header("x-after", "2")
    })
    app.onError((_error, c) => c.text("something broke", 500))
    for (const [path, { headers = {}, status = 200, value }] of Object.entries(routes)) {
      app.get(path, (c) => c.json(value(path) as object, status as 200, headers))
    }
    app.get("/endless", (c) => c.json(endless.value() as object))
    return serve(app)
  }

sameAnswers("Hono", { start: start() })
sameAnswers("Hono under etag", { start: start(etag()) })
sameAnswers("Hono under compress", { start: start(compress()) })

const large = routes["/large"]!.value("/large") as object

/** The same program with the adapter and without. */
const both = async (build: (app: Hono) => void, ask: (app: Hono) => Promise<unknown>) => {
  await using serializer = sliced()
  const results = []
  for (const isOurs of [false, true]) {
    const app = new Hono()
    if (isOurs) app.use(honoJson({ serializer }))
    build(app)
    results.push(await ask(app))
  }
  assert.deepStrictEqual(results[1], results[0])
  const { slicedPath } = await serializer.metrics()
  return { result: results[1], made: slicedPath }
}

const text = async (app: Hono): Promise<unknown> => {
  const response = await app.request("/")
  return [response.status, [...response.headers], await response.text()]
}

describe("Hono", () => {
  it("the responses of a handler that makes several", async () => {
    const { made } = await both((app) => {
      app.get("/", (c) => {
        c.json({ other: large })
        const answer = c.json(large, 202, { "x-own": ["a", "b"] })
        c.json([large])
        return answer
      })
    }, text)
    assert.strictEqual(made, 1)
  })

  it("headers set before and behind, and a status of init", async () => {
    await both((app) => {
      app.use(async (c, next) => {
        c.header("x-first", "1")
        c.status(203)
        await next()
        c.header("x-first", undefined)
        c.header("set-cookie", "a=1", { append: true })
        c.header("set-cookie", "b=2", { append: true })
        c.res.headers.set("x-second", "2")
      })
      app.get("/", (c) => c.json(large, { headers: { "content-type": "application/ld+json" } }))
    }, text)
  })

  it("another response in its place is sent as it is, without work for the first", async () => {
    const { made } = await both((app) => {
      app.use(async (c, next) => {
        await next()
        c.res = new Response("other", { headers: { "x-other": "yes" } })
      })
      app.get("/", (c) => c.json(large))
    }, text)
    assert.strictEqual(made, 0)
  })

  it("a body that nobody reads is not begun", async () => {
    await using serializer = sliced()
    let isBegun = false
    const value = [large, { toJSON: () => (isBegun = true) }]
    const app = new Hono()
    app.use(honoJson({ serializer }))
    app.get("/", (c) => {
      c.json(value as never)
      return c.text("other")
    })
    const response = await app.request("/")
    assert.strictEqual(await response.text(), "other")
    await new Promise((resolve) => setImmediate(resolve))
    assert.isFalse(isBegun)
  })

  it("null in its place is null", () =>
    both((app) => {
      app.use(async (c, next) => {
        await next()
        c.res = c.json(null)
      })
      app.get("/", (c) => c.json(large))
    }, text))

  it("middleware further in that reads the body, or a copy of it, gets the bytes", () =>
    both((app) => {
      app.use(async (c, next) => {
        await next()
        const copy = await c.res.clone().text()
        c.header("x-length", String(copy.length))
      })
      app.use(async (c, next) => {
        await next()
        c.res = new Response(`(${await c.res.text()})`)
      })
      app.get("/", (c) => c.json(large))
    }, text))

  it("compress and etag further in make the same of it", async () => {
    await using serializer = sliced()
    const bodies: Array<string> = []
    const tags: Array<string | undefined> = []
    for (const adapter of [[], [honoJson({ serializer })]]) {
      const app = new Hono()
      for (const each of [...adapter, compress(), etag()]) app.use(each)
      app.get("/", (c) => c.json(large))
      await using server = await serve(app)
      const answer = await ask(server.port, { path: "/", headers: { "accept-encoding": "gzip" } })
      assert.strictEqual(header(answer, "content-encoding"), "gzip")
      bodies.push(gunzipSync(answer.body).toString())
      tags.push(header(answer, "etag"))
    }
    assert.strictEqual(bodies[1], JSON.stringify(large))
    assert.strictEqual(bodies[1], bodies[0])
    assert.strictEqual(tags[1], tags[0])
  })

  it("other middleware that replaces c.json is kept, in front of it and behind it", async () => {
    const wrap =
      (by: string): MiddlewareHandler =>
      async (c, next) => {
        const json = c.json as (...all: ReadonlyArray<unknown>) => Response
        c.json = ((value: unknown, ...rest: ReadonlyArray<unknown>) => json({ [by]: value }, ...rest)) as typeof c.json
        await next()
      }
    await using serializer = sliced()
    const app = new Hono()
    app.use(wrap("in front"), honoJson({ serializer }), wrap("behind"))
    app.get("/", (c) => c.json(large))
    const response = await app.request("/")
    assert.strictEqual(await response.text(), JSON.stringify({ "in front": { behind: large } }))
  })

  it("onError gets the error, and its answer none of the headers of the one that failed", async () => {
    const build = (app: Hono) => {
      app.onError((error, c) => c.text(isSerializationError(error) || error instanceof TypeError ? "failed" : "", 500))
      app.get("/", (c) => c.json([large, 1n] as never, 200, { "x-own": "yes", etag: '"x"' }))
    }
    const { result } = await both(build, text)
    assert.deepStrictEqual(result, [500, [["content-type", "text/plain; charset=UTF-8"]], "failed"])
  })

  it("onError may set headers, and gets those that middleware has set", async () => {
    const build = (app: Hono) => {
      app.use(async (c, next) => {
        c.header("x-before", "1")
        await next()
        c.header("x-after", "2")
      })
      app.onError((_error, c) => {
        c.header("x-error", "3")
        return c.json({ error: true }, 503)
      })
      app.get("/", (c) => c.json([large, 1n] as never, { status: 201, headers: { "x-own": "yes" } }))
    }
    const { result } = await both(build, text)
    assert.include(JSON.stringify(result), "x-error")
  })

  it("code in a value sees the context of the handler, in the body and in a copy of it", async () => {
    await using serializer = sliced()
    const value = Array.from({ length: 3000 }, () => ({ toJSON: () => tenant.getStore() }))
    for (const isCopied of [false, true]) {
      const app = new Hono()
      app.use(honoJson({ serializer }))
      app.use(async (c, next) => {
        await next()
        if (isCopied) c.res.clone()
      })
      app.use((_c, next) => tenant.run("inside", next))
      app.get("/", (c) => c.json(value as never))
      const names = (await (await app.request("/")).json()) as Array<string>
      assert.deepStrictEqual([...new Set(names)], ["inside"])
    }
  })

  it("a toJSON that gives nothing answers with nothing", () =>
    both((app) => {
      app.get("/", (c) => c.json({ toJSON: () => undefined } as never))
    }, text))

  it("an app that is no server: the same answers", async () => {
    await both(
      (app) => app.get("/", (c) => c.json(large)),
      async (app) => {
        const response = await app.request("/", { method: "HEAD" })
        return [response.status, [...response.headers], await response.text()]
      }
    )
  })

  it("Content-Length as without it, over the wire", async () => {
    const lengths: Array<unknown> = []
    for (const options of [undefined, {}]) {
      await using server = await start()(options)
      const answer = await ask(server.port, { path: "/large" })
      lengths.push(readable(answer))
      assert.strictEqual(header(answer, "content-length"), String(answer.body.length))
    }
    assert.deepStrictEqual(lengths[1], lengths[0])
  })
})
