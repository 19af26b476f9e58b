import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makeSerializer } from "../../src/Async.ts"
import { jsonResponse, type JsonResponseInit } from "../../src/frameworks/index.ts"
import { rejection, reasonOf } from "../support/values.ts"
import { routes } from "./support/cases.ts"
import { endless, sliced } from "./support/oracle.ts"

const large = routes["/large"]!.value("/large")

const read = async (response: Response) => ({
  status: response.status,
  statusText: response.statusText,
  headers: [...response.headers],
  text: await response.text()
})

describe("jsonResponse", () => {
  const inits: Record<string, ResponseInit | undefined> = {
    "no init": undefined,
    "a status": { status: 201, statusText: "Made" },
    headers: { headers: { "x-own": "yes", "set-cookie": "a=1" } },
    "a Content-Type": { headers: new Headers({ "content-type": "application/ld+json" }) },
    pairs: {
      headers: [
        ["x-own", "1"],
        ["x-own", "2"]
      ]
    }
  }
  for (const [name, init] of Object.entries(inits)) {
    it(`${name}: what Response.json makes`, async () => {
      await using serializer = sliced()
      for (const value of [{ small: true }, null, "text", large]) {
        const actual = await read(await jsonResponse(value, init, { serializer }))
        assert.deepStrictEqual(actual, await read(Response.json(value, init)))
      }
      assert.strictEqual((await serializer.metrics()).slicedPath, 1)
    })
  }

  it("generated values, whole and as streams: what Response.json makes", async () => {
    await using serializer = makeSerializer({ routing: "sliced", syncThreshold: 0 })
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.nat(100), async (value, buffer) => {
        const options = { serializer, threshold: 0, buffer }
        assert.deepStrictEqual(
          await read(await jsonResponse(value, undefined, options)),
          await read(Response.json(value))
        )
      })
    )
  })

  it("a runtime whose Response.json adds a charset: the same Content-Type", async () => {
    const { json } = Response
    try {
      Response.json = (value, init) => {
        const response = json(value, init)
        response.headers.set("content-type", "application/json;charset=utf-8")
        return response
      }
      const { headers } = await jsonResponse(large)
      assert.strictEqual(headers.get("content-type"), "application/json;charset=utf-8")
    } finally {
      Response.json = json
    }
  })

  it("options of the call", async () => {
    const options: JsonResponseInit = { pretty: true, replacer: ["a"], status: 202 }
    const response = await jsonResponse({ a: 1, b: 2 }, options)
    assert.deepStrictEqual([response.status, await response.text()], [202, '{\n  "a": 1\n}'])
    const short = await jsonResponse([1, 2, 3, 4], { maxSize: 5, truncate: true })
    assert.strictEqual(await short.text(), "[1,2]")
  })

  it("beyond the buffer it is a stream, whose rest is made as it is read", async () => {
    await using serializer = sliced()
    let last = false
    const end = { toJSON: () => (last = true) }
    const value = [large, large, large, large, end]
    const response = await jsonResponse(value, undefined, { serializer, buffer: 100_000 })
    assert.isFalse(last)
    const text = await response.text()
    assert.isTrue(last)
    assert.isTrue(text === JSON.stringify(value))
  })

  it("a reader that cancels ends the work", async () => {
    await using serializer = sliced()
    const response = await jsonResponse([large, large, large, large], undefined, { serializer, buffer: 100_000 })
    await response.body!.cancel()
    await endless.stopped(serializer)
  })

  it("what is wrong in the value rejects, small or large", async () => {
    await using serializer = sliced()
    const reason = await reasonOf(jsonResponse([large, 1n], undefined, { serializer }))
    assert.deepInclude(reason, { _tag: "UnsupportedValue", pointer: "/1" })
    assert.instanceOf(await rejection(jsonResponse(undefined)), TypeError)
  })

  it("beyond the buffer, what is wrong breaks the body off", async () => {
    await using serializer = sliced()
    const value = [large, large, 1n]
    const response = await jsonResponse(value, undefined, { serializer, buffer: 10_000 })
    assert.strictEqual(response.status, 200)
    await rejection(response.text())
  })

  it("a signal ends it", async () => {
    await using serializer = sliced()
    const controller = new AbortController()
    const begun = endless.begin()
    const response = jsonResponse(endless.value(), { signal: controller.signal }, { serializer })
    const rejected = rejection(response)
    await begun
    controller.abort(new Error("enough"))
    assert.deepInclude((await rejected) as Error, { message: "enough" })
    await endless.stopped(serializer)
  })

  it("options out of range are refused", async () => {
    for (const options of [{ threshold: -1 }, { threshold: Number.NaN }, { buffer: "1" }, { serializer: {} }]) {
      assert.strictEqual((await reasonOf(jsonResponse(1, undefined, options as never)))._tag, "InvalidOptions")
    }
  })
})
