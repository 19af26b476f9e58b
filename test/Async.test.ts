import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { getEventListeners } from "node:events"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import {
  makeSerializer,
  serializeAsync,
  serializeToBytesAsync,
  serializeToReadableStream,
  shutdownSerializationPool
} from "../src/Async.ts"
import { isSerializationError, type SerializationError } from "../src/SerializationError.ts"
import { fixture, until, watchWorkers } from "./fixtures/pool.ts"
import { around, collect, records } from "./support/values.ts"

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("it did not reject"),
    (error: unknown) => error
  )

const reasonOf = async (promise: Promise<unknown>) => {
  const error = await rejection(promise)
  assert.isTrue(isSerializationError(error))
  return (error as SerializationError).reason
}

const value = around(1)
const text = JSON.stringify(value)

describe("makeSerializer", () => {
  it("serializes in all outputs", async () => {
    await using serializer = makeSerializer({ maxThreads: 1, routing: "worker" })
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
        const serializer = makeSerializer({ maxThreads: 1, routing: "worker" })
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
        await using first = makeSerializer({ maxThreads: 1, routing: "worker" })
        await using second = makeSerializer({ maxThreads: 1, routing: "worker" })
        await Promise.all([first.serialize(value), second.serialize(value)])
      })
      assert.strictEqual(started.length, 2)
    })
  )
})

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
      const call = Effect.promise(() => serializeAsync(value, { routing: "worker" }))
      yield* call
      const before = started.length
      assert.isAbove(before, 0)
      yield* call
      assert.strictEqual(started.length, before)
      yield* Effect.promise(() => shutdownSerializationPool())
      yield* until(() => ended.length === before)
      const { path, serialized } = yield* call
      assert.isTrue(serialized === text)
      assert.strictEqual(path, "worker")
      assert.isAbove(started.length, before)
    })
  )

  it("a shutdown of nothing is none, and one while another goes on waits for its own", async () => {
    await shutdownSerializationPool()
    const call = serializeAsync(value, { routing: "worker" })
    await Promise.all([shutdownSerializationPool(), shutdownSerializationPool()])
    assert.strictEqual((await call).path, "worker")
  })
})

describe("a program", () => {
  const run = (mode: string, env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [fileURLToPath(fixture("./async-program.ts")), mode], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env }
    })
    const output = { text: "" }
    const waiting: Array<() => void> = []
    const listen = (chunk: Buffer) => {
      output.text += chunk.toString()
      for (const check of waiting) check()
    }
    child.stdout.on("data", listen)
    child.stderr.on("data", listen)
    const ended = new Promise<{ code: number | null; signal: string | null; text: string }>((resolve) =>
      child.on("close", (code, signal) => resolve({ code, signal, text: output.text }))
    )
    const says = (what: string) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (output.text.includes(what)) resolve()
        }
        waiting.push(check)
        check()
      })
    return { child, ended, says }
  }

  it("configures its instance by the environment", async () => {
    assert.strictEqual((await run("config", { SERIALIZATION_ROUTING: "sliced" }).ended).text, "sliced true\n")
    assert.strictEqual((await run("config", { SERIALIZATION_ROUTING: "sync" }).ended).text, "sync true\n")
    const { code, text } = await run("config", { SERIALIZATION_MAX_THREADS: "many" }).ended
    assert.match(text, /ConfigError[^]*SERIALIZATION_MAX_THREADS/)
    assert.strictEqual(code, 0)
    assert.match((await run("config", { SERIALIZATION_TURN_BUDGET: "0 millis" }).ended).text, /`turnBudget`/)
  })

  it("that never shuts the pool down ends by itself", async () => {
    assert.deepStrictEqual(await run("idle").ended, { code: 0, signal: null, text: "worker true\n" })
  })

  it("is kept alive by a call in flight, and by nothing after it", async () => {
    assert.deepStrictEqual(await run("in flight").ended, { code: 0, signal: null, text: "worker true\nworker true\n" })
  })

  it("ends cleanly on SIGTERM when its handler shuts the pool down", async () => {
    const { child, ended, says } = run("sigterm")
    await says("ready")
    child.kill("SIGTERM")
    assert.deepStrictEqual(await ended, { code: 0, signal: null, text: "worker true\nready\nworker true\n" })
  })
})
