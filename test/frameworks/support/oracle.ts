/** A server with us and one without: what they answer is the same. */
import { assert, describe, it } from "@effect/vitest"
import { makeSerializer, type Serializer } from "../../../src/Async.ts"
import type { FrameworkOptions } from "../../../src/frameworks/index.ts"
import { asks, nameOf } from "./cases.ts"
import { type Answer, ask, header, type Listening, open, readable } from "./client.ts"

/** Starts a server; with the adapter, where there are options for it. */
export type Start = (adapter: FrameworkOptions | undefined) => Promise<Listening>

export interface Difference {
  /** Why. */
  readonly because: string
  /** What the plain answer becomes. */
  readonly apply: (plain: Answer) => Answer
}

export interface Oracle {
  readonly start: Start
  /** Differences that are meant, by the name of what is asked. */
  readonly differences?: Record<string, Difference>
}

/** On one thread, so that what is tested is the adapter. */
export const sliced = (): Serializer => makeSerializer({ routing: "sliced" })

export const sameAnswers = (name: string, { differences = {}, start }: Oracle): void => {
  describe(name, () => {
    it("answers as it does without the adapter", async () => {
      await using serializer = sliced()
      await using plain = await start(undefined)
      await using ours = await start({ serializer })
      const unused = new Set(Object.keys(differences))
      for (const what of asks) {
        const title = nameOf(what)
        unused.delete(title)
        const expected = await ask(plain.port, what)
        const actual = await ask(ours.port, what)
        const meant = differences[title]?.apply(expected) ?? expected
        assert.deepStrictEqual(readable(actual), readable(meant), title)
        assert.isTrue(actual.body.equals(meant.body), title)
      }
      assert.deepStrictEqual([...unused], [])
      const { slicedPath, failures } = await serializer.metrics()
      assert.isAbove(slicedPath, 10)
      assert.isAbove(failures, 0)
    })

    it("answers fifty clients at once, each with its own", async () => {
      await using serializer = sliced()
      await using plain = await start(undefined)
      await using ours = await start({ serializer })
      const tenants = Array.from({ length: 50 }, (_, i) => `tenant-${i}`)
      const answers = await Promise.all(
        tenants.map((tenant) => ask(ours.port, { path: "/tenant", headers: { "x-tenant": tenant } }))
      )
      for (const [i, tenant] of tenants.entries()) {
        const expected = await ask(plain.port, { path: "/tenant", headers: { "x-tenant": tenant } })
        assert.isTrue(answers[i]!.body.equals(expected.body), tenant)
        assert.include(answers[i]!.body.toString(), `"${tenant}"`)
        assert.strictEqual(header(answers[i]!, "content-length"), header(expected, "content-length"))
      }
    })

    it("stops when the client leaves, and goes on serving", async () => {
      await using serializer = sliced()
      await using ours = await start({ serializer, threshold: 0 })
      const request = open(ours.port, { path: "/endless" })
      request.on("error", () => {})
      const begun = endless.begin()
      request.end()
      await begun
      request.destroy()
      await endless.stopped(serializer)
      await using plain = await start(undefined)
      const what = { path: "/small" }
      assert.deepStrictEqual(readable(await ask(ours.port, what)), readable(await ask(plain.port, what)))
    })
  })
}

/** A value that is never done: it tells when somebody has begun with it. */
export const endless = {
  onBegin: () => {},
  begin: (): Promise<void> => new Promise((resolve) => (endless.onBegin = resolve)),
  value: (): unknown => {
    const next = (): unknown => ({
      toJSON: () => {
        endless.onBegin()
        return [next()]
      }
    })
    return next()
  },
  stopped: async (serializer: Serializer): Promise<void> => {
    while ((await serializer.metrics()).interrupted === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}
