/**
 * Limits through the public service: every route and output gives what cutting the whole text gives, whatever the frames are,
 * and calls user code once at most.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { truncate } from "../../src/internal/limit/truncateText.ts"
import { plainJson, runs } from "../support/arbitraries.ts"
import { filler } from "../support/padding.ts"
import { Recorder } from "../support/recorder.ts"
import { type OutputName, outputs, type Subject, subjects } from "../support/subjects.ts"
import { generated, isAll } from "../support/tier.ts"
import { sizeOf, stackFor } from "../support/truncateReference.ts"

const routes = ["sync", "sliced", "worker", "fallback"] as const

type Unit = "characters" | "bytes"

const unitOf = (output: OutputName): Unit => (output === "string" ? "characters" : "bytes")

/** A value, its whole text with a gap, and its cuts: made once for all routes, since they are large and there are many limits. */
interface Whole {
  readonly value: unknown
  readonly gap: string
  readonly text: string
  readonly cuts: Map<string, string | undefined>
}

const wholeOf = (value: unknown, gap: string): Whole => ({
  value,
  gap,
  text: JSON.stringify(value, null, gap),
  cuts: new Map()
})

/** The cut of the whole text. Through bytes and back, halves of surrogate pairs turn into replacement characters. */
const cutOf = ({ cuts, gap, text }: Whole, unit: Unit, maxSize: number): string | undefined => {
  const key = `${unit} ${maxSize}`
  if (!cuts.has(key)) {
    const cut = truncate(text, stackFor(gap, unit), maxSize)
    cuts.set(key, cut !== undefined && unit === "bytes" ? Buffer.from(cut).toString() : cut)
  }
  return cuts.get(key)
}

/** Compares one call with the cut of the whole text; gives what is wrong. */
const wrongWith = async (subject: Subject, output: OutputName, whole: Whole, maxSize: number) => {
  const unit = unitOf(output)
  const expected = cutOf(whole, unit, maxSize)
  const { answer } = await subject.answer(output, whole.value, { maxSize, truncate: true, space: whole.gap })
  const actual =
    answer._tag === "Failed"
      ? (answer.error as { reason: { _tag: string } }).reason._tag
      : answer._tag === "Text"
        ? answer.text
        : Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.length).toString()
  if (answer._tag !== "Failed" && sizeOf(actual, unit) > maxSize) return `over the limit: ${sizeOf(actual, unit)}`
  if (actual === (expected ?? "SizeLimitExceeded")) return undefined
  return `${JSON.stringify(actual.slice(-80))} (${actual.length}), expected ${JSON.stringify(expected?.slice(-80))} (${expected?.length})`
}

const { map, numbers, records, text, texts } = filler

const nested = (depth: number, inner: unknown, wrap: (inner: unknown) => unknown): unknown => {
  let value = inner
  for (let i = 0; i < depth; i++) value = wrap(value)
  return value
}

const documents: { readonly [name: string]: unknown } = {
  "a small record": { id: 1, name: "Ada é😀", tags: ["a", "b"], empty: [{}, []] },
  "a string": "só 😀 \u0000\ud800 text",
  "one huge string": "añ€😀\n".repeat(40_000),
  "one huge string below": [1, { a: { text: "añ€😀\n".repeat(40_000) }, b: 2 }, 3],
  records,
  numbers: { numbers, more: numbers.slice(0, 100) },
  texts: { before: [], texts, text },
  "one wide map": map,
  "keys longer than the limit": { ["k".repeat(30_000)]: 1, ["l".repeat(30_000)]: [2] },
  "deep arrays": nested(3000, "bottom", (inner) => [inner]),
  "deep objects with siblings": nested(1200, "bottom", (inner) => ({ a: 1, inner, b: [] })),
  "many empties": Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? [] : {})),
  "many small entries": Array.from({ length: 100_000 }, () => 1)
}

const documentsByGap = Object.entries(documents).map(([name, value]) => ({
  name,
  wholes: ["", "\t"].map((gap) => wholeOf(value, gap))
}))

for (const [shift, route] of routes.entries()) {
  describe(`truncation, ${route}`, () => {
    const subject = subjects[route]()
    afterAll(() => subject.dispose())

    for (const [index, { name, wholes }] of documentsByGap.entries()) {
      it(`${name}: small limits, limits in the middle, just below the size, at it and above`, async () => {
        for (const output of isAll ? outputs : [outputs[(index + shift) % outputs.length]!]) {
          for (const whole of wholes) {
            const size = sizeOf(whole.text, unitOf(output))
            const limits = new Set([
              ...Array.from({ length: 21 }, (_, i) => i),
              1000,
              16_384,
              65_537,
              size >> 1,
              size - 1,
              size,
              size + 1
            ])
            for (const limit of limits) {
              assert.isUndefined(
                await wrongWith(subject, output, whole, limit),
                `${output}, gap ${whole.gap}, limit ${limit}`
              )
            }
          }
        }
      })
    }

    it("any JSON and any limit", async () => {
      const gaps = fc.constantFrom("", "", " ", "\ude00\ud83d", "\0-")
      const property = fc.asyncProperty(
        plainJson,
        gaps,
        fc.nat(200),
        fc.constantFrom(...outputs),
        async (value, gap, limit, output) => {
          assert.isUndefined(await wrongWith(subject, output, wholeOf(value, gap), limit))
        }
      )
      await fc.assert(property, runs(generated(1000)))
    })

    it("user code is called no more than JSON.stringify calls it, and in the same order", async () => {
      const make = (recorder: Recorder) =>
        Array.from({ length: 2000 }, (_, i) => ({ i, v: { toJSON: recorder.toJSON(() => `value ${i}`) } }))
      const whole = new Recorder()
      const sample = make(whole)
      whole.name(sample)
      JSON.stringify(sample)
      for (const output of outputs) {
        for (const maxSize of [0, 1, 20, 1000, 30_000]) {
          const recorder = new Recorder()
          const value = make(recorder)
          recorder.name(value)
          await subject.answer(output, value, { maxSize, truncate: true })
          assert.deepStrictEqual(
            recorder.calls,
            whole.calls.slice(0, recorder.calls.length),
            `${output}, limit ${maxSize}`
          )
        }
      }
    })
  })
}
