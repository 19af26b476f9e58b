import { assert, describe, it } from "@effect/vitest"
import fastify, { type FastifyInstance, type RouteShorthandOptions } from "fastify"
import { fastifyJson, type FrameworkOptions } from "../../src/frameworks/index.ts"
import { reasonOf } from "../support/values.ts"
import { routes, tenant } from "./support/cases.ts"
import { ask, header, type Listening, listening, readable } from "./support/client.ts"
import { endless, sameAnswers, sliced } from "./support/oracle.ts"

const serve = async (app: FastifyInstance): Promise<Listening> => {
  await app.listen({ port: 0, host: "127.0.0.1" })
  const server = await listening(app.server)
  return { port: server.port, [Symbol.asyncDispose]: () => app.close().then(() => undefined) }
}

const make = (): FastifyInstance => fastify({ forceCloseConnections: true })

const start =
  (configure: (app: FastifyInstance) => void) =>
  async (options: FrameworkOptions | undefined): Promise<Listening> => {
    const app = make()
    configure(app)
    if (options !== undefined) await app.register(fastifyJson, options)
    app.addHook("onRequest", (request, _reply, done) => tenant.run(String(request.headers["x-tenant"]), done))
    app.setErrorHandler((_error, _request, reply) => void reply.code(500).send({ error: "something broke" }))
    for (const [path, { headers = {}, status = 200, value }] of Object.entries(routes)) {
      app.get(path, async (_request, reply) => reply.code(status).headers(headers).send(value(path)))
    }
    app.get("/endless", async () => endless.value())
    return serve(app)
  }

sameAnswers("Fastify", { start: start(() => {}) })
sameAnswers("Fastify, hooks that put the payload into another", {
  start: start((app) =>
    app.addHook("preSerialization", async (request, _reply, payload) => ({ payload, url: request.url }))
  )
})

const large = routes["/large"]!.value("/large") as ReadonlyArray<object>

/** The answers of a program with the adapter and without, which are the same. Tells how many of them the serializer has made. */
const both = async (
  build: (app: FastifyInstance, isOurs: boolean) => void,
  paths: ReadonlyArray<string> = ["/"],
  differs = false
) => {
  await using serializer = sliced()
  const answers = []
  for (const isOurs of [false, true]) {
    const app = make()
    if (isOurs) await app.register(fastifyJson, { serializer })
    build(app, isOurs)
    await using server = await serve(app)
    answers.push(await Promise.all(paths.map((path) => ask(server.port, { path }))))
  }
  const [plain, ours] = answers as [(typeof answers)[0], (typeof answers)[0]]
  if (!differs) assert.deepStrictEqual(ours.map(readable), plain.map(readable))
  const { slicedPath } = await serializer.metrics()
  return { ours, plain, made: slicedPath }
}

const row = { type: "object", properties: { id: { type: "integer" } } }
const schema = { type: "array", items: row }

describe("Fastify", () => {
  it("options out of range are refused when it is registered", async () => {
    for (const options of [{ threshold: -1 }, { threshold: "1" }, { serializer: 1 }]) {
      const app = fastify()
      const registered = async () => void (await app.register(fastifyJson, options as never))
      assert.strictEqual((await reasonOf(registered()))._tag, "InvalidOptions")
    }
  })

  it("runs behind the hooks of the program, in any order", async () => {
    const log: Array<string> = []
    const hook = (name: string) => async (_request: unknown, _reply: unknown, payload: unknown) => {
      log.push(`${name} ${Array.isArray((payload as { rows?: unknown }).rows)}`)
      return { ...(payload as object), [name]: true }
    }
    const { made } = await both((app) => {
      app.addHook("preSerialization", hook("early"))
      app.get("/", { preSerialization: hook("route") }, async () => ({ rows: large }))
      app.addHook("preSerialization", hook("late"))
    })
    assert.strictEqual(made, 1)
    const order = ["early true", "late true", "route true"]
    assert.deepStrictEqual(log, [...order, ...order])
  })

  it("what is serialized is what the last of the program's hooks gives", async () => {
    await using serializer = sliced()
    const seen: Array<ReadonlyArray<string>> = []
    const spy: FrameworkOptions["serializer"] = {
      serializeToReadableStream: serializer.serializeToReadableStream,
      serializeToBytes: (value, options) => {
        seen.push(Object.keys(value as object))
        return serializer.serializeToBytes(value, options)
      }
    }
    const app = make()
    await app.register(fastifyJson, { serializer: spy })
    app.get("/", { preSerialization: async () => ({ large, route: true }) }, async () => large)
    await using server = await serve(app)
    const { body } = await ask(server.port, { path: "/" })
    assert.strictEqual(body.toString(), JSON.stringify({ large, route: true }))
    assert.deepStrictEqual(seen, [["large", "route"]])
  })

  it("a hook that a plugin adds behind it still decides what is sent", async () => {
    const { ours } = await both((app) => {
      app.addHook("onRoute", (route) => {
        const before = [route.preSerialization ?? []].flat()
        route.preSerialization = [...before, async (_request, _reply, payload) => ({ wrapped: payload })]
      })
      app.get("/", async () => large)
    })
    assert.strictEqual(ours[0]!.body.toString(), JSON.stringify({ wrapped: large }))
  })

  for (const key of ["200", "2xx", "default"]) {
    it(`a response schema for ${key} still filters`, async () => {
      const { made, ours } = await both((app) => {
        app.get("/", { schema: { response: { [key]: schema } } }, async () => large)
      })
      assert.strictEqual(made, 0)
      assert.strictEqual(ours[0]!.body.toString(), JSON.stringify(large.map((_, id) => ({ id }))))
    })
  }

  it("a response schema that a plugin adds behind it still filters", async () => {
    const { made } = await both((app) => {
      app.addHook("onRoute", (route) => void (route.schema = { response: { 200: schema } }))
      app.get("/", async () => large)
    })
    assert.strictEqual(made, 0)
  })

  it("serializers of the program's own are kept", async () => {
    const { made } = await both(
      (app) => {
        app.get("/reply", async (_request, reply) =>
          reply.serializer((value) => `reply ${JSON.stringify(value)}`).send(large)
        )
        app.register(async (inner) => {
          inner.setReplySerializer((value, status) => `${status} ${JSON.stringify(value)}`)
          inner.get("/instance", async () => large)
        })
        app.get("/default", async () => large)
      },
      ["/reply", "/instance", "/default"]
    )
    assert.strictEqual(made, 1)
  })

  it("routes of plugins have it, and options of a route stay as they are", async () => {
    const options: RouteShorthandOptions = { preSerialization: [] }
    const { made } = await both(
      (app) => {
        app.get("/one", options, async () => large)
        app.get("/two", options, async () => large)
        app.register(
          async (inner) => {
            inner.get("/", { prefixTrailingSlash: "both" }, async () => large)
          },
          { prefix: "/inner" }
        )
      },
      ["/one", "/two", "/inner", "/inner/"]
    )
    assert.strictEqual(made, 4)
    assert.deepStrictEqual(options, { preSerialization: [] })
  })

  it("onSend hooks see the bytes", async () => {
    const seen: Array<string> = []
    await both((app) => {
      app.addHook(
        "onSend",
        async (_request, _reply, payload) => void seen.push(Object.prototype.toString.call(payload))
      )
      app.get("/", async () => large)
    })
    assert.deepStrictEqual(seen, ["[object String]", "[object Uint8Array]"])
  })

  it("an error behind it is answered by Fastify's own code, with its Content-Type", async () => {
    await both((app) => {
      app.addHook("onSend", (_request, reply, _payload, done) => {
        if (reply.statusCode === 200) done(new Error("no"))
        else done()
      })
      app.setErrorHandler((error: Error, _request, reply) => reply.code(500).send({ message: error.message, large }))
      app.get("/", async () => large)
    })
  })

  it("a failure is a 500, whose message is ours", async () => {
    const { ours, plain } = await both((app) => void app.get("/", async () => [large, 1n]), ["/"], true)
    assert.deepStrictEqual([ours[0]!.status, plain[0]!.status], [500, 500])
    assert.strictEqual(header(ours[0]!, "content-type"), header(plain[0]!, "content-type"))
    assert.include(ours[0]!.body.toString(), "bigint")
  })

  it("a toJSON that gives nothing answers with nothing", async () => {
    await both((app) => void app.get("/", async () => ({ toJSON: () => undefined })))
  })

  it("no text and no HEAD routes: as without the adapter", async () => {
    const app = fastify({ exposeHeadRoutes: false })
    await app.register(fastifyJson)
    app.get("/", async () => null)
    const { payload, statusCode } = await app.inject("/")
    assert.deepStrictEqual([statusCode, payload], [200, "null"])
    await app.close()
  })
})
