import { assert, describe, it } from "@effect/vitest"
import { getEventListeners } from "node:events"
import { makeSerializer } from "../src/Async.ts"
import { around, collect, reasonOf, records, rejection } from "./support/values.ts"

const value = around(1)
const text = JSON.stringify(value)

describe("signals", () => {
  const reason = new Error("the client is gone")

  for (const routing of ["sliced", "worker"] as const) {
    it(`${routing}: an abort in the middle rejects with its reason, and leaves no listener`, async () => {
      await using serializer = makeSerializer({ maxThreads: 1, routing })
      const large = records(100_000)
      for (const call of [
        (signal: AbortSignal) => serializer.serialize(large, { signal }),
        (signal: AbortSignal) => serializer.serializeToBytes(large, { signal })
      ]) {
        const controller = new AbortController()
        const promise = call(controller.signal)
        assert.strictEqual(getEventListeners(controller.signal, "abort").length, 1)
        setImmediate(() => controller.abort(reason))
        assert.strictEqual(await rejection(promise), reason)
        assert.strictEqual(getEventListeners(controller.signal, "abort").length, 0)
      }
      // One that has ended has no listener either, and does not mind.
      const controller = new AbortController()
      const { serialized } = await serializer.serialize(value, { signal: controller.signal })
      assert.isTrue(serialized === text)
      assert.strictEqual(getEventListeners(controller.signal, "abort").length, 0)
      controller.abort(reason)
      const { fallbackPath, slicedPath, workerPath } = await serializer.metrics()
      assert.strictEqual(slicedPath + workerPath + fallbackPath, 1)
    })

    it(`${routing}: a stream that is aborted errors with the reason, and leaves no listener`, async () => {
      await using serializer = makeSerializer({ maxThreads: 1, routing })
      const controller = new AbortController()
      const { signal } = controller
      const reader = serializer.serializeToReadableStream(records(100_000), { signal, chunkSize: 1000 }).getReader()
      await reader.read()
      controller.abort(reason)
      const failed = async () => {
        while (!(await reader.read()).done);
      }
      assert.strictEqual(await rejection(failed()), reason)
      assert.strictEqual(getEventListeners(signal, "abort").length, 0)
      const next = await collect(serializer.serializeToReadableStream(value, { signal: new AbortController().signal }))
      assert.isTrue(Buffer.concat(next).toString() === text)
    })
  }

  it("a stream that was read to its end leaves no listener", async () => {
    await using serializer = makeSerializer({ routing: "sliced" })
    const { signal } = new AbortController()
    await collect(serializer.serializeToReadableStream(value, { signal }))
    assert.strictEqual(getEventListeners(signal, "abort").length, 0)
  })

  it("a stream that is cancelled stops the walk and leaves no listener", async () => {
    await using serializer = makeSerializer({ routing: "sliced" })
    const { signal } = new AbortController()
    let reads = 0
    const large = Array.from({ length: 200_000 }, () => ({
      get text() {
        reads++
        return "a little text"
      }
    }))
    const reader = serializer.serializeToReadableStream(large, { signal, chunkSize: 1000 }).getReader()
    await reader.read()
    await reader.cancel()
    const before = reads
    assert.isBelow(before, 150_000)
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    assert.strictEqual(reads, before)
    assert.strictEqual(getEventListeners(signal, "abort").length, 0)
  })

  it("what is no signal is an invalid option", async () => {
    await using serializer = makeSerializer()
    const options = { signal: {} as AbortSignal }
    assert.strictEqual((await reasonOf(serializer.serialize(1, options)))._tag, "InvalidOptions")
    assert.strictEqual(
      (await reasonOf(collect(serializer.serializeToReadableStream(1, options))))._tag,
      "InvalidOptions"
    )
  })

  it("one that is aborted already does nothing", async () => {
    await using serializer = makeSerializer()
    const signal = AbortSignal.abort(reason)
    let calls = 0
    const watched = { toJSON: () => calls++ }
    assert.strictEqual(await rejection(serializer.serialize(watched, { signal })), reason)
    assert.strictEqual(await rejection(serializer.serializeToBytes(watched, { signal })), reason)
    assert.strictEqual(await rejection(collect(serializer.serializeToReadableStream(watched, { signal }))), reason)
    assert.strictEqual(calls, 0)
  })

  it("a reason that is undefined or no error is passed on as it is", async () => {
    await using serializer = makeSerializer({ routing: "sliced" })
    for (const reason of [null, 0, "gone"]) {
      const controller = new AbortController()
      const promise = serializer.serialize(records(100_000), { signal: controller.signal })
      controller.abort(reason)
      assert.strictEqual(await rejection(promise), reason)
    }
  })

  it("a call that has failed by itself keeps its error", async () => {
    await using serializer = makeSerializer()
    const controller = new AbortController()
    const promise = serializer.serialize(1n, { signal: controller.signal })
    const failed = reasonOf(promise)
    assert.strictEqual((await failed)._tag, "UnsupportedValue")
  })
})
