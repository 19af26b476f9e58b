/**
 * Limits through the public service: every route and output gives what cutting the whole text gives, whatever the frames are,
 * and calls user code once at most.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { truncate } from "../src/internal/truncate.ts"
import { plainJson } from "./support/arbitraries.ts"
import { filler } from "./support/padding.ts"
import { Recorder } from "./support/recorder.ts"
import { type OutputName, outputs, type Subject, subjects } from "./support/subjects.ts"
import { sizeOf, stackFor } from "./support/truncateReference.ts"

const routes = ["sync", "sliced", "worker", "fallback"] as const

const unitOf = (output: OutputName) => (output === "string" ? "characters" : "bytes")

/** Compares one call with the cut of the whole text; gives what is wrong. */
const wrongWith = async (subject: Subject, output: OutputName, value: unknown, gap: string, maxSize: number) => {
  const unit = unitOf(output)
  const text = JSON.stringify(value, null, gap)
  const cut = truncate(text, stackFor(gap, unit), maxSize)
  // Through bytes and back, halves of surrogate pairs turn into replacement characters.
  const expected = cut !== undefined && unit === "bytes" ? Buffer.from(cut).toString() : cut
  const { answer } = await subject.answer(output, value, { maxSize, truncate: true, space: gap })
  const actual =
    answer._tag === "Failed"
      ? (answer.error as { reason: { _tag: string } }).reason._tag
      : answer._tag === "Text"
        ? answer.text
        : new TextDecoder().decode(answer.bytes)
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

for (const route of routes) {
  describe(`truncation, ${route}`, () => {
    const subject = subjects[route]()
    afterAll(() => subject.dispose())

    for (const [name, value] of Object.entries(documents)) {
      it(`${name}: small limits, limits in the middle, just below the size, at it and above`, async () => {
        for (const output of outputs) {
          for (const gap of ["", "\t"]) {
            const size = sizeOf(JSON.stringify(value, null, gap), unitOf(output))
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
                await wrongWith(subject, output, value, gap, limit),
                `${output}, gap ${gap}, limit ${limit}`
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
          assert.isUndefined(await wrongWith(subject, output, value, gap, limit))
        }
      )
      await fc.assert(property, { numRuns: 1000 })
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
