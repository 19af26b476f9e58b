import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as meters from "../../src/internal/limit/meter.ts"
import { OpenStack } from "../../src/internal/limit/openBrackets.ts"
import { truncate } from "../../src/internal/limit/truncateText.ts"
import {
  bordersOf,
  stackFor,
  type Json,
  makeReference,
  sizeOf,
  truncateFrames,
  type Unit
} from "../support/truncateReference.ts"
import { generated } from "../support/tier.ts"

const units: ReadonlyArray<Unit> = ["characters", "bytes"]

const nested = (depth: number, inner: Json, wrap: (value: Json) => Json): Json => {
  let value = inner
  for (let i = 0; i < depth; i++) value = wrap(value)
  return value
}

const documents: ReadonlyArray<readonly [name: string, value: Json]> = [
  ["null", null],
  ["true", true],
  ["false", false],
  ["a number", -12.5e-7],
  ["an empty string", ""],
  ["one letter", "a"],
  ["one wide letter", "é"],
  ["one emoji", "😀"],
  ["one lone surrogate", "\ud83d"],
  ["one quote", '"'],
  ["a string", "the quick brown fox jumps over the lazy dog"],
  ["escapes", '"\\\b\f\n\r\t\u0000\u001f/\u007f\u2028'],
  ["strings of two, three and four bytes", ["éé", "€€€", "😀😀😀", "a😀é€b", "\u007f\u0080\u07ff\u0800\uffff"]],
  ["lone surrogates", ["\ud800\udc00\ud800", "\udc00\ud800x", "x\udfff", { "\ud800": "\udbff\ud800" }]],
  ["an empty array", []],
  ["an empty object", {}],
  ["empty containers in containers", [[], {}, [[]], { a: {}, b: [] }]],
  ["small numbers", Array.from({ length: 40 }, (_, i) => i * 7)],
  ["literals", [null, true, false, 0, -1, 1e21, 5e-324]],
  ["empty strings", ["", "", ""]],
  ["small records", Array.from({ length: 3 }, (_, id) => ({ id, name: "n" + id, tags: ["x", "y"] }))],
  ["keys longer than their values", { aLongKey: 1, "another long key": "x", "": "", z: [] }],
  ["a key longer than most limits", { ["k".repeat(60)]: 1 }],
  ["a long key behind others", { a: 1, ["k".repeat(60)]: "v", b: 2 }],
  ["keys to escape", { '"': 1, "\\": "\\", "\n": ["\n"], "😀": "😀", "é,}]{[": 0, "\ud800": 1 }],
  ["integer-like and odd keys", JSON.parse('{"b":1,"1":2,"__proto__":{"x":1},"0":[3],"-1":4}')],
  ["brackets, commas and quotes inside strings", ["[", "]", '{"a":1}', ",", '","', '\\\\"', "\n]"]],
  ["deep arrays", nested(16, 1, (v) => [v])],
  ["deep objects", nested(10, "inner", (v) => ({ k: v }))],
  ["deep with siblings", nested(5, {}, (v) => ["before", { in: v, after: 1 }, "after"])],
  ["one huge string under a key", { a: 1, text: 'lorem ipsum "dolor" '.repeat(6), b: 2 }]
]

const gaps = [
  "",
  " ",
  "  ",
  "\t",
  "\n",
  "\n  ",
  "--",
  '"',
  ',{"]',
  "é",
  "😀",
  "\ud800",
  "\udc00\ud800",
  "\udc00x\ud800",
  "\0",
  "-\0-"
]

/** An assertion costs more than a cut, and there are hundreds of thousands: only what differs is handed to one. */
const same = (actual: string | undefined, expected: string | undefined, message: () => string): void => {
  if (actual !== expected) assert.strictEqual(actual, expected, message())
}

describe("truncate", () => {
  for (const [name, value] of documents) {
    it(`${name}: every limit and gap as the reference says, never over the limit, untouched when it fits`, () => {
      for (const gap of gaps) {
        const text = JSON.stringify(value, null, gap)
        for (const unit of units) {
          const reference = makeReference(value, gap, unit)
          const size = sizeOf(text, unit)
          for (let limit = 0; limit <= size + 2; limit++) {
            const actual = truncate(text, stackFor(gap, unit), limit)
            same(actual, reference(limit), () => `gap ${JSON.stringify(gap)}, ${limit} ${unit}`)
            if (limit >= size) same(actual, text, () => `${limit} ${unit}, which it fits`)
            if (actual === undefined) continue
            if (sizeOf(actual, unit) > limit) assert.isAtMost(sizeOf(actual, unit), limit)
            if (gap.trim() === "") JSON.parse(actual)
          }
        }
      }
    })

    it(`${name}: the same with a frame ending at any border`, () => {
      for (const gap of ["", "  ", "\udc00\ud800"]) {
        for (const unit of units) {
          const { borders, text } = bordersOf(value, gap, unit)
          assert.strictEqual(text, JSON.stringify(value, null, gap))
          const size = sizeOf(text, unit)
          const whole = borders.at(-1)!
          for (let limit = 0; limit <= size; limit += gap === "" ? 1 : 3) {
            const expected = truncate(text, stackFor(gap, unit), limit)
            for (const border of borders) {
              const actual = truncateFrames(text, [border, whole], limit, gap, unit)
              same(actual, expected, () => `${limit} ${unit}, frame of ${border.at}`)
            }
            same(truncateFrames(text, borders, limit, gap, unit), expected, () => `${limit} ${unit}, all borders`)
          }
        }
      }
    })

    it(`${name}: the same when the text stops anywhere behind the limit`, () => {
      for (const gap of ["", "\t", "\udc00\ud800"]) {
        const text = JSON.stringify(value, null, gap)
        for (const unit of units) {
          for (let stop = 1; stop < text.length; stop++) {
            const seen = text.slice(0, stop)
            const limit = sizeOf(seen, unit) - 1
            const expected = truncate(text, stackFor(gap, unit), limit)
            const actual = truncate(seen, stackFor(gap, unit), limit)
            same(actual, expected, () => `${stop} seen, ${limit} ${unit}`)
          }
        }
      }
    })
  }

  it("any JSON value, gap, unit, limit and cut into frames", () => {
    const strings = fc.string({ unit: fc.oneof(fc.constantFrom('"', "\\", "\n", "\ud800", "\udc00"), fc.string()) })
    const json = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5, depthSize: "small" },
        strings,
        fc.constantFrom<Json>(null, true, false, 0, -0.5, 1e300),
        fc.array(tie("value"), { maxLength: 5 }),
        fc.dictionary(strings, tie("value"), { maxKeys: 5 })
      )
    })).value
    const gap = fc.oneof(fc.constantFrom(...gaps), fc.string({ maxLength: 10 }))
    fc.assert(
      fc.property(json, gap, fc.constantFrom(...units), fc.infiniteStream(fc.nat(99)), (generated, gap, unit, dice) => {
        const value = JSON.parse(JSON.stringify(generated)) as Json
        const { borders, text } = bordersOf(value, gap, unit)
        assert.strictEqual(text, JSON.stringify(value, null, gap))
        const reference = makeReference(value, gap, unit)
        const size = sizeOf(text, unit)
        const share = dice.next().value % 30
        const frames = borders.filter((_, i) => i === borders.length - 1 || dice.next().value < share)
        const step = 1 + Math.floor(size / 40)
        for (let limit = 0; limit <= size; limit += step) {
          const expected = reference(limit)
          same(truncate(text, stackFor(gap, unit), limit), expected, () => `${limit} ${unit}`)
          same(truncateFrames(text, frames, limit, gap, unit), expected, () => `${limit} ${unit}, in frames`)
        }
      }),
      { numRuns: generated(500) }
    )
  })

  it("a text that stops where all of it fits is closed", () => {
    for (const gap of ["", "  "]) {
      const { borders, text } = bordersOf([1, { a: "bc", d: [2] }, 3], gap, "bytes")
      for (const border of borders.slice(0, -1)) {
        if (border.open.string === "opened") continue
        const seen = text.slice(0, border.at)
        const mark = border.open.string === "begun" ? '…"' : ""
        const expected = seen + mark + border.open.closingText()
        assert.strictEqual(truncate(seen, stackFor(gap, "bytes"), 1000), expected)
      }
    }
  })

  it("one big string is cut at the limit, in either unit", () => {
    const text = JSON.stringify({ text: "añ€😀".repeat(200_000) })
    const characters = truncate(text, new OpenStack("", meters.characters), 100_001)!
    assert.strictEqual(characters.length, 100_000, "an emoji takes two: there is room for one more")
    assert.isTrue(characters.endsWith('€…"}'))
    const bytes = truncate(text, new OpenStack("", meters.bytes), 100_001)!
    assert.isAtMost(sizeOf(bytes, "bytes"), 100_001)
    assert.isAtLeast(sizeOf(bytes, "bytes"), 100_001 - 3)
    JSON.parse(bytes)
  })

  it("a hundred thousand levels, cut in the middle", () => {
    const depth = 100_000
    const text = "[".repeat(depth) + "]".repeat(depth)
    assert.strictEqual(
      truncate(text, new OpenStack("", meters.bytes), depth + 1),
      "[".repeat(depth / 2) + "]".repeat(depth / 2)
    )
    const objects = '{"a":'.repeat(depth) + "1" + "}".repeat(depth)
    const cut = truncate(objects, new OpenStack("", meters.characters), 600)!
    assert.strictEqual(cut, '{"a":'.repeat(99) + "{}" + "}".repeat(99))
  })

  it("a million small entries", () => {
    const text = JSON.stringify(Array.from({ length: 1_000_000 }, () => 1))
    assert.strictEqual(truncate(text, new OpenStack("", meters.bytes), 1_000_000), "[" + "1,".repeat(499_998) + "1]")
    assert.strictEqual(truncate(text, new OpenStack("", meters.bytes), 2_000_001), text)
  })

  it("escapes that only JSON.rawJSON can hold stay whole, pairs of them too", () => {
    const document = String.raw`["\u0041\ud83d\ude00\/x` + "\ud83d" + String.raw`\ude00yz"]`
    const cuts = new Set<string>()
    for (let limit = 0; limit <= document.length; limit++) {
      cuts.add(truncate(document, new OpenStack("", meters.characters), limit) ?? "none")
    }
    assert.deepStrictEqual(
      [...cuts],
      [
        "none",
        "[]",
        String.raw`["\u0041…"]`,
        String.raw`["\u0041\ud83d\ude00…"]`,
        String.raw`["\u0041\ud83d\ude00\/…"]`,
        String.raw`["\u0041\ud83d\ude00\/x…"]`,
        String.raw`["\u0041\ud83d\ude00\/x` + "\ud83d" + String.raw`\ude00…"]`,
        document
      ]
    )
  })
})

describe("OpenStack", () => {
  it("knows what closing costs, whatever was opened and closed before", () => {
    for (const gap of gaps) {
      for (const unit of units) {
        const { borders, text } = bordersOf([{ a: ["x", [], {}], b: { c: [[1]] } }, "😀"], gap, unit)
        const stacks = borders.map((border) => border.open)
        for (const stack of stacks) assert.strictEqual(sizeOf(stack.closingText(), unit), stack.closers)
        assert.strictEqual(stacks.at(-1)!.closers, 0)
        assert.isTrue(text.endsWith(stacks.at(-2)!.closingText()))
      }
    }
  })

  it("allows no cut right behind the opening quote, except at the root", () => {
    const stack = new OpenStack("", meters.characters)
    stack.openString()
    assert.deepStrictEqual([stack.least, stack.cut], [1, 1])
    stack.closeString()
    stack.open("array")
    assert.deepStrictEqual([stack.least, stack.cut], [1, 1])
    stack.openString()
    assert.deepStrictEqual([stack.least, stack.cut], [2, Infinity])
    stack.openString(true)
    assert.deepStrictEqual([stack.least, stack.cut], [2, 3])
  })

  it("a copy stays as it was", () => {
    const stack = new OpenStack("  ", meters.bytes)
    stack.open("object")
    const copy = stack.copy()
    stack.open("array")
    stack.entry()
    assert.strictEqual(copy.closingText(), "}")
    assert.strictEqual(stack.closingText(), "\n  ]\n}")
  })
})
