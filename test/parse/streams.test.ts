import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { Readable } from "node:stream"
import { parse, parseArray, parseArrayAsync, parseAsync, ParseSettings } from "../../src/parse/index.ts"
import { sharedScanner } from "../../src/parse/internal/scanner.ts"
import { difference } from "./support/oracle.ts"
import { valueTask } from "../../src/parse/internal/tasks.ts"
import { bytesOf, makeReading, partsOf, runTask } from "./support/run.ts"

const rows = Array.from({ length: 30_000 }, (_, id) => ({ id, name: `row ${id} ü`, list: [id, null] }))
const text = JSON.stringify(rows)
const bytes = bytesOf(text)

/** Small settings, so that short texts take the way of long ones. */
const small = Effect.provideService(ParseSettings, { turnBudget: 1, directSize: 0, pieceTime: 0.25 })

const single = (parts: ReadonlyArray<Uint8Array>) => Stream.fromIterable(parts).pipe(Stream.rechunk(1))

describe("parse of a stream", () => {
  it.effect("is parse of its bytes, however they are cut", () =>
    Effect.gen(function* () {
      for (const size of [1000, 65_536, 100_000, bytes.length]) {
        assert.isUndefined(difference(yield* parse(single(partsOf(bytes, size))), rows))
      }
    })
  )

  it.effect("a small stream of any chunks, empty ones too", () =>
    Effect.gen(function* () {
      for (const value of ['"ü🙂"', "-12.5e3", "true", "  null \n", '{"a":["é",{}]}', "[]", "12"]) {
        const empty = new Uint8Array(0)
        for (let size = 1; size < 5; size++) {
          const parts = [empty, ...partsOf(bytesOf(value), size).flatMap((part) => [part, empty])]
          assert.deepStrictEqual(yield* parse(single(parts)), JSON.parse(value))
          assert.deepStrictEqual(yield* small(parse(single(parts))), JSON.parse(value))
        }
      }
      const error = yield* Effect.flip(parse(Stream.empty as Stream.Stream<Uint8Array>))
      assert.strictEqual(error.reason._tag, "InvalidJson")
    })
  )

  it.effect("a scalar with white space behind it, while the stream waits", () =>
    Effect.gen(function* () {
      for (const value of ["123", '"abc"', "null", "[1]"]) {
        const go = yield* Deferred.make<void>()
        const wait = Stream.fromEffect(Deferred.await(go)).pipe(Stream.drain)
        const stream = Stream.make(bytesOf(value), bytesOf("  \n")).pipe(
          Stream.concat(wait),
          Stream.concat(Stream.make(bytesOf(" ")))
        )
        const fiber = yield* Effect.forkChild(small(parse(stream)))
        yield* Effect.yieldNow
        assert.isUndefined(fiber.pollUnsafe())
        yield* Deferred.succeed(go, undefined)
        assert.deepStrictEqual(yield* Fiber.join(fiber), JSON.parse(value))
      }
    })
  )

  it.effect("its own failure is the call's, and its defect", () =>
    Effect.gen(function* () {
      const begun = Stream.make(bytes.subarray(0, 300_000))
      const error = yield* Effect.flip(parse(Stream.concat(begun, Stream.fail("mine" as const))))
      assert.strictEqual(error, "mine")
      const exit = yield* Effect.exit(parse(Stream.concat(begun, Stream.die("worse"))))
      assert.isTrue(Exit.isFailure(exit))
    })
  )

  it.effect("one that ends early is an unexpected end", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(parse(single(partsOf(bytes.subarray(0, 500_000), 9999))))
      assert.isTrue(error.reason._tag === "InvalidJson" && error.reason.position === 500_000)
    })
  )

  it.effect("what is broken ends it: the rest is not pulled", () =>
    Effect.gen(function* () {
      let pulled = 0
      const parts = [bytesOf("[1,oops"), ...partsOf(bytes, 10_000)]
      const stream = single(parts).pipe(Stream.tap(() => Effect.sync(() => void pulled++)))
      yield* Effect.flip(small(parse(stream)))
      assert.isBelow(pulled, 20)
    })
  )

  it("at most a window and a chunk are held", () => {
    const chunk = 50_000
    const setting = { scanner: sharedScanner(), leastPiece: 4096, mostPiece: 0xe000 }
    const { more, reading } = makeReading(partsOf(bytes, chunk), setting)
    const { source } = reading.window
    let asked = 0
    const outcome = runTask(valueTask(reading, {}), reading, () => {
      // More is asked for when less is there than a piece takes.
      assert.isBelow(source.length - reading.window.position(reading.window.at), 0x20000)
      asked++
      more()
    })
    assert.isTrue("value" in outcome && difference(outcome.value, rows) === undefined)
    assert.isAbove(asked, 10)
  })
})

describe("interruption", () => {
  const inUse = () => sharedScanner().owner !== undefined

  it.live("at every step leaves no scanner in use, and the next call is fine", () =>
    Effect.gen(function* () {
      for (const input of [text, bytes]) {
        for (let turns = 0; turns < 6; turns++) {
          const fiber = yield* Effect.forkChild(parse(input))
          for (let i = 0; i < turns; i++) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
          yield* Fiber.interrupt(fiber)
          assert.isFalse(inUse())
        }
      }
      assert.isUndefined(difference(yield* parse(text), rows))
    })
  )

  it.live("of a stream that never answers runs its finalizer", () =>
    Effect.gen(function* () {
      for (const begun of [Stream.empty, Stream.make(bytes.subarray(0, 400_000))]) {
        let isClosed = false
        const stream = Stream.concat(begun, Stream.never).pipe(Stream.ensuring(Effect.sync(() => (isClosed = true))))
        const fiber = yield* Effect.forkChild(parse(stream as Stream.Stream<Uint8Array>))
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        yield* Fiber.interrupt(fiber)
        assert.isTrue(isClosed)
        assert.isFalse(inUse())
      }
    })
  )

  it.live("a hundred calls at once give what one gives", () =>
    Effect.gen(function* () {
      const part = rows.slice(0, 3000)
      const input = JSON.stringify(part)
      const values = yield* Effect.all(
        Array.from({ length: 100 }, (_, i) =>
          parse(i % 3 === 0 ? input : i % 3 === 1 ? bytesOf(input) : partsOf(bytesOf(input), 999))
        ),
        { concurrency: "unbounded" }
      )
      for (const value of values) assert.isUndefined(difference(value, part))
    })
  )
})

describe("promises", () => {
  it("strings, bytes, parts, web streams, Node's streams, async iterables", async () => {
    const parts = partsOf(bytes, 40_000)
    const iterable = async function* () {
      yield* parts
    }
    for (const input of [text, bytes, parts, new Blob([text]).stream(), Readable.from(parts), iterable()]) {
      assert.isUndefined(difference(await parseAsync(input), rows))
    }
    assert.deepStrictEqual(await parseAsync(new Response('{"id":1}').body!), { id: 1 })
  })

  it("rejects with the ParseError, or with the stream's own error", async () => {
    const rejection = (input: Parameters<typeof parseAsync>[0], options = {}) =>
      parseAsync(input, options).then(
        () => assert.fail("it did not reject"),
        (error: unknown) => error
      )
    assert.propertyVal(await rejection("["), "_tag", "ParseError")
    const thrown = new Error("broken pipe")
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(thrown) })
    assert.strictEqual(await rejection(broken), thrown)
    const reason = { why: "late" }
    assert.strictEqual(await rejection(text, { signal: AbortSignal.abort(reason) }), reason)
    assert.propertyVal(await rejection("1", { signal: "now" }), "_tag", "ParseError")
  })

  it("a signal stops the call and cancels the stream", async () => {
    const controller = new AbortController()
    let cancelled = false
    const stream = new ReadableStream<Uint8Array>({
      start: (reader) => reader.enqueue(bytes.subarray(0, 200_000)),
      cancel: () => void (cancelled = true)
    })
    const call = parseAsync(stream, { signal: controller.signal })
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort("enough")
    assert.strictEqual(await call.catch((error: unknown) => error), "enough")
    assert.isTrue(cancelled)
  })

  it("elements as an async iterable, left early", async () => {
    const seen: Array<unknown> = []
    for await (const row of parseArrayAsync(new Blob([text]).stream())) seen.push(row)
    assert.isUndefined(difference(seen, rows))
    let cancelled = false
    const parts = partsOf(bytes, 20_000)
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(parts.shift()!),
      cancel: () => void (cancelled = true)
    })
    for await (const row of parseArrayAsync(stream)) {
      assert.deepStrictEqual(row, rows[0])
      break
    }
    assert.isTrue(cancelled)
  })
})

describe("settings", () => {
  it.effect("out of range fail the call", () =>
    Effect.gen(function* () {
      const defaults = ParseSettings.defaultValue()
      for (const wrong of [{ turnBudget: 0 }, { pieceTime: Infinity }, { directSize: -1 }, { directSize: 0.5 }]) {
        const error = yield* Effect.flip(
          parse("1").pipe(Effect.provideService(ParseSettings, { ...defaults, ...wrong }))
        )
        assert.strictEqual(error.reason._tag, "InvalidOptions")
      }
      const error = yield* Effect.flip(
        Stream.runCollect(parseArray("[]")).pipe(Effect.provideService(ParseSettings, { ...defaults, turnBudget: -1 }))
      )
      assert.strictEqual(error.reason._tag, "InvalidOptions")
    })
  )

  it.effect("an input up to directSize is parsed at once, one unit more is not", () =>
    Effect.gen(function* () {
      const at = (size: number) => `"${"x".repeat(size - 2)}"`
      const direct = (input: string) => Effect.sync(() => Effect.runSync(parse(input)))
      assert.strictEqual(yield* direct(at(65_536)), "x".repeat(65_534))
      assert.strictEqual(yield* parse(at(65_537)), "x".repeat(65_535))
    })
  )
})
