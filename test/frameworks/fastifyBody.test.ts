/** Bodies of Fastify: the oracle is its own parser. */
import { assert, describe, it } from "@effect/vitest"
import fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from "fastify"
import type { AddressInfo } from "node:net"
import { Readable } from "node:stream"
import { type FastifyBodyOptions, fastifyJsonBody } from "../../src/frameworks/index.ts"
import { isParseError } from "../../src/parse/index.ts"
import { bodies, large, limit, post, type Post, waysOf } from "./support/bodies.ts"

interface Arm extends AsyncDisposable {
  readonly port: number
  readonly errors: Array<any>
}

const echo = async ({ body }: FastifyRequest) => JSON.stringify({ body })

const start = async (
  options: FastifyServerOptions,
  isOurs: boolean,
  configure: (instance: FastifyInstance) => void = () => {},
  bodyOptions?: FastifyBodyOptions
): Promise<Arm> => {
  const instance = fastify({ bodyLimit: limit, ...(options as object) }) as unknown as FastifyInstance
  const errors: Array<any> = []
  instance.addHook("onError", async (_request, _reply, error) => void errors.push(error))
  if (isOurs) await instance.register(fastifyJsonBody, bodyOptions ?? {})
  configure(instance)
  instance.post("/", echo)
  instance.post("/less", { bodyLimit: 1000 }, echo)
  instance.post("/more", { bodyLimit: 10_000_000 }, echo)
  await instance.listen({ port: 0, host: "127.0.0.1" })
  const { port } = instance.server.address() as AddressInfo
  return { port, errors, [Symbol.asyncDispose]: () => instance.close() }
}

const same = async (
  posts: ReadonlyArray<Post>,
  options: FastifyServerOptions = {},
  configure?: (app: FastifyInstance) => void
): Promise<void> => {
  await using ours = await start(options, true, configure)
  await using plain = await start(options, false, configure)
  for (const what of posts) {
    const name = JSON.stringify([what.headers, what.body.slice(0, 30)])
    const [actual, expected] = [await post(ours.port, what), await post(plain.port, what)]
    assert.strictEqual(actual.status, expected.status, name)
    assert.isTrue(
      actual.text === expected.text,
      `${name}: ${actual.text.slice(0, 400)}\n${expected.text.slice(0, 400)}`
    )
  }
  const described = ({ errors }: Arm) =>
    errors.map(({ code, message, name, statusCode }) => ({ code, message, name, statusCode }))
  assert.deepStrictEqual(described(ours), described(plain))
}

const all = Object.values(bodies).flatMap(waysOf)

describe("fastifyJsonBody", () => {
  for (const [name, body] of Object.entries(bodies)) {
    it(`answers as Fastify's own parser does: ${name}`, () => same(waysOf(body)))
  }

  it("limits of routes", () => same(all.flatMap((what) => ["/less", "/more"].map((path) => ({ ...what, path })))))

  it("poisoning", async () => {
    for (const onProtoPoisoning of ["error", "remove", "ignore"] as const) {
      for (const onConstructorPoisoning of ["error", "remove", "ignore"] as const) {
        const dangerous = Object.entries(bodies).filter(([name]) => name.includes("onstructor") || name.includes("key"))
        await same(
          dangerous.flatMap(([, body]) => waysOf(body)),
          { onProtoPoisoning, onConstructorPoisoning }
        )
      }
    }
  })

  it("media types", () =>
    same(
      ["application/json; charset=utf-8", "Application/JSON", "text/plain", "application/other"].map((type) => ({
        body: large,
        headers: { "content-type": type }
      }))
    ))

  it("a preParsing hook that gives another stream, of strings, or of another length", async () => {
    const streamOf = (chunks: ReadonlyArray<string>, receivedEncodedLength?: number) =>
      Object.assign(Readable.from(chunks), receivedEncodedLength === undefined ? {} : { receivedEncodedLength })
    for (const counted of [undefined, large.length, 1e6]) {
      await same(waysOf(large), {}, (app) =>
        app.addHook("preParsing", async (_request, _reply, payload) => {
          payload.resume()
          return streamOf([large.slice(0, 5000), large.slice(5000)], counted) as never
        })
      )
    }
    await same(waysOf(large), {}, (app) =>
      app.addHook("preParsing", async (_request, _reply, payload) => {
        payload.resume()
        return new Readable({
          read() {
            this.destroy(new Error("broken stream"))
          }
        }) as never
      })
    )
  })

  it("a broken body is answered before it has ended, with its place and nothing of the text", async () => {
    await using arm = await start({ bodyLimit: 1e9 }, true)
    const { status } = await post(arm.port, { body: `[{},\n secret,${large}`, isOpen: true })
    assert.strictEqual(status, 400)
    const [error] = arm.errors
    assert.isTrue(isParseError(error.cause) && error.cause.reason._tag === "InvalidJson")
    assert.include(error.cause.message, "line 2")
    assert.notInclude(String(error.cause.stack), "secret")
  })

  it("what parse refuses is a broken body", async () => {
    await using arm = await start({}, true, undefined, { maxDepth: 1 })
    assert.strictEqual((await post(arm.port, { body: large })).status, 400)
    assert.strictEqual(arm.errors[0].cause.reason._tag, "NestingTooDeep")
  })

  it("maxDepth holds for bodies of any size, however keys are looked at", async () => {
    for (const keys of [{}, { onProtoPoisoning: "ignore", onConstructorPoisoning: "error" }] as const) {
      await using arm = await start({}, true, undefined, { maxDepth: 2, ...keys })
      for (const body of ["[[[1]]]", `[[[1]],${large}]`]) {
        assert.strictEqual((await post(arm.port, { body })).status, 400)
        assert.strictEqual(arm.errors.pop().cause.reason._tag, "NestingTooDeep")
      }
      assert.strictEqual((await post(arm.port, { body: "[[1]]" })).status, 200)
      assert.strictEqual((await post(arm.port, { body: "[[1" })).status, 400)
    }
  })
})
