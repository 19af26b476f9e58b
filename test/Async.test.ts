import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import {
  makeSerializer,
  serializeAsync,
  serializeToBytesAsync,
  serializeToReadableStream,
  shutdownSerializationPool
} from "../src/Async.ts"
import { isSerializationError } from "../src/SerializationError.ts"
import { patient, until, watchWorkers } from "./fixtures/pool.ts"
import { around, collect, reasonOf, records } from "./support/values.ts"

const value = around(1)
const text = JSON.stringify(value)
const worker = { maxThreads: 1, routing: "worker", ...patient } as const

describe("makeSerializer", () => {
  it("serializes in all outputs", async () => {
    await using serializer = makeSerializer(worker)
    const string = await serializer.serialize(value)
    assert.isTrue(string.serialized === text)
    assert.deepStrictEqual([string.path, string.truncated], ["worker", false])
    const { bytes } = await serializer.serializeToBytes(value)
    assert.isTrue(Buffer.from(bytes).toString() === text)
    let ended = ""
    const chunks = await collect(
      serializer.serializeToReadableStream(value, { chunkSize: 1000, onEnd: ({ path }) => (ended = path) })
    )
    assert.isTrue(Buffer.concat(chunks).toString() === text)
    assert.isTrue(chunks.every(({ length }) => length <= 1000))
    assert.strictEqual(ended, "worker")
    assert.strictEqual((await serializer.metrics()).workerPath, 3)
  })

  it("is taken by Node's streams", async () => {
    await using serializer = makeSerializer({ routing: "sliced" })
    const readable = Readable.fromWeb(serializer.serializeToReadableStream(value))
    assert.isTrue((await buffer(readable)).toString() === text)
  })

  it("rejects with the SerializationError itself", async () => {
    await using serializer = makeSerializer({ routing: "sliced" })
    assert.strictEqual((await reasonOf(serializer.serialize(1n)))._tag, "UnsupportedValue")
    assert.strictEqual((await reasonOf(serializer.serializeToBytes([records(3000), 1n])))._tag, "UnsupportedValue")
    const stream = serializer.serializeToReadableStream([records(3000), 1n])
    assert.strictEqual((await reasonOf(collect(stream)))._tag, "UnsupportedValue")
    assert.strictEqual((await reasonOf(serializer.serialize(1, { maxSize: NaN })))._tag, "InvalidOptions")
    const odd = serializer.serializeToReadableStream(1, { chunkSize: 0 })
    assert.strictEqual((await reasonOf(collect(odd)))._tag, "InvalidOptions")
    const thrown = { own: "value" }
    const reason = await reasonOf(
      serializer.serialize({
        toJSON() {
          throw thrown
        }
      })
    )
    assert.isTrue(reason._tag === "UserCodeFailed" && reason.cause === thrown)
  })

  it("throws at options out of range when it is made", () => {
    for (const options of [{ maxThreads: 0 }, { routing: "fast" }, { syncThreshold: NaN }] as Array<any>) {
      let thrown: unknown
      try {
        makeSerializer(options)
      } catch (error) {
        thrown = error
      }
      assert.isTrue(isSerializationError(thrown) && thrown.reason._tag === "InvalidOptions")
    }
  })

  it.live("shutdown waits for calls in flight, and later calls are done on the calling thread", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      yield* Effect.promise(async () => {
        const serializer = makeSerializer(worker)
        let isEnded = false
        const call = serializer.serialize(value).then((result) => {
          assert.isFalse(isEnded)
          return result
        })
        await serializer.shutdown()
        isEnded = true
        const { path, serialized } = await call
        assert.isTrue(serialized === text)
        assert.strictEqual(path, "worker")
        const later = await serializer.serialize(value)
        assert.isTrue(later.serialized === text)
        assert.strictEqual(later.path, "fallback")
        await serializer.shutdown()
      })
      yield* until(() => ended.length === started.length)
      assert.strictEqual(started.length, 1)
    })
  )

  it.live("two have two pools", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      yield* Effect.promise(async () => {
        await using first = makeSerializer(worker)
        await using second = makeSerializer(worker)
        await Promise.all([first.serialize(value), second.serialize(value)])
      })
      assert.strictEqual(started.length, 2)
    })
  )
})

describe("the instance of the process", () => {
  afterEach(() => shutdownSerializationPool())

  it("serializes in all outputs", async () => {
    assert.deepStrictEqual(await serializeAsync({ a: 1 }), { serialized: '{"a":1}', truncated: false, path: "sync" })
    const { bytes } = await serializeToBytesAsync(["é"])
    assert.strictEqual(Buffer.from(bytes).toString(), '["é"]')
    assert.isTrue(Buffer.concat(await collect(serializeToReadableStream(value))).toString() === text)
    assert.strictEqual((await reasonOf(serializeAsync(undefined)))._tag, "UnsupportedValue")
  })

  it.live("is one pool, and starts anew after a shutdown", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      // One frame: with more in flight a second thread starts beside the first.
      const given = "x".repeat(5000)
      const call = Effect.promise(() => serializeAsync(given, { routing: "worker" }))
      yield* call
      assert.strictEqual(started.length, 1)
      yield* call
      assert.strictEqual(started.length, 1)
      yield* Effect.promise(() => shutdownSerializationPool())
      yield* until(() => ended.length === 1)
      const { path, serialized } = yield* call
      assert.isTrue(serialized === JSON.stringify(given))
      assert.strictEqual(path, "worker")
      assert.strictEqual(started.length, 2)
    })
  )

  it("a shutdown of nothing is none, and one while another goes on waits for its own", async () => {
    await shutdownSerializationPool()
    const call = serializeAsync(value, { routing: "worker" })
    await Promise.all([shutdownSerializationPool(), shutdownSerializationPool()])
    assert.strictEqual((await call).path, "worker")
  })
})
