/** The value of a text in small steps, with `JSON.parse` as the judge. */
import { assert, describe, it } from "vitest"
import * as fc from "fast-check"
import { ValueBuilder } from "../../src/internal/fragment/buildValue.ts"
import { Literal, type LiteralText } from "../../src/internal/fragment/literal.ts"
import { generated } from "../support/tier.ts"

const build = (text: LiteralText): unknown => {
  const builder = new ValueBuilder(new Literal(text))
  while (!builder.step());
  return builder.value
}

const ownValue = (holder: object, key: string): unknown => Object.getOwnPropertyDescriptor(holder, key)?.value

/** The same own keys in the same order, and the same values, at any depth: Node 24 does not stringify what is deep. */
const areSame = (found: unknown, expected: unknown): boolean => {
  const pairs: Array<readonly [unknown, unknown]> = [[found, expected]]
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [one, other] = pair
    if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
      if (!Object.is(one, other)) return false
      continue
    }
    if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false
    const keys = Object.keys(one)
    const expectedKeys = Object.keys(other)
    if (keys.length !== expectedKeys.length) return false
    for (const [i, key] of keys.entries()) {
      if (key !== expectedKeys[i]) return false
      pairs.push([ownValue(one, key), ownValue(other, key)])
    }
  }
  return true
}

const isSame = (text: string, found: unknown, note = ""): void => {
  assert.isTrue(areSame(found, JSON.parse(text)), note)
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const padding = (length: number) => "x".repeat(length)
const rows = (count: number) =>
  JSON.stringify(Array.from({ length: count }, (_, i) => ({ i, text: `"ü\\${i}😀`, list: [i, [i]], none: {} })))

/** A step looks at 16,384 characters. */
const cases: ReadonlyArray<readonly [string, string]> = [
  ["records", rows(4000)],
  ["records, indented", JSON.stringify(JSON.parse(rows(2000)), null, 3)],
  ["a wide map", JSON.stringify(Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`k${i}`, [i, { i }]])))],
  ["keys like indexes, out of order", `{${Array.from({ length: 9000 }, (_, i) => `"${9000 - i}":{"a":[]}`).join()}}`],
  ["keys twice", `{${Array.from({ length: 9000 }, (_, i) => `"${i % 7}x":${i}`).join()}}`],
  ["`__proto__`", `{"a":"${padding(20_000)}","__proto__":{"b":"${padding(40_000)}"},"constructor":1}`],
  ["deep arrays", "[".repeat(50_000) + "]".repeat(50_000)],
  ["deep objects", '{"a":'.repeat(30_000) + "1" + "}".repeat(30_000)],
  ["deep, with more behind", '[1,{"a":'.repeat(9000) + "1" + ',"b":2},3]'.repeat(9000)],
  ["a long string", JSON.stringify('é"\n\u{1f600}\ud800 '.repeat(30_000))],
  ["a long string of backslashes", JSON.stringify("\\".repeat(70_001))],
  ["a long string of escapes", `"${"\\u00e9\\/\\ud83d\\ude00".repeat(20_000)}"`],
  ["a long key", `{"a":1,"${padding(70_000)}" : [1,2],"b":"${padding(50_000)}","c":3}`],
  ["a long key with a long value", `{"${padding(70_000)}":"${padding(70_001)}"}`],
  ["a long key with a large value", `{"${padding(70_000)}":${rows(2000)},"z":1}`],
  ["a long key twice", `{"${padding(70_000)}":1,"":2,"${padding(70_000)}":3}`],
  ["long strings in an array", `["${padding(50_000)}","","${padding(50_000)}",[ ],"${padding(3)}"]`],
  ["a long number", `[1,${"1".repeat(40_000)}.5e2,2]`],
  ["much white space", `${" ".repeat(40_000)}[${"\n".repeat(40_000)}]${"\t\r".repeat(40_000)}`],
  ["numbers", JSON.stringify(Array.from({ length: 20_000 }, (_, i) => (i % 3 === 0 ? -i / 7 : i * 1e300)))],
  ["a number", "1e400"],
  ["a word", " null "],
  ["an empty container", "[]"]
]

const fault = fc.oneof(fc.constantFrom(...'{}[]",:\\ \n0-+.eEtu'), fc.string({ minLength: 1, maxLength: 1 }))

describe("the value of a text, in steps", () => {
  for (const [what, text] of cases) {
    it(`${what}: as \`JSON.parse\` makes it`, () => {
      const bytes = Buffer.from(text)
      isSame(text, build(text), "text")
      isSame(text, build([bytes.subarray(0, 777), bytes.subarray(777)]), "bytes")
    })
  }

  it("any value, with what a step cannot take before it, behind it and in it", () => {
    const place = fc.constantFrom("before", "behind", "around", "as a key")
    const length = fc.integer({ min: 16_000, max: 16_600 })
    fc.assert(
      fc.property(fc.jsonValue(), place, length, fc.nat(2), (value, where, size, space) => {
        const text = JSON.stringify(value, null, space)
        const pad = JSON.stringify(padding(size))
        const whole =
          where === "before"
            ? `[${pad},${text},${text}]`
            : where === "behind"
              ? `{"a":${text},"b":[${text},${pad}],"c":${text}}`
              : where === "around"
                ? `[[${pad},{"x":[${text}]}],${text},{}]`
                : `{${pad}:${text},"b":${text}}`
        isSame(whole, build(whole))
      }),
      { numRuns: generated(3000) }
    )
  })

  it("a text with one character changed: a value where `JSON.parse` gives one, else an error", () => {
    const short = JSON.stringify([[], {}, [1, "a\\", { b: [true, null], c: "\u00e9" }], -1.5e-7])
    const where = fc.nat(short.length * 3)
    fc.assert(
      fc.property(
        where,
        fault,
        fc.boolean(),
        fc.integer({ min: 16_300, max: 16_420 }),
        (at, what, isInserted, size) => {
          // The change is near the end of a step.
          const text = `[${JSON.stringify(padding(size))},${short},{"k":${short}},${short}]`
          const i = size + 2 + at
          const changed = text.slice(0, i) + what + text.slice(isInserted ? i : i + 1)
          let found: unknown
          try {
            found = build(changed)
          } catch (error) {
            assert.instanceOf(error, SyntaxError)
            assert.isFalse(isJson(changed), changed.slice(size))
            return
          }
          assert.isTrue(isJson(changed), changed.slice(size))
          isSame(changed, found)
        }
      ),
      { numRuns: generated(20_000) }
    )
  })

  for (const text of [
    "",
    " ",
    "1,",
    ",1",
    "1,2",
    "1 2",
    "[",
    "]",
    "[1,]",
    "[,1]",
    "{",
    '{"a":1,}',
    '"a',
    "[}",
    '{"a"}'
  ]) {
    it(`${JSON.stringify(text)} is no JSON, alone and behind more than a step`, () => {
      assert.throws(() => build(text), SyntaxError)
      const long = rows(300)
      for (const whole of [`[${long},${text}]`, `[${long},[${text}`, `{"a":${long}${text}`, `${long}${text || "x"}`]) {
        if (isJson(whole)) isSame(whole, build(whole))
        else assert.throws(() => build(whole), SyntaxError, undefined, whole.slice(-20))
      }
    })
  }

  for (const [what, text] of [
    ["arrays", `[${rows(2000)}${rows(2000)}]`],
    ["entries", `{"a":${rows(2000)}"b":${rows(2000)}}`],
    ["long strings", `["${padding(40_000)}""${padding(40_000)}"]`]
  ] as const) {
    it(`large ${what} without a comma between them are no JSON`, () => {
      assert.throws(() => build(text), SyntaxError)
    })
  }

  it("runs no setter, whatever is in `Object.prototype`", () => {
    let calls = 0
    const count = () => {
      calls++
    }
    Object.defineProperty(Object.prototype, "patched", { set: count, configurable: true })
    try {
      const text = `{"a":"${padding(40_000)}","patched":1}`
      const value = build(text) as Record<string, unknown>
      assert.strictEqual(Object.getOwnPropertyDescriptor(value, "patched")?.value, 1)
      assert.strictEqual(calls, 0)
    } finally {
      delete (Object.prototype as Record<string, unknown>)["patched"]
    }
  })

  it("takes small steps", () => {
    const builder = new ValueBuilder(new Literal(rows(4000)))
    let steps = 1
    while (!builder.step()) steps++
    assert.isAbove(steps, rows(4000).length / 20_000)
  })
})
