/**
 * From JSON to values of a schema's type. The oracle is `JSON.parse`, and the schema's own decode of what it gives.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, SchemaGetter, Stream } from "effect"
import { isParseError } from "effect-serialization/parse"
import { SchemaTurns } from "effect-serialization/schema"
import { charge } from "../../src/internal/turns/turnQueue.ts"
import { assertSameExit, options as parseOptions } from "./oracle.ts"

const Row = Schema.Struct({ id: Schema.Finite, at: Schema.Date, big: Schema.BigInt })
const rowOf = (id: number) => ({ id, at: new Date(id).toISOString(), big: String(id) })
const rows = (count: number) => Array.from({ length: count }, (_, id) => rowOf(id))
const withBad = (count: number, ...bad: ReadonlyArray<number>) =>
  rows(count).map((row, i) => (bad.includes(i) ? { ...row, at: "no date", more: 1 } : row))

const inChunks = (text: string, size: number): Stream.Stream<Uint8Array> => {
  const bytes = Buffer.from(text)
  const count = Math.ceil(bytes.length / size)
  return Stream.fromIterable(Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size)))
}

const cases: Record<string, ReadonlyArray<unknown>> = {
  none: [],
  few: rows(3),
  many: rows(5000),
  "first wrong": withBad(100, 0),
  "late one wrong": withBad(5000, 4321),
  "two wrong": withBad(5000, 77, 4321)
}

describe("SchemaTurns.parse", () => {
  for (const [name, value] of Object.entries(cases)) {
    it.live(`gives what the schema's decode of JSON.parse's value gives: ${name}`, () =>
      Effect.gen(function* () {
        const text = JSON.stringify(value)
        const schema = Schema.Array(Row)
        for (const options of parseOptions) {
          const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(schema), options)
          const expected = yield* Effect.exit(decode(JSON.parse(text)))
          const parse = SchemaTurns.parse(schema, options)
          for (const input of [text, Buffer.from(text)]) {
            assertSameExit(yield* Effect.exit(parse(input)), expected, JSON.stringify(options))
          }
          assertSameExit(yield* Effect.exit(parse(inChunks(text, 1000))), expected, "a stream")
        }
      })
    )
  }

  it.effect("a broken text fails with a ParseError, a stream with its own error", () =>
    Effect.gen(function* () {
      const parse = SchemaTurns.parse(Schema.Array(Row), { maxBytes: 100 })
      const broken = yield* Effect.flip(parse("[{]"))
      assert.isTrue(isParseError(broken) && broken.reason._tag === "InvalidJson")
      const large = yield* Effect.flip(parse(JSON.stringify(rows(10))))
      assert.isTrue(isParseError(large) && large.reason._tag === "InputTooLarge")
      assert.strictEqual(yield* Effect.flip(parse(Stream.fail("gone" as const))), "gone")
    })
  )

  it.effect("decodes the one value at the pointer", () =>
    Effect.gen(function* () {
      const parse = SchemaTurns.parse(Row, { at: "/rows/1" })
      const row = yield* parse(JSON.stringify({ total: 2, rows: rows(2) }))
      assert.deepStrictEqual(row, { id: 1, at: new Date(1), big: 1n })
    })
  )
})

/** Numbers of which many use their turn up, and the last says whether the loop has gone on since. */
const turning = () => {
  const seen = { loop: false, atLast: false }
  const schema = Schema.Finite.pipe(
    Schema.decodeTo(Schema.Finite, {
      decode: SchemaGetter.transform((n: number) => {
        if (n === 0) setImmediate(() => (seen.loop = true))
        if (n % 100 === 0) charge(100)
        if (n === 999) seen.atLast = seen.loop
        return n
      }),
      encode: SchemaGetter.passthrough()
    })
  )
  return { schema, seen }
}

const numbers = JSON.stringify(Array.from({ length: 1000 }, (_, n) => n))

describe("decoding", () => {
  it.live("parse decodes in turns", () =>
    Effect.gen(function* () {
      const { schema, seen } = turning()
      yield* SchemaTurns.parse(Schema.Array(schema))(numbers)
      assert.isTrue(seen.atLast)
    })
  )

  it.live("parseArray decodes a chunk in turns", () =>
    Effect.gen(function* () {
      const { schema, seen } = turning()
      yield* Stream.runDrain(SchemaTurns.parseArray(schema)(numbers))
      assert.isTrue(seen.atLast)
    })
  )
})

/** Elements up to the end or the failure. */
const gather = Effect.fnUntraced(function* <A, E>(stream: Stream.Stream<A, E>) {
  const elements: Array<A> = []
  const exit = yield* Effect.exit(Stream.runForEach(stream, (element) => Effect.sync(() => elements.push(element))))
  return { elements, exit }
})

describe("SchemaTurns.parseArray", () => {
  for (const [name, value] of Object.entries(cases)) {
    it.live(`gives the elements, and what is wrong as the whole array's decode tells it: ${name}`, () =>
      Effect.gen(function* () {
        const text = JSON.stringify({ rows: value })
        const schema = Schema.Array(Row)
        for (const chunkSize of [1, 1000, 65_536]) {
          const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(schema))
          const expected = yield* Effect.exit(decode(JSON.parse(text).rows))
          const good = yield* decode(
            value.slice(
              0,
              value.findIndex((row) => Object.hasOwn(row as object, "more"))
            )
          )
          const parse = SchemaTurns.parseArray(Row, { at: "/rows", chunkSize })
          for (const input of [inChunks(text, 700), inChunks(text, text.length)]) {
            const { elements, exit } = yield* gather(parse(input))
            if (Exit.isSuccess(expected)) {
              assert.deepStrictEqual(elements, expected.value)
              assert.isTrue(Exit.isSuccess(exit))
            } else {
              assert.deepStrictEqual(elements, good)
              assertSameExit(exit, expected, `chunks of ${chunkSize}`)
            }
          }
        }
      })
    )
  }

  it.effect("decodes no more than is taken, and each element once", () =>
    Effect.gen(function* () {
      let decoded = 0
      const counting = Schema.Finite.pipe(
        Schema.decodeTo(Schema.Finite, {
          decode: SchemaGetter.transform((n: number) => {
            decoded++
            return n
          }),
          encode: SchemaGetter.passthrough()
        })
      )
      const text = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => i))
      const parse = SchemaTurns.parseArray(counting, { chunkSize: 1000 })
      const first = yield* Stream.runCollect(Stream.take(parse(text), 10))
      assert.deepStrictEqual(first, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      assert.isBelow(decoded, 50_000)
      decoded = 0
      assert.strictEqual(yield* Stream.runCount(parse(text)), 100_000)
      assert.strictEqual(decoded, 100_000)
    })
  )

  it.effect("what is behind the array is read before the stream ends", () =>
    Effect.gen(function* () {
      const { elements, exit } = yield* gather(SchemaTurns.parseArray(Schema.Finite)("[1,2]]"))
      assert.deepStrictEqual(elements, [1, 2])
      assert.isTrue(Exit.isFailure(exit))
    })
  )
})
