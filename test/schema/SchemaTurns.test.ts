import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Schema, SchemaGetter, Stream } from "effect"
import { isSerializationError, Serialization, SerializationLayer } from "effect-serialization"
import { SchemaTurns } from "effect-serialization/schema"
import { AsyncLocalStorage } from "node:async_hooks"
import { assertSameExit, textOf, useUpTurn } from "./oracle.ts"

const live = SerializationLayer.layerSliced()

const Row = Schema.Struct({ id: Schema.Finite, at: Schema.Date })
const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, at: new Date(id) }))

/** Text whose encode counts itself. */
const counting = () => {
  const counter = { count: 0 }
  const schema = Schema.String.pipe(
    Schema.decodeTo(Schema.String, {
      decode: SchemaGetter.passthrough(),
      encode: SchemaGetter.transform((text: string) => {
        counter.count++
        return text
      })
    })
  )
  return { counter, schema }
}

const texts = (count: number) => Array.from({ length: count }, (_, i) => `text ${i}`)

const serialized = <S extends Schema.Codec<any, any, any, any>>(schema: S, value: S["Type"]) =>
  Effect.map(SchemaTurns.serialize(schema)(value), ({ serialized }) => serialized)

const assertSame = Effect.fnUntraced(function* (schema: Schema.Codec<any, any>, value: unknown) {
  const [actual, expected] = [yield* Effect.exit(serialized(schema, value)), yield* textOf(schema, value)]
  assertSameExit(actual, expected, "serialize")
  const bytes = SchemaTurns.serializeToBytes(schema)(value)
  assertSameExit(
    yield* Effect.exit(Effect.map(bytes, (result) => new TextDecoder().decode(result.bytes))),
    expected,
    "bytes"
  )
  for (const chunkSize of [7, 65536]) {
    const stream = SchemaTurns.stream(schema, { chunkSize })(value)
    assertSameExit(yield* Effect.exit(Stream.mkString(Stream.decodeText(stream))), expected, `chunks of ${chunkSize}`)
  }
})

describe("SchemaTurns", () => {
  it.effect("a stream encodes elements when their turn in the text has come", () =>
    Effect.gen(function* () {
      const { counter, schema } = counting()
      const stream = SchemaTurns.stream(Schema.Struct({ items: Schema.Array(schema) }), { chunkSize: 1000 })
      yield* Stream.runDrain(Stream.take(stream({ items: texts(100_000) }), 1))
      assert.isAbove(counter.count, 0)
      assert.isBelow(counter.count, 2000)
    }).pipe(Effect.provide(live))
  )

  it.effect("an array that is checked once it is encoded is encoded as a whole", () =>
    Effect.gen(function* () {
      const { counter, schema } = counting()
      const checked = Schema.flip(Schema.flip(Schema.Array(schema)).check(Schema.isMaxLength(100_000)))
      yield* Stream.runDrain(Stream.take(SchemaTurns.stream(checked)(texts(10_000)), 1))
      assert.strictEqual(counter.count, 10_000)
      yield* assertSame(checked, texts(1000))
      yield* assertSame(checked, texts(100_001))
    }).pipe(Effect.provide(live))
  )

  it.effect("a text that looks like a token is text", () =>
    Effect.gen(function* () {
      const lookalikes = [
        "\u0000",
        `\u0000${"0".repeat(32)}`,
        `"\u0000${"a".repeat(32)}"`,
        `\\"\\u0000${"f".repeat(32)}`
      ]
      const schema = Schema.Struct({ head: Schema.String, items: Schema.Array(Schema.String), tail: Schema.String })
      for (const text of lookalikes) {
        const items = Array.from({ length: 2000 }, (_, i) => (i % 3 === 0 ? text : `${i}`))
        yield* assertSame(schema, { head: text, items, tail: text })
      }
    }).pipe(Effect.provide(live))
  )

  it.effect("no token is in any output, wherever the chunks of large surroundings end", () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({
        before: Schema.String,
        rows: Schema.Array(Row),
        between: Schema.Record(Schema.String, Schema.String),
        more: Schema.Array(Schema.BigInt)
      })
      const between = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, `value ${i}`]))
      const more = Array.from({ length: 100 }, (_, i) => BigInt(i))
      for (const length of Array.from({ length: 90 }, (_, i) => 65_536 - 80 + i)) {
        const value = { before: "x".repeat(length), rows: rows(70), between, more }
        assert.deepStrictEqual(yield* Effect.exit(serialized(schema, value)), yield* textOf(schema, value))
      }
      yield* assertSame(schema, { before: "x".repeat(200_000), rows: rows(70), between, more })
    }).pipe(Effect.provide(live))
  )

  it.effect("large elements, with large arrays in them", () =>
    Effect.gen(function* () {
      const schema = Schema.Array(Schema.Struct({ text: Schema.String, rows: Schema.Array(Row) }))
      const value = Array.from({ length: 70 }, (_, i) => ({
        text: i % 20 === 0 ? "é".repeat(70_000) : "short",
        rows: rows(i * 3)
      }))
      yield* assertSame(schema, value)
    }).pipe(Effect.provide(live))
  )

  it.effect("what `Schema.Any` lets through: the text of `JSON.stringify`, toJSON with its key", () =>
    Effect.gen(function* () {
      const keys: Array<string> = []
      const element = {
        toJSON(key: string) {
          keys.push(key)
          return key
        }
      }
      const odd = [undefined, () => 1, Symbol.for("x"), Number.NaN, [undefined], element, { toJSON: () => undefined }]
      const value = Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? odd[(i / 2) % odd.length] : i))
      yield* assertSame(Schema.Array(Schema.Any), value)
      yield* assertSame(Schema.Array(Schema.Any), [...value, "x".repeat(100_000)])
      const expected = keys.splice(0)
      JSON.stringify(value)
      assert.deepStrictEqual(expected.slice(0, keys.length), keys)
    }).pipe(Effect.provide(live))
  )

  it.effect("what has no JSON fails as in the engine, at its place in the whole value", () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({ rows: Schema.Array(Schema.Struct({ any: Schema.Any })) })
      const value = { rows: Array.from({ length: 5000 }, (_, i) => ({ any: i === 4321 ? { deep: [1n] } : i })) }
      const calls = [
        SchemaTurns.serialize(schema)(value),
        SchemaTurns.serializeToBytes(schema)(value),
        Stream.runDrain(SchemaTurns.stream(schema)(value))
      ]
      for (const call of calls) {
        const error = yield* Effect.flip(call as Effect.Effect<unknown, unknown, Serialization>)
        assert.isTrue(isSerializationError(error))
        assert.include(String(error), '"/rows/4321/any/deep/0"')
      }
    }).pipe(Effect.provide(live))
  )

  it.effect("the error of a later element is the schema's own, also where bytes are gone", () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({ rows: Schema.Array(Row), after: Schema.Finite })
      const value = { rows: [...rows(30_000), { id: "no number", at: new Date(0) }], after: "no number" }
      yield* assertSame(schema, value)
      const chunks: Array<Uint8Array> = []
      const stream = SchemaTurns.stream(Schema.Array(Row))(value.rows as never)
      const error = yield* Effect.flip(Stream.runForEach(stream, (chunk) => Effect.sync(() => chunks.push(chunk))))
      assert.isAbove(chunks.length, 1)
      assert.include(String(error), "[30000]")
    }).pipe(Effect.provide(live))
  )

  it.effect("options: those of the service", () =>
    Effect.gen(function* () {
      const value = { rows: rows(1000) }
      const schema = Schema.Struct({ rows: Schema.Array(Row) })
      const encoded = yield* Schema.encodeEffect(Schema.toCodecJson(schema))(value)
      const service = yield* Serialization
      const all = [
        { pretty: true },
        { space: 3 },
        { replacer: ["rows", "id"] },
        { maxSize: 500, truncate: true },
        { maxTokens: 200, truncate: true }
      ] as const
      for (const options of all) {
        assert.deepStrictEqual(
          yield* SchemaTurns.serialize(schema, options)(value),
          yield* service.serialize(encoded, options)
        )
      }
      const tooLong = yield* Effect.flip(SchemaTurns.serializeToBytes(schema, { maxSize: 10 })(value))
      assert.include(String(tooLong), "10 bytes")
      const wrong = yield* Effect.flip(SchemaTurns.serialize(schema, { maxSize: -1 })(value))
      assert.include(String(wrong), "maxSize")
      const wrongChunks = yield* Effect.flip(Stream.runDrain(SchemaTurns.stream(schema, { chunkSize: 0 })(value)))
      assert.include(String(wrongChunks), "chunkSize")
    }).pipe(Effect.provide(live))
  )

  it.effect("chunks are of the size asked for, and onEnd tells what the stream was like", () =>
    Effect.gen(function* () {
      let summary: unknown
      const stream = SchemaTurns.stream(Schema.Array(Row), { chunkSize: 500, onEnd: (end) => (summary = end) })
      const chunks = yield* Stream.runCollect(stream(rows(1000)))
      const sizes = new Set(Array.from(chunks, ({ length }) => length).slice(0, -1))
      assert.deepStrictEqual([...sizes], [500])
      const bytes = Array.from(chunks).reduce((sum, { length }) => sum + length, 0)
      assert.deepStrictEqual(summary, { truncated: false, path: "sliced", bytes })
    }).pipe(Effect.provide(live))
  )

  it.effect("what onEnd rejects with is a defect of the stream", () =>
    Effect.gen(function* () {
      const onEnd = () => Promise.reject(new Error("not written")) as never
      const exit = yield* Effect.exit(Stream.runDrain(SchemaTurns.stream(Schema.Array(Row), { onEnd })(rows(1000))))
      assert.include(String(exit), "not written")
    }).pipe(Effect.provide(live))
  )

  it("a small value is done at once", () => {
    const program = Effect.gen(function* () {
      const result = yield* SchemaTurns.serialize(Schema.Array(Row))(rows(3))
      return result.path
    })
    assert.strictEqual(Effect.runSync(Effect.provide(program, live)), "sync")
  })

  it.effect("inTurns: what has to be done at once is", () =>
    Effect.gen(function* () {
      const decode = Schema.decodeUnknownSync(SchemaTurns.inTurns(Schema.Array(Row)))
      yield* useUpTurn
      assert.deepStrictEqual(decode(rows(5000)), rows(5000))
      assert.isTrue(Schema.is(SchemaTurns.inTurns(Schema.Array(Row)))(rows(5000)))
    })
  )

  it.effect("interruption stops the encoding", () =>
    Effect.gen(function* () {
      const { counter, schema } = counting()
      const fiber = yield* Effect.forkChild(SchemaTurns.serialize(Schema.Array(schema))(texts(1_000_000)))
      while (counter.count === 0) yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      const { count } = counter
      assert.isBelow(count, 1_000_000)
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      assert.strictEqual(counter.count, count)
    }).pipe(Effect.provide(live))
  )

  it.effect("a call that is stopped counts once in the service's metrics, wherever it was", () =>
    Effect.gen(function* () {
      const interrupted = Serialization.use(({ metrics }) => Effect.map(metrics, ({ interrupted }) => interrupted))
      const { counter, schema } = counting()
      const fiber = yield* Effect.forkChild(SchemaTurns.serialize(Schema.Array(schema))(texts(1_000_000)))
      while (counter.count === 0) yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* interrupted, 1)

      const stream = SchemaTurns.stream(Schema.Array(schema), { chunkSize: 1000 })
      yield* Stream.runDrain(Stream.take(stream(texts(100_000)), 1))
      assert.strictEqual(yield* interrupted, 2)
      yield* Stream.runDrain(stream(texts(1000)))
      assert.strictEqual(yield* interrupted, 2)

      // What stands around the array is the service's own work.
      const Around = Schema.Struct({ any: Schema.Any, list: Schema.Array(schema) })
      const around = { any: texts(300_000), list: texts(1000) }
      yield* Stream.runDrain(Stream.take(SchemaTurns.stream(Around, { chunkSize: 1000 })(around), 1))
      assert.strictEqual(yield* interrupted, 3)
    }).pipe(Effect.provide(live))
  )

  it.effect("a call that fails was not stopped", () =>
    Effect.gen(function* () {
      const Broken = Schema.Array(
        Schema.String.pipe(
          Schema.decodeTo(Schema.String, {
            decode: SchemaGetter.passthrough(),
            encode: SchemaGetter.transform((text: string) => {
              if (text === "text 4000") throw new Error("a defect")
              return text
            })
          })
        )
      )
      yield* Effect.exit(Stream.runDrain(SchemaTurns.stream(Broken)(texts(5000))))
      const wrong = [...texts(5000), 1 as never]
      yield* Effect.exit(Stream.runDrain(SchemaTurns.stream(Schema.Array(Schema.String))(wrong)))
      const { interrupted } = yield* Serialization.use(({ metrics }) => metrics)
      assert.strictEqual(interrupted, 0)
    }).pipe(Effect.provide(live))
  )

  it.effect("encoders have the services of the fiber", () => {
    class Prefix extends Context.Service<Prefix, string>()("test/Prefix") {}
    const schema = Schema.String.pipe(
      Schema.decodeTo(Schema.String, {
        decode: SchemaGetter.passthrough(),
        encode: SchemaGetter.transformEffect((text: string) => Effect.map(Prefix, (prefix) => prefix + text))
      })
    )
    return Effect.gen(function* () {
      yield* useUpTurn
      const text = yield* serialized(Schema.Array(schema), texts(200))
      assert.strictEqual(text, JSON.stringify(texts(200).map((one) => `> ${one}`)))
    }).pipe(Effect.provide(Layer.merge(live, Layer.succeed(Prefix, "> "))))
  })

  it("encoders run in the caller's AsyncLocalStorage, turn after turn", async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen = new Map<string, Set<string | undefined>>()
    const schema = (tenant: string) =>
      Schema.String.pipe(
        Schema.decodeTo(Schema.String, {
          decode: SchemaGetter.passthrough(),
          encode: SchemaGetter.transform((text: string) => {
            seen.set(tenant, (seen.get(tenant) ?? new Set()).add(storage.getStore()))
            return text
          })
        })
      )
    const call = (tenant: string) =>
      storage.run(tenant, () =>
        Effect.runPromise(Effect.provide(serialized(Schema.Array(schema(tenant)), texts(20_000)), live))
      )
    await Promise.all(["a", "b", "c"].map(call))
    assert.deepStrictEqual(
      [...seen].map(([tenant, stores]) => [tenant, [...stores]]),
      [
        ["a", ["a"]],
        ["b", ["b"]],
        ["c", ["c"]]
      ]
    )
  })

  it.effect("inTurns: other fibers have their turns while a large value is decoded", () =>
    Effect.gen(function* () {
      const schema = SchemaTurns.inTurns(Schema.toCodecJson(Schema.Array(Row)))
      const input = rows(50_000).map(({ at, id }) => ({ id, at: at.toISOString() }))
      let ticks = 0
      const tick = () => {
        ticks++
        immediate = setImmediate(tick)
      }
      let immediate = setImmediate(tick)
      const decoded = yield* Schema.decodeUnknownEffect(schema)(input)
      clearImmediate(immediate)
      assert.deepStrictEqual(decoded, rows(50_000))
      assert.isAbove(ticks, 3)
    })
  )

  it.effect("inTurns: a schema stays what it is for whatever derives from it", () =>
    Effect.sync(() => {
      const schema = Schema.Struct({ rows: Schema.Array(Row), by: Schema.Record(Schema.String, Schema.Date) })
      const turned = SchemaTurns.inTurns(schema)
      assert.deepStrictEqual(Schema.toJsonSchemaDocument(turned), Schema.toJsonSchemaDocument(schema))
      assert.strictEqual(turned.fields, schema.fields)
      assert.isTrue(Schema.is(turned)({ rows: rows(100), by: {} }))
    })
  )

  it.effect("inTurns: an issue has the whole array as its input", () =>
    Effect.gen(function* () {
      const schema = Schema.Array(Row)
      const input = [...Array.from({ length: 300 }, (_, id) => ({ id, at: "2026-01-01" })), { id: "1", at: "" }]
      const { issue } = yield* Effect.flip(
        Schema.decodeUnknownEffect(SchemaTurns.inTurns(schema), { reportInput: true })(input)
      )
      assert.strictEqual((issue as { readonly input?: unknown }).input, input)
    })
  )

  it.effect("inTurns of a class decodes to its instances", () =>
    Effect.gen(function* () {
      class Report extends Schema.Class<Report>("Report")({ rows: Schema.Array(Row) }) {}
      const report = new Report({ rows: rows(500) })
      const encoded = yield* Schema.encodeEffect(SchemaTurns.inTurns(Report))(report)
      const decoded = yield* Schema.decodeUnknownEffect(SchemaTurns.inTurns(Report))(encoded)
      assert.isTrue(decoded instanceof Report)
      assert.deepStrictEqual(decoded.rows, report.rows)
    })
  )
})
