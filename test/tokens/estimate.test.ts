import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { vi } from "vitest"
import { generated } from "../support/tier.ts"
import { coefficients } from "../../src/tokens/internal/coefficients.ts"
import { Estimator, estimateTokens } from "../../src/tokens/internal/estimate.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { referenceIds, type TableName } from "./reference.ts"
import { divide, hostileText, realTexts } from "./texts.ts"

const totalOf = (chunks: ReadonlyArray<string>): number => {
  const estimator = new Estimator()
  for (const chunk of chunks) estimator.push(chunk)
  return estimator.total(coefficients.o200k)
}

describe("an estimate", () => {
  it("is the same for every division of a text", () => {
    fc.assert(
      fc.property(hostileText(undefined, 80), fc.array(fc.nat(), { maxLength: 10 }), (text, places) => {
        assert.strictEqual(totalOf(divide(text, places)), totalOf([text]))
      }),
      { numRuns: generated(5000) }
    )
  })

  it("is nothing for nothing, and never less than nothing", () => {
    assert.strictEqual(estimateTokens("", coefficients.gemini), 0)
    fc.assert(
      fc.property(hostileText(), (text) => {
        for (const own of Object.values(coefficients)) assert.isAtLeast(estimateTokens(text, own), 0)
      }),
      { numRuns: generated(2000) }
    )
  })

  it.effect("of fits ends as soon as the limit is passed", () => {
    const push = vi.spyOn(Estimator.prototype, "push")
    const text = "Some words, 12 of them; ".repeat(20_000)
    return Effect.gen(function* () {
      const tokens = yield* Tokens
      for (const model of ["gpt-5", "claude-opus-4-7", "gemini-2.5-pro"]) {
        const { tokens: whole } = yield* tokens.count(text, { model })
        assert.isTrue(yield* tokens.fits(text, whole, { model }))
        assert.isTrue(yield* tokens.fits(text, Infinity, { model }))
        assert.isFalse(yield* tokens.fits(text, whole - 1, { model }))
        push.mockClear()
        assert.isFalse(yield* tokens.fits(text, 1_000, { model }))
        const read = push.mock.calls.reduce((sum, [, from, to]) => sum + to! - from!, 0)
        assert.isAtMost(read, 65_536, model)
        push.mockClear()
        assert.isFalse(yield* tokens.fits(text, Math.floor(whole / 4), { model }))
        const more = push.mock.calls.reduce((sum, [, from, to]) => sum + to! - from!, 0)
        assert.isAtMost(more, text.length / 4 + 2 * 65_536, model)
      }
    }).pipe(Effect.provide(Tokens.layerEstimate()), Effect.ensuring(Effect.sync(() => push.mockRestore())))
  })

  const tables: ReadonlyArray<{ readonly table: TableName; readonly own: Float64Array }> = [
    { table: "o200k_base", own: coefficients.o200k },
    { table: "cl100k_base", own: coefficients.cl100k }
  ]
  it.each(tables)("is within 18 %% of $table on each real set", ({ own, table }) => {
    for (const [name, read] of realTexts) {
      const text = read()
      // Windows that the fit has not seen: it takes others.
      const windows = Array.from({ length: 12 }, (_, i) => Math.floor(((i + 0.37) * text.length) / 12))
      const some = windows.map((at) => text.slice(at, at + 1777).toWellFormed())
      const reference = some.reduce((sum, window) => sum + referenceIds(table, window).length, 0)
      const estimate = some.reduce((sum, window) => sum + estimateTokens(window, own), 0)
      assert.isAtMost(Math.abs(estimate / reference - 1), 0.18, `${name}: ${estimate} for ${reference}`)
    }
  })
})
