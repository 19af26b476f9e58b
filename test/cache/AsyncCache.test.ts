/**
 * The cache as promises.
 */
import { assert, describe, it } from "vitest"
import { isCacheError, makeCache } from "../../src/cache/index.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"

const options = { serialization: { routing: "sliced" } } as const

describe("makeCache", () => {
  it("computes once, reads, sets and invalidates", async () => {
    await using cache = makeCache(options)
    let computed = 0
    const read = () => cache.getOrCompute("a", async () => ({ n: ++computed }), { tags: ["t"] })
    const entries = await Promise.all(Array.from({ length: 100 }, read))
    assert.strictEqual(computed, 1)
    assert.strictEqual(await entries[99]!.text(), '{"n":1}')
    assert.deepStrictEqual(await entries[0]!.json(), { n: 1 })
    assert.strictEqual((await cache.get("a"))?.source, "memory")
    await cache.invalidateTags("t")
    assert.isUndefined(await cache.get("a"))
    await cache.set("a", "set")
    assert.strictEqual(await (await cache.get("a"))?.text(), '"set"')
    await cache.invalidateAll()
    assert.isUndefined(await cache.get("a"))
    assert.strictEqual((await cache.metrics()).computations, 1)
  })

  it("what is read through `c` becomes part of the entry", async () => {
    await using cache = makeCache(options)
    let source = 1
    const outer = () =>
      cache.getOrCompute("outer", async (c) => {
        c.addTags("t")
        c.setTimeToLive("1 hour")
        const inner = await c.getOrCompute("inner", () => source)
        return { inner: await inner.json() }
      })
    assert.strictEqual(await (await outer()).text(), '{"inner":1}')
    source = 2
    await cache.invalidate("inner")
    assert.strictEqual(await (await outer()).text(), '{"inner":2}')
  })

  it("rejects with what the computation threw, and knows cycles", async () => {
    await using cache = makeCache(options)
    const thrown = { any: "thing" }
    const rejection = await cache.getOrCompute("a", () => Promise.reject(thrown)).catch((error: unknown) => error)
    assert.strictEqual(rejection, thrown)
    const cycle = await cache
      .getOrCompute("a", (c) => c.getOrCompute("b", (c) => c.getOrCompute("a", () => 1)))
      .catch((error: unknown) => error)
    assert.isTrue(isCacheError(cycle) && cycle.reason._tag === "DependencyCycle")
  })

  it("a signal ends the call, and the computation when nobody else waits", async () => {
    await using cache = makeCache(options)
    const controllers = [new AbortController(), new AbortController()]
    let aborted = false
    const calls = controllers.map(({ signal }) =>
      cache
        .getOrCompute(
          "a",
          (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve((aborted = true)))),
          { signal }
        )
        .catch((error: unknown) => error)
    )
    controllers[0]!.abort("one")
    assert.strictEqual(await calls[0], "one")
    assert.isFalse(aborted)
    controllers[1]!.abort("two")
    assert.strictEqual(await calls[1], "two")
    assert.isTrue(aborted)
    const refused = await cache.get("a", { signal: AbortSignal.abort("late") }).catch((error: unknown) => error)
    assert.strictEqual(refused, "late")
  })

  it("shares a store with another", async () => {
    const { layer } = makeStoreMemory()
    await using one = makeCache({ ...options, store: layer })
    await using two = makeCache({ ...options, store: layer })
    await one.getOrCompute("a", () => 1)
    assert.strictEqual((await two.get("a"))?.source, "store")
    const { status } = await two.invalidate("a")
    assert.strictEqual(status, "done")
    assert.isUndefined(await one.get("a", { consistency: "strong" }))
  })

  it("gives a text as a stream of its parts", async () => {
    await using cache = makeCache(options)
    const value = ["x".repeat(600_000)]
    const entry = await cache.getOrCompute("a", () => value)
    const parts: Array<Uint8Array> = []
    for await (const part of entry.stream()) parts.push(part)
    assert.strictEqual(parts.length, entry.parts.length)
    assert.isTrue(Buffer.concat(parts).toString() === JSON.stringify(value))
    assert.isTrue((await new Response(entry.stream()).text()) === JSON.stringify(value))
  })

  it("tells what happens, until it is shut down", async () => {
    const cache = makeCache(options)
    const tags: Array<string> = []
    const listening = (async () => {
      for await (const { _tag } of cache.events()) tags.push(_tag)
    })()
    await cache.set("a", 1)
    await cache.get("a")
    await cache.invalidate("a")
    await cache.shutdown()
    await listening
    assert.includeMembers(tags, ["Stored", "Hit", "Invalidated"])
  })

  it("throws for options out of range", () => {
    assert.throws(() => makeCache({ maxBytes: -1 }), /maxBytes/)
  })
})
