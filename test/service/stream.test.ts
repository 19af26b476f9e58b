import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch, Stream } from "effect"
import { makeSerializer } from "../../src/Async.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import type { StreamOptions, StreamSummary } from "../../src/Serialization.ts"
import { patient, until } from "../fixtures/pool.ts"
import { makeRoutes, serviceOf } from "../support/routes.ts"
import { around, records, rejection } from "../support/values.ts"

const sliced = serviceOf(SerializationLayer.layerSliced())

/** Records that count how many of them have been read. */
const counted = (count: number) => {
  const seen = { reads: 0 }
  const value = Array.from({ length: count }, (_, id) => ({
    id,
    get text() {
      seen.reads++
      return "some text that takes a little room "
    }
  }))
  return { seen, value, text: JSON.stringify(value) }
}

const joined = (chunks: ReadonlyArray<Uint8Array>) => Buffer.concat(chunks).toString()

describe("chunks", () => {
  for (const chunkSize of [1, 2, 3, 7, 100, 4096, 65_536, 1_000_000]) {
    it.live(`of at most ${chunkSize} bytes, each with a buffer of its own`, () =>
      Effect.gen(function* () {
        const value = chunkSize < 100 ? ["é😀".repeat(300), 1] : [records(3000), "é😀\ud800\n".repeat(20_000), 1]
        const bytes = Buffer.from(JSON.stringify(value))
        for (const { layer, name, routing } of makeRoutes()) {
          const { stream } = yield* serviceOf(layer)
          const chunks = yield* Stream.runCollect(stream(value, { chunkSize, routing }))
          assert.isTrue(Buffer.concat(chunks).equals(bytes), name)
          assert.isTrue(
            chunks.every(({ length }) => length > 0 && length <= chunkSize),
            name
          )
          // Full but for what a character of four bytes leaves free.
          assert.isTrue(
            chunks.slice(0, -1).every(({ length }) => length >= chunkSize - 3),
            name
          )
          assert.strictEqual(new Set(chunks.map(({ buffer }) => buffer)).size, chunks.length)
          assert.isTrue(
            chunks.every(({ buffer, byteOffset, length }) => byteOffset === 0 && buffer.byteLength === length)
          )
        }
      })
    )
  }

  it.effect("are not written to again", () =>
    Effect.gen(function* () {
      const { stream } = yield* sliced
      const value = records(5000)
      const copies: Array<Buffer> = []
      const chunks = yield* stream(value, { chunkSize: 1000 }).pipe(
        Stream.tap((chunk) => Effect.sync(() => void copies.push(Buffer.from(chunk)))),
        Stream.runCollect
      )
      chunks.forEach((chunk, i) => assert.isTrue(copies[i]!.equals(chunk)))
    })
  )

  it.effect("of a small value: one", () =>
    Effect.gen(function* () {
      const { stream } = yield* sliced
      let path: string | undefined
      const chunks = yield* Stream.runCollect(stream({ a: 1 }, { onEnd: (summary) => (path = summary.path) }))
      assert.deepStrictEqual([joined(chunks), chunks.length, path], ['{"a":1}', 1, "sync"])
    })
  )

  it.effect("a stream can be run again", () =>
    Effect.gen(function* () {
      const { metrics, stream } = yield* sliced
      const value = records(1000)
      const twice = stream(value)
      assert.strictEqual(joined(yield* Stream.runCollect(twice)), JSON.stringify(value))
      assert.strictEqual(joined(yield* Stream.runCollect(twice)), JSON.stringify(value))
      assert.strictEqual((yield* metrics).slicedPath, 2)
    })
  )

  it.effect("nothing is done before it is run", () =>
    Effect.gen(function* () {
      const { metrics, stream } = yield* sliced
      const { seen, value } = counted(1000)
      const before = seen.reads
      stream(value)
      yield* Stream.runDrain(Stream.take(stream(value), 0))
      assert.strictEqual(seen.reads, before)
      assert.strictEqual((yield* metrics).slicedPath, 0)
    })
  )
})

describe("backpressure", () => {
  for (const routing of ["sliced", "worker"] as const) {
    it.live(`${routing}: a consumer that waits stops the walk`, () =>
      Effect.gen(function* () {
        const { stream } = yield* serviceOf(SerializationLayer.layer({ maxThreads: 1, ...patient }))
        // Getters with a body are read on the calling thread, once for the plan and once more for the text or the clone.
        const { seen, text, value } = counted(100_000)
        seen.reads = 0
        const latch = yield* Latch.make()
        const chunks: Array<Uint8Array> = []
        const fiber = yield* stream(value, { routing }).pipe(
          Stream.runForEach((chunk) => {
            chunks.push(chunk)
            return latch.await
          }),
          Effect.forkChild
        )
        yield* until(() => chunks.length === 1)
        // Frames that are with a worker may still come back. A walk that went on would be through after as many turns.
        let turns = 0
        let read = -1
        yield* until(() => {
          turns = seen.reads === read ? turns + 1 : 0
          read = seen.reads
          return turns > 400
        })
        // 16 frames with the workers at most, some 128 KB of chunks: far from the 7 MB of all.
        assert.isBelow(read, 60_000)
        assert.strictEqual(chunks.length, 1)
        yield* latch.open
        yield* Fiber.join(fiber)
        assert.isTrue(joined(chunks) === text)
        assert.isAtLeast(seen.reads, 100_000)
      })
    )
  }

  it.live("a slow consumer of a long string holds a few chunks of it", () =>
    Effect.gen(function* () {
      const { metrics, stream } = yield* sliced
      const value = "x".repeat(5_000_000)
      let chunks = 0
      const latch = yield* Latch.make()
      const fiber = yield* stream(value, { chunkSize: 1000 }).pipe(
        Stream.runForEach(() => {
          chunks++
          return latch.await
        }),
        Effect.forkChild
      )
      yield* until(() => chunks === 1)
      let turns = 0
      yield* until(() => ++turns > 100)
      assert.isBelow((yield* metrics).slicedFrames, 20)
      yield* latch.open
      yield* Fiber.join(fiber)
      assert.strictEqual(chunks, Math.ceil(5_000_002 / 1000))
    })
  )
})

describe("onEnd", () => {
  it.live("is called once, when the last chunk is out, with what came", () =>
    Effect.gen(function* () {
      const value = around("é")
      for (const { layer, path, routing } of makeRoutes()) {
        const { stream } = yield* serviceOf(layer)
        const events: Array<StreamSummary | number> = []
        yield* Stream.runForEach(stream(value, { routing, onEnd: (summary) => void events.push(summary) }), (chunk) =>
          Effect.sync(() => void events.push(chunk.length))
        )
        const bytes = Buffer.byteLength(JSON.stringify(value))
        assert.deepStrictEqual(events.pop(), { truncated: false, path, bytes })
        assert.strictEqual(
          (events as Array<number>).reduce((sum, length) => sum + length, 0),
          bytes
        )
      }
    })
  )

  it.effect("tells of a shortened text", () =>
    Effect.gen(function* () {
      const { stream } = yield* sliced
      let summary: StreamSummary | undefined
      const options = { maxSize: 70_000, truncate: true, onEnd: (ended: StreamSummary) => void (summary = ended) }
      const chunks = yield* Stream.runCollect(stream(records(5000), options))
      JSON.parse(joined(chunks))
      assert.isAtMost(joined(chunks).length, 70_000)
      assert.deepStrictEqual(summary, { truncated: true, path: "sliced", bytes: joined(chunks).length })
    })
  )

  it.effect("is not called when the stream fails or is stopped", () =>
    Effect.gen(function* () {
      const { stream } = yield* sliced
      const onEnd = () => assert.fail("called")
      yield* Effect.flip(Stream.runDrain(stream([records(5000), 1n], { onEnd })))
      yield* Effect.flip(Stream.runDrain(stream(1n, { onEnd })))
      yield* Stream.runDrain(Stream.take(stream(records(5000), { onEnd }), 1))
    })
  )

  const thrown = new Error("thrown by onEnd")
  const failing: { readonly [what: string]: () => void } = {
    "what it throws": () => {
      throw thrown
    },
    "what its promise is rejected with": async () => {
      throw thrown
    }
  }
  for (const [what, onEnd] of Object.entries(failing)) {
    it.effect(`${what} is a defect of the stream, after all of the text`, () =>
      Effect.gen(function* () {
        const { metrics, serialize, stream } = yield* sliced
        const chunks: Array<Uint8Array> = []
        for (const value of [{ a: 1 }, records(5000)]) {
          chunks.length = 0
          const defect = yield* stream(value, { onEnd }).pipe(
            Stream.runForEach((chunk) => Effect.sync(() => void chunks.push(chunk))),
            Effect.catchDefect((defect) => Effect.succeed(defect))
          )
          assert.strictEqual(defect, thrown)
          assert.isTrue(joined(chunks) === JSON.stringify(value))
        }
        assert.strictEqual((yield* serialize(1)).serialized, "1")
        assert.strictEqual((yield* metrics).failures, 0)
      })
    )

    it(`${what} breaks a web stream, and nothing else`, async () => {
      await using serializer = makeSerializer({ routing: "sliced" })
      for (const value of [{ a: 1 }, records(5000)]) {
        const stream = serializer.serializeToReadableStream(value, { onEnd })
        assert.strictEqual(await rejection(new Response(stream).text()), thrown)
        const { serialized } = await serializer.serialize(value)
        assert.isTrue(serialized === JSON.stringify(value))
      }
    })
  }
})

describe("the end before the end", () => {
  for (const routing of ["sliced", "worker"] as const) {
    it.live(`${routing}: a consumer that has enough stops the walk`, () =>
      Effect.gen(function* () {
        const { metrics, serialize, stream } = yield* serviceOf(SerializationLayer.layer({ maxThreads: 1, ...patient }))
        const { seen, value } = counted(200_000)
        seen.reads = 0
        const [chunk] = yield* Stream.runCollect(Stream.take(stream(value, { chunkSize: 100, routing }), 1))
        assert.strictEqual(chunk!.length, 100)
        const { reads } = seen
        assert.isBelow(reads, 60_000)
        let turns = 0
        yield* until(() => ++turns > 100)
        assert.strictEqual(seen.reads, reads)
        // It has not ended, so it does not count.
        const { slicedPath, workerPath } = yield* metrics
        assert.deepStrictEqual([slicedPath, workerPath], [0, 0])
        assert.strictEqual((yield* serialize(records(2000), { routing })).path, routing)
      })
    )
  }
})

describe("errors", () => {
  it.effect("at the root come before the first chunk", () =>
    Effect.gen(function* () {
      const { stream } = yield* sliced
      let chunks = 0
      for (const value of [undefined, () => 1, 1n, { toJSON: () => undefined }]) {
        const { reason } = yield* stream(value).pipe(
          Stream.runForEach(() => Effect.sync(() => chunks++)),
          Effect.flip
        )
        assert.strictEqual(reason._tag, "UnsupportedValue")
      }
      assert.strictEqual(chunks, 0)
    })
  )

  it.live("later ones come where they stand in the text", () =>
    Effect.gen(function* () {
      for (const { layer, name, routing } of makeRoutes()) {
        if (name === "sync") continue
        const { stream } = yield* serviceOf(layer)
        const chunks: Array<Uint8Array> = []
        const before = records(5000)
        const { reason } = yield* stream([before, 1n], { routing, chunkSize: 1000 }).pipe(
          Stream.runForEach((chunk) => Effect.sync(() => void chunks.push(chunk))),
          Effect.flip
        )
        assert.strictEqual(reason._tag, "UnsupportedValue")
        assert.isTrue(JSON.stringify([before]).startsWith(joined(chunks)))
        assert.isAbove(chunks.length, 0)
      }
    })
  )

  for (const [options, message] of [
    [{ chunkSize: 0 }, /`chunkSize` to be a whole number from 1 to 16777216 \(16 MiB\), but it is 0/],
    [{ chunkSize: 2 ** 50 }, /`chunkSize`/],
    [{ chunkSize: 1.5 }, /`chunkSize`/],
    [{ chunkSize: Infinity }, /`chunkSize`/],
    [{ onEnd: 1 }, /`onEnd` to be a function/],
    [{ maxSize: NaN }, /`maxSize`/],
    [{ routing: "fast" }, /`routing`/]
  ] as ReadonlyArray<[any, RegExp]>) {
    it.effect(`options out of range: ${Object.entries(options as object).join(" ")}`, () =>
      Effect.gen(function* () {
        const { stream } = yield* sliced
        const error = yield* Effect.flip(Stream.runDrain(stream(1, options as StreamOptions)))
        assert.strictEqual(error.reason._tag, "InvalidOptions")
        assert.match(error.message, message)
      })
    )
  }
})
