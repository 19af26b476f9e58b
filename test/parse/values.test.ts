import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { assertNative, difference } from "./support/oracle.ts"
import { bytesOf, partsOf, run, settings } from "./support/run.ts"
import { brokenBytes, brokenTexts, jsonTexts } from "./support/texts.ts"
import { hazards } from "./support/hazards.ts"
import { generated, isAll } from "../support/tier.ts"

let turn = 0

/** A text as a string, as bytes, and in parts of several sizes. */
const assertAll = (text: string) => {
  const bytes = bytesOf(text)
  turn++
  for (const [i, setting] of settings.entries()) {
    // In the quick tier one piece size for each scanner, by turns.
    if (!isAll && i % 4 !== turn % 4) continue
    assertNative(text, run(text, setting), `string, ${setting.name}`)
    assertNative(bytes, run(bytes, setting), `bytes, ${setting.name}`)
    for (const size of [1, 7, 1000]) {
      const parts = partsOf(bytes, size)
      if (parts.length <= 4000) assertNative(bytes, run(parts, setting), `parts of ${size}, ${setting.name}`)
    }
  }
}

describe("each hazard by name", () => {
  for (const [name, texts] of Object.entries(hazards)) {
    it(name, () => {
      for (const text of texts) assertAll(text)
    })
  }
})

describe("generated texts", () => {
  const anySetting = fc.constantFrom(...settings)

  it("strings are JSON.parse's, or fail at its place", () => {
    fc.assert(
      fc.property(fc.oneof(jsonTexts, brokenTexts), anySetting, (text, setting) =>
        assertNative(text, run(text, setting), setting.name)
      ),
      { numRuns: generated(1500) }
    )
  })

  it("bytes are what TextDecoder and JSON.parse make of them, in one part and in many", () => {
    fc.assert(
      fc.property(brokenBytes, fc.integer({ min: 1, max: 200 }), anySetting, (bytes, size, setting) => {
        assertNative(bytes, run(bytes, setting), setting.name)
        assertNative(bytes, run(partsOf(bytes, size), setting), `parts of ${size}, ${setting.name}`)
      }),
      { numRuns: generated(1500) }
    )
  })

  it("every truncation of a text fails where it ends", () => {
    const text = '{"a":[1,-2.5e3,"x\\u00e9\\n",true,null],"b":{"c":"ü🙂","d":[[],{}]}, "e" :\r\n0.5}'
    for (let length = 0; length < text.length; length++) assertAll(text.slice(0, length))
  })
})

describe("representation", () => {
  const setting = settings.find(({ name }) => name === "WebAssembly, 4096-131072")!

  it("large texts of ASCII, of Latin-1, of wide characters and of escapes", () => {
    const words = {
      ascii: "plain text",
      latin: "naïve café",
      wide: "東京 данные",
      escapes: 'a\n"b"\\c',
      mixed: "é🙂\u2028"
    }
    for (const [name, word] of Object.entries(words)) {
      const value = Array.from({ length: 6000 }, (_, id) => ({
        id,
        [`${name}-${id % 7}`]: `${word} ${id}`,
        list: [id, id / 3]
      }))
      const text = JSON.stringify(value)
      assert.isUndefined(difference(JSON.parse(text), value))
      assertNative(text, run(text, setting), name)
      assertNative(bytesOf(text), run(bytesOf(text), setting), `${name}, bytes`)
    }
  })

  it("a wide map, also with keys of Object.prototype, numbers and duplicates", () => {
    const entries = Array.from(
      { length: 9000 },
      (_, i) => `"key ${i % 8000}":{"body":"${"x".repeat(i % 60)}","n":${i}}`
    )
    entries.splice(5000, 0, '"__proto__":{"a":1}', '"constructor":[1]', '"12":"twelve"', '"toString":null')
    const text = `{${entries.join(",")}}`
    for (const given of [
      text,
      bytesOf(text),
      text.replace("key 4000", "ключ"),
      bytesOf(text.replace("key 4000", "ключ"))
    ]) {
      assertNative(given, run(given, setting), "wide map")
    }
  })

  it("strings longer than a window, with escapes and code points across each border", () => {
    for (const unit of ["abcdefgh ", "é", "🙂", "\\u00e9", '\\"', "\\\\", "\\ud83d\\ude00", "東x"]) {
      for (const offset of [0, 1, 2, 3, 5]) {
        const long = "-".repeat(offset) + unit.repeat(Math.ceil(300_000 / unit.length))
        const text = `{"before":[1,2],"long":"${long}","behind":["${long}",3]}`
        assertNative(text, run(text, setting), unit)
        assertNative(bytesOf(text), run(bytesOf(text), setting), `${unit}, bytes`)
      }
    }
  })
})
