/** What is thrown where nothing may throw: its call ends with it, and takes nothing with it. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Stream } from "effect"
import { vi } from "vitest"
import { makeSerializer } from "../../src/Async.ts"
import { Engine } from "../../src/internal/engine/engine.ts"
import type { Job } from "../../src/internal/engine/job.ts"
import { engineSettings, type EngineSettings } from "../../src/internal/engine/layerOptions.ts"
import { BytesSink } from "../../src/internal/output/bytesSink.ts"
import { ChunkSink } from "../../src/internal/output/chunkSink.ts"
import { type Output, stringOutput } from "../../src/internal/output/output.ts"
import { StringSink } from "../../src/internal/output/sink.ts"
import type { Port } from "../../src/internal/pool/poolClient.ts"
import { Defect, type Outcome } from "../../src/internal/telemetry/outcome.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import type { Serialization } from "../../src/Serialization.ts"
import { layerInline } from "../../src/testing.ts"
import { serviceOf } from "../support/routes.ts"
import { collect, records, rejection } from "../support/values.ts"
import { realTimers } from "../../src/internal/turns/realTimers.ts"

const large = records(100_000)
const text = JSON.stringify(large)
const noMemory = new RangeError("Array buffer allocation failed")

/** Lets the first sink that takes its `at`th text throw, as one does that gets no memory. */
const failSinks = (prototype: object, at: number) => {
  const sink = prototype as StringSink
  const original = sink.text
  const counts = new WeakMap<object, number>()
  let failing: unknown
  vi.spyOn(sink, "text").mockImplementation(function (this: StringSink, text) {
    const count = (counts.get(this) ?? 0) + 1
    counts.set(this, count)
    if (count >= at) failing ??= this
    if (failing === this) throw noMemory
    original.call(this, text)
  })
}
afterEach(() => void vi.restoreAllMocks())

const outputs: {
  readonly [name: string]: {
    readonly sink: object
    call(service: Serialization["Service"]): Effect.Effect<string, unknown>
  }
} = {
  string: {
    sink: StringSink.prototype,
    call: (service) => Effect.map(service.serialize(large), ({ serialized }) => serialized)
  },
  bytes: {
    sink: BytesSink.prototype,
    call: (service) => Effect.map(service.serializeToBytes(large), ({ bytes }) => Buffer.from(bytes).toString())
  },
  stream: {
    sink: ChunkSink.prototype,
    call: (service) =>
      Effect.map(Stream.runCollect(service.stream(large)), (chunks) => Buffer.concat(chunks).toString())
  }
}

describe("memory that cannot be had", () => {
  // In the caller's own turn, and in turns to come.
  for (const at of [1, 20]) {
    for (const [name, { call, sink }] of Object.entries(outputs)) {
      it.live(`${name}, at text ${at}: is the defect of one call; others go on, and later ones work`, () =>
        Effect.gen(function* () {
          const service = yield* serviceOf(SerializationLayer.layerSliced())
          failSinks(sink, at)
          const exits = yield* Effect.all(
            Array.from({ length: 4 }, () => Effect.exit(call(service))),
            { concurrency: "unbounded" }
          )
          const failed = exits.filter(Exit.isFailure)
          assert.strictEqual(failed.length, 1)
          assert.strictEqual(
            failed[0]!.cause.reasons.map((reason) => (reason._tag === "Die" ? reason.defect : reason._tag))[0],
            noMemory
          )
          for (const exit of exits) if (Exit.isSuccess(exit)) assert.isTrue(exit.value === text)
          assert.isTrue((yield* call(service)) === text)
          const { failures, slicedPath } = yield* service.metrics
          assert.deepStrictEqual([failures, slicedPath], [1, 5])
        })
      )
    }
  }

  it("rejects the promise, and breaks the web stream, with what was thrown", async () => {
    await using serializer = makeSerializer({ routing: "sliced" })
    failSinks(StringSink.prototype, 20)
    assert.strictEqual(await rejection(serializer.serialize(large)), noMemory)
    failSinks(ChunkSink.prototype, 20)
    assert.strictEqual(await rejection(collect(serializer.serializeToReadableStream(large))), noMemory)
    assert.isTrue((await serializer.serialize(large)).serialized === text)
  })
})

describe("a call that ends with a defect", () => {
  // Calls begin at once, however much of the turn is over.
  const settings = engineSettings({ routing: "worker", turnBudget: "1 minute" }) as EngineSettings
  const broken: Output<string> = {
    ...stringOutput,
    sink: () => ({
      isFull: false,
      isTooLong: false,
      result: "",
      text: () => {
        throw noMemory
      },
      bytes: () => {},
      finish: () => false
    })
  }
  /** Intervals that keep the process alive. */
  const watchKeepers = () => {
    const made = vi.spyOn(realTimers, "setInterval")
    const ended = vi.spyOn(realTimers, "clearInterval")
    return () => made.mock.calls.length - ended.mock.calls.length
  }

  /** A pool whose answers, and whose room, are given by hand. */
  const handPort = () => {
    const given = { isReady: true, cancelled: 0 }
    const answers: Array<(text: string) => void> = []
    const port: Port = {
      isReady: () => given.isReady,
      threads: () => 1,
      whenReady: () => () => void given.cancelled++,
      start: () => {},
      stats: () => undefined,
      post: (_task, callback) => void answers.push((text) => callback({ text, bytes: undefined }, undefined))
    }
    return { answers, given, port }
  }

  const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

  it("holds the process no longer", async () => {
    const { answers, port } = handPort()
    const engine = new Engine(settings, port)
    const keepers = watchKeepers()
    const outcome = await new Promise<Outcome>((resolve) => {
      engine.serialize(large, undefined, broken, resolve)
      void (async () => {
        // The window is full, or the value is planned.
        while (keepers() === 0) await turn()
        answers[0]!("[")
      })()
    })
    assert.strictEqual((outcome.error as Defect).thrown, noMemory)
    assert.strictEqual(keepers(), 0)
    assert.strictEqual(engine.counters.failures, 1)
    assert.deepStrictEqual([...engine.counters.failuresByReason], [["Defect", 1]])
  })

  it("leaves the trial of the breaker to another one", async () => {
    const { answers, port } = handPort()
    const engine = new Engine(settings, port)
    for (let i = 0; i < 3; i++) engine.breaker.failed()
    vi.spyOn(engine.breaker, "state", "get").mockReturnValue("half-open")
    const outcome = await new Promise<Outcome>((resolve) => {
      engine.serialize(large, undefined, broken, resolve)
      // It is the one that tries.
      assert.isFalse(engine.breaker.admits())
      void (async () => {
        while (answers.length === 0) await turn()
        answers[0]!("[")
      })()
    })
    assert.instanceOf(outcome.error, Defect)
    assert.isTrue(engine.breaker.admits())
  })

  it("waits for a thread no longer", async () => {
    const { given, port } = handPort()
    const engine = new Engine(settings, port)
    given.isReady = false
    const outcome = await new Promise<Outcome>((resolve) => {
      const job = engine.serialize(large, undefined, stringOutput, resolve)
      ;(job as Job).fail(noMemory)
    })
    assert.strictEqual((outcome.error as Defect).thrown, noMemory)
    assert.strictEqual(given.cancelled, 1)
  })

  it.live("is the caller's with a worker pool, too", () =>
    Effect.gen(function* () {
      failSinks(StringSink.prototype, 3)
      const layer = SerializationLayer.layerNoPool({ routing: "worker" }).pipe(Layer.provide(layerInline))
      const service = yield* serviceOf(layer)
      const exit = yield* Effect.exit(service.serialize(large))
      assert.isTrue(Exit.isFailure(exit))
      assert.isTrue((yield* service.serialize(large)).serialized === text)
    })
  )
})
