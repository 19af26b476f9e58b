import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, Stream } from "effect"
import { type Serialization, SerializationLayer } from "effect-serialization"
import { SchemaTurns } from "effect-serialization/schema"
import * as fc from "fast-check"
import { cases, spoil } from "./arbitraries.ts"
import { moreContainers } from "./moreContainers.ts"
import { assertSameExit, options, textOf, useUpTurn } from "./oracle.ts"

const runs = Number(process.env["FUZZ_RUNS"] ?? 200)
const seed = process.env["FUZZ_SEED"]

const run = <A>(effect: Effect.Effect<A, never, Serialization>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, SerializationLayer.layerSliced()))

const check = <A>(arbitrary: fc.Arbitrary<A>, property: (value: A) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(arbitrary, property), {
    numRuns: runs,
    interruptAfterTimeLimit: 20_000,
    endOnFailure: true,
    ...(seed === undefined ? {} : { seed: Number(seed) })
  })

describe("generated schemas", () => {
  it("serialize: the text, or the issue, of Effect's own encode", () =>
    check(fc.tuple(cases, fc.boolean()), async ([{ name, schema, value }, isOver]) => {
      const [actual, expected] = await run(
        Effect.gen(function* () {
          const serialize = SchemaTurns.serialize(schema) as (value: unknown) => Effect.Effect<any, any, Serialization>
          if (isOver) yield* useUpTurn
          const actual = yield* Effect.exit(Effect.map(serialize(value), ({ serialized }) => serialized))
          return [actual, yield* textOf(schema, value)] as const
        })
      )
      assertSameExit(actual, expected, name)
    }))

  it("serializeToBytes and stream: the bytes of it", () =>
    check(cases, async ({ name, schema, value }) => {
      const [bytes, chunks, expected] = await run(
        Effect.gen(function* () {
          const toBytes = SchemaTurns.serializeToBytes(schema)(value as never) as Effect.Effect<any, any, Serialization>
          const stream = SchemaTurns.stream(schema, { chunkSize: 100 })(value as never) as Stream.Stream<
            Uint8Array,
            any,
            Serialization
          >
          const bytes = yield* Effect.exit(Effect.map(toBytes, ({ bytes }) => new TextDecoder().decode(bytes)))
          const chunks = yield* Effect.exit(Stream.mkString(Stream.decodeText(stream)))
          return [bytes, chunks, yield* textOf(schema, value)] as const
        })
      )
      // A lone surrogate is a replacement character in UTF-8, but JSON escapes it.
      assertSameExit(bytes, expected, name)
      assertSameExit(chunks, expected, name)
    }))

  it("inTurns: encodes to the same, or with the same issue", () =>
    check(
      fc.tuple(cases, fc.constantFrom(...options), fc.boolean()),
      async ([{ name, schema, value }, opts, isOver]) => {
        const codec = Schema.toCodecJson(schema)
        const encode = (schema: Schema.Top) => Effect.exit(Schema.encodeUnknownEffect(schema, opts)(value))
        const [actual, expected] = await run(
          Effect.gen(function* () {
            if (isOver) yield* useUpTurn
            return [yield* encode(SchemaTurns.inTurns(codec)), yield* encode(codec)] as const
          }) as Effect.Effect<readonly [Exit.Exit<unknown, unknown>, Exit.Exit<unknown, unknown>]>
        )
        assertSameExit(actual, expected, name)
      }
    ))

  it("inTurns: decodes to the same, or with the same issue", () =>
    check(
      fc.tuple(cases, fc.nat(400), fc.constantFrom(...options), fc.boolean()),
      async ([{ name, schema, value }, at, opts, isOver]) => {
        const codec = Schema.toCodecJson(schema)
        const [actual, expected, derived] = await run(
          Effect.gen(function* () {
            const text = yield* textOf(schema, value)
            const input = spoil(Exit.isSuccess(text) && text.value !== undefined ? JSON.parse(text.value) : [at], at)
            const decode = (schema: Schema.Top) => Effect.exit(Schema.decodeUnknownEffect(schema, opts)(input))
            if (isOver) yield* useUpTurn
            return [
              yield* decode(SchemaTurns.inTurns(codec)),
              yield* decode(codec),
              yield* decode(Schema.toCodecJson(SchemaTurns.inTurns(schema)))
            ] as const
          }) as Effect.Effect<readonly [any, any, any]>
        )
        assertSameExit(actual, expected, name)
        assertSameExit(derived, expected, name)
      }
    ))

  for (const [name, make] of Object.entries(moreContainers)) {
    it(`${name}: an encoded form of a hundred elements`, async () => {
      const { schema, values } = make(Schema.Date, fc.constant(Array.from({ length: 100 }, (_, i) => new Date(i))))
      const [value] = fc.sample(values, { numRuns: 1, seed: 1 })
      const [actual, expected] = await run(
        Effect.gen(function* () {
          const serialize = SchemaTurns.serialize(schema) as (value: unknown) => Effect.Effect<any, any, Serialization>
          const actual = yield* Effect.exit(Effect.map(serialize(value), ({ serialized }) => serialized))
          return [actual, yield* textOf(schema, value)] as const
        })
      )
      assert.isTrue(Exit.isSuccess(expected), String(expected))
      assertSameExit(actual, expected, name)
    })
  }

  it("inTurns twice is inTurns once", () =>
    fc.assert(
      fc.property(cases, ({ schema }) => {
        const once = SchemaTurns.inTurns(schema)
        assert.strictEqual(SchemaTurns.inTurns(once).ast, once.ast)
        assert.strictEqual(SchemaTurns.inTurns(schema).ast, once.ast)
      })
    ))
})
