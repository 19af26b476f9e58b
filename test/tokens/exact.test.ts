import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { generated, isAll } from "../support/tier.ts"
import { isSafeCut } from "../../src/tokens/internal/cuts.ts"
import { isDisputed } from "../../src/tokens/internal/guard.ts"
import { countChunks, encodeText, referenceIds, tables } from "./reference.ts"
import { divide, hostileParts, hostileText, realTexts } from "./texts.ts"

// Whole sets take the reference minutes.
const part = (text: string): string => (isAll ? text : text.slice(0, 150_000))

const random = (seed: number) => {
  let state = seed
  return () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0)
}

describe.each(tables)("%s", (table) => {
  it.each(realTexts)("counts %s as the reference does, whole and in any division", (name, read) => {
    const text = part(read())
    const expected = { tokens: referenceIds(table, text).length, exact: true }
    assert.deepStrictEqual(countChunks(table, [text]), expected)
    // Counting is slow: divisions are tried on parts of the text, each against the count of the whole part.
    const next = random(name.length)
    for (let i = 0; i < generated(1000); i++) {
      const from = next() % Math.max(1, text.length - 1000)
      const some = text.slice(from, from + 1000)
      const places = Array.from({ length: 1 + (next() % 12) }, next)
      assert.deepStrictEqual(countChunks(table, divide(some, places)), countChunks(table, [some]))
    }
  })

  it("every count that says exact is the reference's, of hostile texts", () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const { exact, tokens } = countChunks(table, [text])
        assert.strictEqual(exact, !isDisputed(text))
        if (exact) assert.strictEqual(tokens, referenceIds(table, text).length)
      }),
      { numRuns: generated(50_000) }
    )
  })

  it("every letter, digit, mark and space that is not disputed is of the same class for the reference", () => {
    const count = (text: string) => [countChunks(table, [text]).tokens, referenceIds(table, text).length] as const
    // The reference takes as long for one of them as for many.
    let waiting: Array<string> = []
    const compare = () => {
      const [ours, expected] = count(waiting.join("\n"))
      // One by one, to say which.
      if (ours !== expected) for (const text of waiting) assert.strictEqual(...count(text), text)
      assert.strictEqual(ours, expected, waiting.join("\n"))
      waiting = []
    }
    // All of them take a while.
    const step = isAll ? 1 : 97
    for (let code = table === "o200k_base" ? 0 : 1; code < 0x110000; code += step) {
      if (code >= 0xd800 && code < 0xe000) continue
      const char = String.fromCodePoint(code)
      if (isDisputed(char) || !/[\p{L}\p{N}\p{M}\s]/u.test(char)) continue
      waiting.push(`a${char}'t .${char}b 1${char}1 ${char}B ${char}'re?${char}`)
      if (waiting.length === 50) compare()
    }
    compare()
  })

  it("ids are the reference's, of hostile texts", () => {
    fc.assert(
      fc.property(hostileText(hostileParts), (text) => {
        fc.pre(!isDisputed(text))
        assert.deepStrictEqual([...encodeText(table, text)], [...referenceIds(table, text)])
      }),
      { numRuns: generated(5000) }
    )
  })

  it("every cut at a safe place of a hostile text divides its count", () => {
    const count = (text: string) => referenceIds(table, text).length
    fc.assert(
      fc.property(hostileText(hostileParts), fc.infiniteStream(fc.boolean()), (text, choices) => {
        fc.pre(!isDisputed(text))
        const cuts: Array<number> = []
        for (let at = 1; at < text.length; at++) if (isSafeCut(text, at) && choices.next().value) cuts.push(at)
        const parts = [0, ...cuts].map((from, i) => text.slice(from, cuts[i] ?? text.length))
        assert.strictEqual(
          parts.reduce((sum, part) => sum + count(part), 0),
          count(text)
        )
      }),
      { numRuns: generated(20_000) }
    )
  })

  it("every division of a hostile text gives the same count, long runs included", () => {
    const long = fc
      .tuple(hostileText(undefined, 10), fc.constantFrom(...hostileParts), fc.nat(1500), hostileText(undefined, 10))
      .map(([before, run, times, after]) => before + run.repeat(times) + after)
    fc.assert(
      fc.property(
        fc.oneof(hostileText(), long),
        fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
        (text, places) => {
          assert.deepStrictEqual(countChunks(table, divide(text, places)), countChunks(table, [text]))
        }
      ),
      { numRuns: generated(3000) }
    )
  })
})
