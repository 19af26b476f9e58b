/** Fragments: a text that is JSON already, anywhere in a value, on every route and output. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import * as fc from "fast-check"
import { Fragment, Serialization, type SerializeOptions } from "../src/index.ts"
import { makeRoutes, outputs, serviceOf, textOf } from "./support/routes.ts"
import { generated } from "./support/tier.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

/** Cut in the middle of characters. */
const inParts = (text: string, size: number) => {
  const all = bytes(text)
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.subarray(i * size, (i + 1) * size))
}

const large = { rows: Array.from({ length: 5000 }, (_, i) => ({ i, text: `ü${i}😀`.repeat(3) })) }
const largeText = JSON.stringify(large)

const forms: ReadonlyArray<readonly [string, (value: unknown) => Fragment]> = [
  ["text", (value) => Fragment.fromTextUnsafe(JSON.stringify(value))],
  ["bytes", (value) => Fragment.fromTextUnsafe(bytes(JSON.stringify(value)))],
  ["parts", (value) => Fragment.fromTextUnsafe(inParts(JSON.stringify(value), 70_001))]
]

/** A value with fragments in it, and the same with their values. */
const shapes: ReadonlyArray<readonly [string, (part: (value: unknown) => unknown) => unknown]> = [
  ["the root", (part) => part(large)],
  ["a small root", (part) => part("é")],
  ["in an object", (part) => ({ a: 1, f: part(large), b: [2] })],
  ["in an array, between others", (part) => [1, part({ x: 1 }), "two", part(large), part([]), null, part(3)]],
  ["alone", (part) => ({ only: part(large) })],
  ["many small ones", (part) => Array.from({ length: 3000 }, (_, i) => part({ i, s: "x".repeat(i % 50) }))],
  ["deep", (part) => ({ a: [{ b: { c: [[part(large)], part(1)], d: "x".repeat(40_000) } }] })],
  ["beside large values", (part) => [large, part(large), large]],
  ["under awkward keys", (part) => ({ __proto__x: 1, ["__proto__"]: part([1]), 1: part(2), "é\n": part("z") })],
  ["what a toJSON gives", (part) => [{ toJSON: () => part({ y: 1 }) }, { toJSON: () => part(large) }]]
]

describe("a fragment", () => {
  for (const route of makeRoutes({ syncThreshold: 0 })) {
    if (route.name === "sync") continue
    describe(`route ${route.name}`, () => {
      for (const [form, make] of forms) {
        it.live(`${form}: its text goes out as it is`, () =>
          Effect.gen(function* () {
            const service = yield* serviceOf(route.layer)
            for (const [shape, build] of shapes) {
              const expected = JSON.stringify(build((value) => value))
              for (const output of outputs) {
                const { text } = yield* textOf(service, output, build(make), { routing: route.routing })
                assert.isTrue(text === expected, `${shape}, ${output}`)
              }
            }
          }).pipe(Effect.scoped)
        )
      }
    })
  }

  const optionsList: ReadonlyArray<readonly [string, SerializeOptions]> = [
    ["space", { space: 2 }],
    ["a list of names", { replacer: ["rows", "i", "f", "a"] }],
    ["a replacer", { replacer: (_, value) => (typeof value === "number" ? value + 1 : value) }],
    ["truncate", { maxSize: 5_000, truncate: true }],
    ["truncate with space", { maxSize: 5_000, truncate: true, space: "\t" }],
    ["maxSize that it fits", { maxSize: 10_000_000 }]
  ]
  for (const [what, options] of optionsList) {
    it.live(`with ${what}: as its value would be`, () =>
      Effect.gen(function* () {
        const service = yield* serviceOf(makeRoutes()[1]!.layer)
        for (const [form, make] of forms) {
          for (const [shape, build] of shapes) {
            for (const output of outputs) {
              const expected = yield* textOf(
                service,
                output,
                build((value) => value),
                options
              )
              const found = yield* textOf(service, output, build(make), options)
              assert.isTrue(found.text === expected.text, `${form}, ${shape}, ${output}`)
              assert.strictEqual(found.truncated, expected.truncated)
            }
          }
        }
      }).pipe(Effect.scoped)
    )
  }

  it.live("over maxSize: fails, in bytes and in characters", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(makeRoutes()[1]!.layer)
      for (const [, make] of forms) {
        for (const output of outputs) {
          const exit = yield* Effect.exit(textOf(service, output, [make(large)], { maxSize: largeText.length - 10 }))
          assert.isTrue(Exit.isFailure(exit))
        }
      }
    }).pipe(Effect.scoped)
  )

  it.live("any value with fragments in it, as without", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(makeRoutes()[1]!.layer)
      const arbitrary = fc.letrec<{ value: unknown; part: unknown }>((tie) => ({
        part: fc.record({ isFragment: fc.constant(true), value: fc.jsonValue() }),
        value: fc.oneof(
          { maxDepth: 4 },
          fc.jsonValue(),
          tie("part"),
          fc.array(tie("value")),
          fc.dictionary(fc.string(), tie("value"))
        )
      })).value
      const build = (value: any, make: (value: unknown) => unknown): unknown =>
        value?.isFragment === true
          ? make(value.value)
          : Array.isArray(value)
            ? value.map((item) => build(item, make))
            : typeof value === "object" && value !== null
              ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, build(item, make)]))
              : value
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(arbitrary, fc.nat(2), async (value, form) => {
            const { serialized } = await Effect.runPromise(service.serialize(build(value, forms[form]![1])))
            assert.strictEqual(serialized, JSON.stringify(build(value, (value) => value)))
          }),
          { numRuns: generated(300) }
        )
      )
    }).pipe(Effect.scoped)
  )

  it("stays what no double holds, and keys out of order", async () => {
    const text = '{"2":1.0,"1":12345678901234567890,"e":1e400}'
    const fragment = await Effect.runPromise(Fragment.fromText(text))
    const layer = makeRoutes()[1]!.layer
    const program = Serialization.use((json) => json.serialize([fragment]))
    const { serialized } = await Effect.runPromise(program.pipe(Effect.provide(layer)))
    assert.strictEqual(serialized, `[${text}]`)
    assert.strictEqual(JSON.stringify([fragment]), '[{"1":12345678901234567000,"2":1,"e":null}]')
  })

  it("is known by a private brand, and cannot be changed", () => {
    const fragment = Fragment.fromTextUnsafe("[1]")
    assert.isTrue(Fragment.isFragment(fragment))
    assert.strictEqual(fragment.size, 3)
    assert.deepStrictEqual(fragment.toJSON(), [1])
    assert.isTrue(Object.isFrozen(fragment))
    for (const forged of [
      JSON.parse(JSON.stringify({ size: 3, text: "[1]" })),
      Object.create(Fragment.prototype),
      Object.setPrototypeOf({ size: 3 }, Fragment.prototype),
      new Proxy(fragment, {}),
      structuredClone({ ...fragment }),
      null,
      "[1]"
    ]) {
      assert.isFalse(Fragment.isFragment(forged))
    }
  })

  it("is checked in slices: text, bytes, and what is no UTF-8", async () => {
    const fromText = (text: string | Uint8Array) => Effect.runPromise(Effect.result(Fragment.fromText(text)))
    for (const text of [largeText, bytes(largeText), "1", bytes('"é"')]) {
      assert.strictEqual((await fromText(text))._tag, "Success")
    }
    for (const [text, offset] of [
      [`${largeText}]`, largeText.length],
      [bytes(`${largeText.slice(0, -1)}`), largeText.length - 1],
      ["", 0],
      [Uint8Array.of(0x22, 0xff, 0x22), 0],
      [Uint8Array.of(0x22, 0xc3), 1],
      [Uint8Array.of(0xef, 0xbb, 0xbf, 0x31), 0]
    ] as ReadonlyArray<readonly [string | Uint8Array, number]>) {
      const result = await fromText(text)
      assert(result._tag === "Failure")
      assert.strictEqual(result.failure.offset, offset)
      assert.include(result.failure.message, `offset ${offset}`)
    }
  })

  it.live("of a value: what was made once is not made again", () =>
    Effect.gen(function* () {
      let calls = 0
      const value = { toJSON: () => ++calls }
      const fragment = yield* Fragment.from({ value })
      const json = yield* Serialization
      yield* json.serialize([fragment, fragment])
      assert.strictEqual((yield* json.serialize([fragment, fragment])).serialized, '[{"value":1},{"value":1}]')
    }).pipe(Effect.provide(makeRoutes()[1]!.layer))
  )
})
