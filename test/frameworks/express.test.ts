import { assert, describe, it } from "@effect/vitest"
import express, { type ErrorRequestHandler, type Express, type Response } from "express"
import { createServer } from "node:http"
import { expressJson, type FrameworkOptions } from "../../src/frameworks/index.ts"
import { routes, tenant } from "./support/cases.ts"
import { ask, header, type Listening, listening, readable } from "./support/client.ts"
import { endless, sameAnswers, sliced } from "./support/oracle.ts"

const serve = (app: Express): Promise<Listening> => listening(createServer(app).listen(0, "127.0.0.1"))

/** Its error page has a Content-Type of its own. */
const onError: ErrorRequestHandler = (_error, _request, response, _next) => {
  response.status(500).send("something broke")
}

const start =
  (configure: (app: Express) => void, path = "/") =>
  (options: FrameworkOptions | undefined): Promise<Listening> => {
    const app = express()
    app.set("env", "test")
    configure(app)
    if (options !== undefined) app.use(path, expressJson(options))
    app.use((request, _response, next) => tenant.run(String(request.headers["x-tenant"]), next))
    for (const [path, { headers = {}, status = 200, value }] of Object.entries(routes)) {
      app.get(path, (_request, response) => {
        response.status(status).set(headers).json(value(path))
      })
    }
    app.get("/endless", (_request, response) => void response.json(endless.value()))
    app.use(onError)
    return serve(app)
  }

sameAnswers("Express", { start: start(() => {}) })

for (const etag of ["strong", false] as const) {
  sameAnswers(`Express, etag ${etag}`, { start: start((app) => app.set("etag", etag)) })
}
sameAnswers("Express, an etag function of the program", {
  start: start((app) => app.set("etag", (body: Buffer) => `"own-${body.length}"`))
})
sameAnswers("Express, json spaces", { start: start((app) => app.set("json spaces", 2)) })
sameAnswers("Express, json replacer", {
  start: start((app) => app.set("json replacer", (key: string, value: unknown) => (key === "text" ? undefined : value)))
})
sameAnswers("Express, json replacer, a list", {
  start: start((app) => app.set("json replacer", ["rows", "id", "self", "inner", "tenant"]))
})

/** Both arms, one after the other. */
const both = async (
  build: (app: Express) => void,
  check: (port: number, isOurs: boolean) => Promise<void>
): Promise<void> => {
  await using serializer = sliced()
  for (const isOurs of [false, true]) {
    const app = express()
    app.set("env", "test")
    if (isOurs) app.use(expressJson({ serializer }))
    build(app)
    await using server = await serve(app)
    await check(server.port, isOurs)
  }
}

const large = routes["/large"]!.value("/large")

describe("Express", () => {
  it("escapes as it does without the adapter", () =>
    both(
      (app) => {
        app.set("json escape", true)
        app.get("/", (_request, response) => void response.json(large))
      },
      async (port) => {
        const { body } = await ask(port, { path: "/" })
        assert.include(body.toString(), "\\u003c\\u0026\\u003e")
      }
    ))

  it("res.send of an object takes the same way", () =>
    both(
      (app) => app.get("/", (_request, response) => void response.send(large)),
      async (port) => {
        const answer = await ask(port, { path: "/" })
        assert.strictEqual(header(answer, "content-type"), "application/json; charset=utf-8")
        assert.strictEqual(answer.body.toString(), JSON.stringify(large))
      }
    ))

  it("a conditional request with the tag of the first answer gets 304", () =>
    both(
      (app) => app.get("/", (_request, response) => void response.json(large)),
      async (port) => {
        const etag = header(await ask(port, { path: "/" }), "etag")!
        const second = await ask(port, { path: "/", headers: { "if-none-match": etag } })
        assert.strictEqual(second.status, 304)
        assert.strictEqual(second.body.length, 0)
        assert.deepStrictEqual(
          second.headers.map(([name]) => name),
          ["connection", "etag", "x-powered-by"]
        )
      }
    ))

  it("a default error page does not inherit the Content-Type", () =>
    both(
      (app) => {
        app.get("/", (_request, response) => void response.json([large, 1n]))
      },
      async (port) => {
        const answer = await ask(port, { path: "/" })
        assert.strictEqual(answer.status, 500)
        assert.strictEqual(header(answer, "content-type"), "text/html; charset=utf-8")
      }
    ))

  it("an error goes to the handler of the router that it comes from", () =>
    both(
      (app) => {
        const router = express.Router()
        router.get("/bad", (_request, response) => void response.json([large, 1n]))
        router.use(
          ((_error, _request, response, _next) => void response.status(501).end("inner")) as ErrorRequestHandler
        )
        app.use("/api", router)
        app.use(onError)
      },
      async (port) => {
        const answer = await ask(port, { path: "/api/bad" })
        assert.deepStrictEqual([answer.status, answer.body.toString()], [501, "inner"])
      }
    ))

  it("the first of two answers is sent, and the second is refused", () => {
    const codes: Array<unknown> = []
    const attempt = (f: () => void): void => {
      try {
        f()
      } catch (error) {
        codes.push((error as NodeJS.ErrnoException).code)
      }
    }
    return both(
      (app) =>
        app.get("/", (_request, response) => {
          response.json(large)
          attempt(() => response.json({ second: true }))
          attempt(() => response.json([large, "second"]))
          assert.isTrue(response.headersSent)
          response.status(201)
        }),
      async (port) => {
        codes.length = 0
        const answer = await ask(port, { path: "/" })
        assert.deepStrictEqual([answer.status, answer.body.toString()], [200, JSON.stringify(large)])
        assert.deepStrictEqual(codes, ["ERR_HTTP_HEADERS_SENT", "ERR_HTTP_HEADERS_SENT"])
      }
    )
  })

  it("an answer that somebody else has sent meanwhile is left alone", async () => {
    await using serializer = sliced()
    const app = express()
    app.use(expressJson({ serializer }))
    app.get("/", (_request, response) => {
      response.json(large)
      response.end("first")
    })
    await using server = await serve(app)
    const answer = await ask(server.port, { path: "/" })
    assert.deepStrictEqual([answer.status, answer.body.toString()], [200, "first"])
    while ((await serializer.metrics()).slicedPath + (await serializer.metrics()).interrupted === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.strictEqual((await ask(server.port, { path: "/" })).body.toString(), "first")
  })

  it("an answer that somebody else has begun meanwhile is left alone", async () => {
    await using serializer = sliced()
    const app = express()
    const errors: Array<unknown> = []
    app.disable("etag")
    app.use(expressJson({ serializer }))
    app.get("/", async (_request, response) => {
      response.json(large)
      response.write("first")
      while ((await serializer.metrics()).slicedPath === 0) await new Promise((resolve) => setImmediate(resolve))
      // The bytes are there, and the adapter has seen that they are too late.
      await new Promise((resolve) => setImmediate(resolve))
      response.end(", and last")
    })
    app.use(((error, _request, _response, _next) => void errors.push(error)) as ErrorRequestHandler)
    await using server = await serve(app)
    const answer = await ask(server.port, { path: "/" })
    assert.deepStrictEqual([answer.status, answer.body.toString(), errors], [200, "first, and last", []])
  })

  it("the ETag of a large value is not made in one go", async () => {
    await using serializer = sliced()
    const app = express()
    let calls = 0
    const own = app.get("etag fn")
    app.set("etag fn", (...args: ReadonlyArray<unknown>) => {
      calls++
      return own(...args)
    })
    app.use(expressJson({ serializer }))
    app.get("/", (_request, response) => void response.json(large))
    await using server = await serve(app)
    const answer = await ask(server.port, { path: "/" })
    assert.strictEqual(header(answer, "etag"), own(Buffer.from(JSON.stringify(large))))
    assert.strictEqual(calls, 0)
  })

  it("a toJSON that gives nothing answers with nothing", () => {
    const answers: Array<unknown> = []
    return both(
      (app) => app.get("/", (_request, response) => void response.json({ toJSON: () => undefined })),
      async (port) => void answers.push(readable(await ask(port, { path: "/" })))
    ).then(() => assert.deepStrictEqual(answers[1], answers[0]))
  })

  it("other middleware that replaces res.json is kept, before it and behind it", () => {
    const wrap = (app: Express, by: string): void => {
      app.use((_request, response: Response, next) => {
        const json = response.json
        response.json = function (body) {
          return json.call(this, { [by]: body })
        }
        next()
      })
    }
    const texts: Array<string> = []
    return both(
      (app) => {
        wrap(app, "behind")
        app.get("/", (_request, response) => void response.json(large))
      },
      async (port) => void texts.push((await ask(port, { path: "/" })).body.toString())
    ).then(() => {
      assert.strictEqual(texts[0], JSON.stringify({ behind: large }))
      assert.strictEqual(texts[1], texts[0])
    })
  })

  it("works in a mounted application with settings of its own", () => {
    const answers: Array<unknown> = []
    return both(
      (app) => {
        const inner = express()
        inner.set("json spaces", 1)
        inner.set("etag", "strong")
        inner.get("/", (_request, response) => void response.json(large))
        app.use("/inner", inner)
      },
      async (port) => void answers.push(readable(await ask(port, { path: "/inner" })))
    ).then(() => assert.deepStrictEqual(answers[1], answers[0]))
  })

  it("a small value is answered before res.json returns", async () => {
    const app = express()
    app.use(expressJson())
    const seen: Array<boolean> = []
    app.get("/", (_request, response) => {
      response.json({ small: true })
      seen.push(response.headersSent)
    })
    await using server = await serve(app)
    await ask(server.port, { path: "/" })
    assert.deepStrictEqual(seen, [true])
  })
})
