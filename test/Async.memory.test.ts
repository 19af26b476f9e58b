/** What calls that have ended leave in memory: nothing. Objects are counted on V8's heap, after a full collection. */
import { assert, describe, it } from "@effect/vitest"
import { queryObjects } from "node:v8"
import { makeSerializer, type Serializer } from "../src/Async.ts"
import { Job } from "../src/internal/engine/job.ts"
import { isAll } from "./support/tier.ts"
import { collect, records, rejection } from "./support/values.ts"

const value = records(50)
const text = JSON.stringify(value)

/** Each has turns to go when it is made. */
const endings: { readonly [ending: string]: (serializer: Serializer) => Promise<void> } = {
  "are done": async ({ serialize }) => assert.strictEqual((await serialize(value)).serialized, text),
  fail: async ({ serializeToBytes }) => void (await rejection(serializeToBytes([value, 1n]))),
  "are aborted": async ({ serialize }) => {
    const controller = new AbortController()
    const call = serialize(value, { signal: controller.signal })
    controller.abort(text)
    assert.strictEqual(await rejection(call), text)
  },
  "are read to their end": async ({ serializeToReadableStream }) =>
    assert.strictEqual(Buffer.concat(await collect(serializeToReadableStream(value))).toString(), text),
  "are cancelled": async ({ serializeToReadableStream }) => {
    const reader = serializeToReadableStream(value, { chunkSize: 1000 }).getReader()
    await reader.read()
    await reader.cancel()
  }
}

/** As many as are told from what the test runner itself leaves. */
const count = isAll ? 1000 : 300

const alive = (of: abstract new (...args: any) => unknown) => queryObjects(of) as number

describe("calls of a serializer that goes on", () => {
  for (const [ending, call] of Object.entries(endings)) {
    it(`that ${ending} leave neither jobs nor promises`, async () => {
      await using serializer = makeSerializer({ routing: "sliced", syncThreshold: 0, turnBudget: "1 nanos" })
      const calls = async () => {
        for (let i = 0; i < count; i += 100) await Promise.all(Array.from({ length: 100 }, () => call(serializer)))
        // What was stopped leaves the queue when its turn comes, which is before this one has had two.
        await serializer.serialize(value)
      }
      await calls()
      const before = { jobs: alive(Job), promises: alive(Promise) }
      await calls()
      assert.isAtMost(alive(Job), before.jobs)
      // Those of the test runner come and go.
      assert.isBelow(alive(Promise) - before.promises, count / 10)
    })
  }
})
