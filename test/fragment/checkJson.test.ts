/** The check of text piece by piece, with `JSON.parse` as the judge. */
import { assert, describe, it } from "vitest"
import * as fc from "fast-check"
import { JsonCheck } from "../../src/internal/fragment/checkJson.ts"
import { generated } from "../support/tier.ts"

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const check = (pieces: ReadonlyArray<string>): boolean => {
  const check = new JsonCheck()
  return pieces.every((piece) => check.feed(piece)) && check.end()
}

/** Cuts a text at some places. */
const cut = (text: string, at: ReadonlyArray<number>): ReadonlyArray<string> => {
  const places = [...new Set(at.map((n) => n % (text.length + 1)))].sort((a, b) => a - b)
  return [...places, text.length].map((end, i) => text.slice(i === 0 ? 0 : places[i - 1], end))
}

const places = fc.array(fc.nat(1000), { maxLength: 5 })

describe("a check of JSON", () => {
  for (const text of [
    "",
    " ",
    "null",
    "nul",
    "nulll",
    "true",
    "tru e",
    "false",
    "falsey",
    "NaN",
    "Infinity",
    "undefined",
    "0",
    "-0",
    "00",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1.0",
    "1e",
    "1e5",
    "1E+5",
    "1e-",
    "1.5e10",
    "-1.2E-3",
    "1 2",
    "0x1",
    '""',
    '"a',
    '"\\"',
    '"\\""',
    '"\\u12',
    '"\\u12g4"',
    '"\\u1234"',
    '"\\x"',
    '""',
    '"\u2028"',
    "'a'",
    '"\\u00E9"',
    "[]",
    "[",
    "]",
    "[1]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[[]]",
    "[[]",
    "[]]",
    "[1],",
    "[}",
    "[1e5]",
    "[1e5 ]",
    "[0,0]",
    "{}",
    "{",
    "}",
    '{"a":1}',
    '{"a":1,}',
    "{a:1}",
    '{"a"}',
    '{"a":}',
    '{"a" : [1, {"b":null}] }',
    '{"a":1 "b":2}',
    "{,}",
    '{"a":1}}',
    "{]",
    "/*a*/1",
    "1//",
    "﻿1",
    "\xA01",
    " \n\r	[1]\n",
    "\v1",
    "[1]x",
    '{"__proto__":{}}',
    "-a",
    "[-]"
  ]) {
    it(`${JSON.stringify(text)} is ${isJson(text) ? "JSON" : "none"}`, () => {
      assert.strictEqual(check([text]), isJson(text))
      assert.strictEqual(check([...text]), isJson(text))
    })
  }

  it("any value, cut anywhere, with white space", () => {
    fc.assert(
      fc.property(fc.jsonValue(), places, fc.nat(3), (value, at, space) => {
        assert.isTrue(check(cut(JSON.stringify(value, null, space), at)))
      })
    )
  })

  it("a text with one character changed, as `JSON.parse` says", () => {
    const character = fc.oneof(fc.constantFrom(...'{}[]",:\\ \n0-+.eEtu'), fc.string({ minLength: 1, maxLength: 1 }))
    fc.assert(
      fc.property(fc.jsonValue(), places, fc.nat(), character, fc.boolean(), (value, at, where, what, isInserted) => {
        const text = JSON.stringify(value)
        const i = where % text.length
        const changed = text.slice(0, i) + what + text.slice(isInserted ? i : i + 1)
        assert.strictEqual(check(cut(changed, at)), isJson(changed), changed)
      }),
      { numRuns: generated(2000) }
    )
  })

  it("says where it ceases to be JSON, and nests to any depth", () => {
    const one = new JsonCheck()
    assert.isTrue(one.feed('{"a":'))
    assert.isFalse(one.feed("[1,x"))
    assert.strictEqual(one.offset, 8)
    assert.isTrue(check(["[".repeat(1e6), "]".repeat(1e6)]))
  })
})
