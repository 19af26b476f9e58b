import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { type InvalidJson, isParseError, parse, ParseError, type ParseErrorReason } from "../../src/parse/index.ts"
import { bytesOf, type Given, type Outcome, partsOf, run, settings } from "./support/run.ts"
import { brokenTexts } from "./support/texts.ts"
import { generated } from "../support/tier.ts"

const reasonOf = (outcome: Outcome): ParseErrorReason => {
  if ("value" in outcome) return assert.fail("there is no error")
  return outcome.error.reason
}

const invalid = (given: Given, setting = settings[0]!): InvalidJson => {
  const reason = reasonOf(run(given, setting))
  if (reason._tag !== "InvalidJson") return assert.fail(reason._tag)
  return reason
}

describe("InvalidJson", () => {
  const cases: ReadonlyArray<readonly [text: string, problem: string, position: number, pointer: string]> = [
    ["", "UnexpectedEnd", 0, ""],
    ["[1, 2", "UnexpectedEnd", 5, ""],
    ['{"a":', "UnexpectedEnd", 5, "/a"],
    ['{"a":[1,x]}', "UnexpectedCharacter", 8, "/a"],
    ['{"a":[1,tru]}', "UnexpectedCharacter", 11, "/a/1"],
    ['{"a":{"b":nul', "UnexpectedEnd", 13, "/a/b"],
    ['[0,"abc', "UnterminatedString", 7, "/1"],
    ['[0,"a\\x"]', "BadEscape", 6, "/1"],
    ['[0,"a\\u12x4"]', "BadEscape", 9, "/1"],
    ['[0,"a\nb"]', "ControlCharacter", 5, "/1"],
    ["[0,01]", "BadNumber", 4, "/1"],
    ["[0,1.]", "BadNumber", 5, "/1"],
    ["[0,-]", "BadNumber", 4, "/1"],
    ["[0] 1", "AfterEnd", 4, ""],
    ['{"a/b~":[tru]}', "UnexpectedCharacter", 12, "/a~1b~0/0"],
    ['{"a" 1}', "UnexpectedCharacter", 5, ""]
  ]
  for (const [text, problem, position, pointer] of cases) {
    it(`${JSON.stringify(text)}: ${problem} at ${position}`, () => {
      for (const setting of settings) {
        for (const given of [text, bytesOf(text), partsOf(bytesOf(text), 1)]) {
          const reason = invalid(given, setting)
          assert.deepStrictEqual([reason.problem, reason.position, reason.pointer], [problem, position, pointer])
        }
      }
    })
  }

  it("the same place and pointer wherever a text is cut", () => {
    fc.assert(
      fc.property(brokenTexts, (text) => {
        const outcomes = settings.map((setting) => run(text, setting))
        const fields = outcomes.map((outcome) => ("error" in outcome ? { ...outcome.error.reason } : undefined))
        for (const other of fields) assert.deepStrictEqual(other, fields[0], JSON.stringify(text))
      }),
      { numRuns: generated(500) }
    )
  })

  it("positions are bytes, columns are code units", () => {
    const text = '["é🙂東",\n"é🙂東" x]'
    const reason = invalid(bytesOf(text), settings[1])
    assert.strictEqual(reason.position, bytesOf(text.slice(0, text.indexOf("x"))).length)
    assert.deepStrictEqual([reason.line, reason.column], [2, 8])
    assert.strictEqual(invalid(bytesOf("\ufeff[x]")).position, 4)
  })

  it("the line of a stream is known when what was read before is gone", () => {
    const rows = Array.from({ length: 30_000 }, (_, id) => `{"id": ${id},\r\n"name": "é"}`).join(",\n")
    const text = `[${rows},\n oops]`
    const reason = invalid(partsOf(bytesOf(text), 1000), settings[3])
    assert.deepStrictEqual([reason.line, reason.column], [60_001, 2])
  })
})

describe("no text of the input is in any message", () => {
  const marker = "SECRET"
  const broken = [
    `{"${marker}": ${marker}}`,
    `["${marker}\n"]`,
    `["${marker}\\x"]`,
    `["${marker}`,
    `{"${marker}" 1}`,
    `${marker}`,
    `["a"] ${marker}`,
    `{"__proto__": "${marker}", "${marker}": 1}`,
    `{"${marker}": {"constructor": {"prototype": "${marker}"}}}`
  ]
  it("whatever a reviver says of it", () => {
    for (const setting of settings) {
      const outcome = run(`["${marker}"]`, setting, {
        reviver: (_, value) => (typeof value === "string" ? JSON.parse(value) : value)
      })
      if (!("error" in outcome)) return assert.fail("it did not throw")
      const { error } = outcome
      for (const told of [error.message, String(error), error.reason.message, error.stack]) {
        assert.notInclude(told, marker)
      }
    }
  })

  it("whatever is wrong", () => {
    for (const text of broken) {
      for (const setting of settings) {
        const outcome = run(text, setting, { dangerousKeys: "error", invalidUtf8: "error" })
        if ("value" in outcome) return assert.fail(text)
        const { error } = outcome
        for (const told of [error.message, String(error), error.reason.message, String(error.cause), error.stack]) {
          assert.notInclude(told, marker, text)
        }
        assert.isUndefined((error.reason as { cause?: unknown }).cause)
      }
    }
  })
})

describe("InvalidUtf8", () => {
  const cases: ReadonlyArray<readonly [bytes: ReadonlyArray<number>, position: number]> = [
    [[0x80], 0],
    [[0x61, 0xc3], 1],
    [[0xc3, 0x28], 0],
    [[0xc0, 0xaf], 0],
    [[0xe2, 0x82], 0],
    [[0xe2, 0x28, 0xa1], 0],
    [[0xed, 0xa0, 0x80], 0],
    [[0xf0, 0x9f, 0x99], 0],
    [[0xf4, 0x90, 0x80, 0x80], 0],
    [[0xf5], 0],
    [[0xe6, 0x9d, 0xb1, 0xff], 3]
  ]
  const options = { invalidUtf8: "error" } as const
  it("is told where the bad sequence begins, or replaced", () => {
    for (const [bad, position] of cases) {
      for (const setting of settings) {
        for (const padding of [0, 30, 1000]) {
          const bytes = Buffer.concat([bytesOf(`["${"-".repeat(padding)}`), Buffer.from(bad), bytesOf('",1]')])
          const reason = reasonOf(run(bytes, setting, options))
          assert.deepStrictEqual({ ...reason }, { _tag: "InvalidUtf8", position: position + padding + 2 } as never)
          assert.deepStrictEqual(run(bytes, setting), { value: JSON.parse(new TextDecoder().decode(bytes)) })
        }
      }
    }
  })

  it("what is wrong first is told", () => {
    const bytes = Buffer.concat([bytesOf('[1,x,"'), Buffer.from([0xff]), bytesOf('"]')])
    assert.strictEqual(reasonOf(run(bytes, settings[3]!, options))._tag, "InvalidJson")
    const other = Buffer.concat([bytesOf('["'), Buffer.from([0xff]), bytesOf('",x]')])
    assert.strictEqual(reasonOf(run(other, settings[3]!, options))._tag, "InvalidUtf8")
  })

  it("good bytes pass", () => {
    const text = JSON.stringify({ a: "é🙂東\u{10ffff}\ue000\ud7ff", b: ["ÿ".repeat(300)] })
    for (const setting of settings)
      assert.deepStrictEqual(run(bytesOf(text), setting, options), { value: JSON.parse(text) })
  })
})

describe("limits", () => {
  it("maxDepth: at the border and one over it, on every path", () => {
    const deep = (depth: number) => `${'{"a":['.repeat(depth / 2)}${"]}".repeat(depth / 2)}`
    for (const setting of settings) {
      for (const depth of [2, 40, 4096, 6000]) {
        const text = deep(depth)
        for (const given of [text, bytesOf(text), partsOf(bytesOf(text), 100)]) {
          assert.isTrue("value" in run(given, setting, { maxDepth: depth }), `${depth}`)
          const reason = reasonOf(run(given, setting, { maxDepth: depth - 1 }))
          const position = 6 * (depth / 2) - 1
          assert.deepStrictEqual({ ...reason }, { _tag: "NestingTooDeep", maxDepth: depth - 1, position } as never)
        }
      }
      assert.strictEqual(reasonOf(run("[]", setting, { maxDepth: 0 }))._tag, "NestingTooDeep")
      assert.deepStrictEqual(run("1", setting, { maxDepth: 0 }), { value: 1 })
      // What is wrong before it is told instead.
      assert.strictEqual(reasonOf(run("[1 2,[[[]]]]", setting, { maxDepth: 2 }))._tag, "InvalidJson")
    }
  })

  it("maxBytes of a stream: at the border and beyond, in text order", () => {
    const text = `{"a":[1,2,"${"x".repeat(200)}"],"b":null}`
    const bytes = bytesOf(text)
    for (const setting of settings) {
      for (const size of [1, 16, 1000]) {
        const parts = partsOf(bytes, size)
        assert.isTrue("value" in run(parts, setting, { maxBytes: bytes.length }))
        for (const maxBytes of [bytes.length - 1, 100, 10, 5, 1, 0]) {
          const reason = reasonOf(run(parts, setting, { maxBytes }))
          assert.deepStrictEqual({ ...reason }, { _tag: "InputTooLarge", maxBytes } as never)
        }
        assert.strictEqual(
          reasonOf(run(partsOf(bytesOf("[1,}]     "), size), setting, { maxBytes: 6 }))._tag,
          "InvalidJson"
        )
        assert.strictEqual(
          reasonOf(run(partsOf(bytesOf("[1]     "), size), setting, { maxBytes: 6 }))._tag,
          "InputTooLarge"
        )
        assert.strictEqual(
          reasonOf(run(partsOf(bytesOf("12345"), size), setting, { maxBytes: 3 }))._tag,
          "InputTooLarge"
        )
      }
    }
  })

  it.effect("maxBytes of a string and of bytes", () =>
    Effect.gen(function* () {
      for (const given of ["[1,2]", bytesOf("[1,2]"), partsOf(bytesOf("[1,2]"), 2)]) {
        assert.deepStrictEqual(yield* parse(given, { maxBytes: 5 }), [1, 2])
        const error = yield* Effect.flip(parse(given, { maxBytes: 4 }))
        assert.strictEqual(error.reason._tag, "InputTooLarge")
      }
    })
  )
})

describe("the error", () => {
  it.effect("is caught by its reason, and told apart", () =>
    Effect.gen(function* () {
      const line = yield* parse("[1\n,]").pipe(
        Effect.catchReason("ParseError", "InvalidJson", ({ line }) => Effect.succeed(line))
      )
      assert.strictEqual(line, 2)
      const error = yield* Effect.flip(parse("["))
      assert.isTrue(isParseError(error) && error instanceof ParseError)
      assert.isFalse(isParseError(new Error("x")))
      assert.strictEqual(error.message, "Unexpected end of the text at line 1, column 2 (position 1)")
    })
  )

  it.effect("options out of range are InvalidOptions", () =>
    Effect.gen(function* () {
      const wrong: ReadonlyArray<object> = [
        { maxBytes: -1 },
        { maxBytes: 1.5 },
        { maxDepth: Number.NaN },
        { at: "a" },
        { at: "/~2" },
        { at: 1 },
        { dangerousKeys: "drop" },
        { invalidUtf8: "ignore" },
        { reviver: {} }
      ]
      for (const options of wrong) {
        const error = yield* Effect.flip(parse("1", options))
        assert.strictEqual(error.reason._tag, "InvalidOptions", JSON.stringify(options))
      }
      for (const input of [null, 1, {}, ["a"], [new Uint8Array(1), null]]) {
        const error = yield* Effect.flip(parse(input as never))
        assert.strictEqual(error.reason._tag, "InvalidOptions", JSON.stringify(input))
      }
    })
  )
})
