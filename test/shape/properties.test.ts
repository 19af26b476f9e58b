/**
 * What holds for every value, shape and limit: never over it, always JSON, what fits untouched, the same each time, nothing shown as empty
 * that is not, and the list of what was left out is true.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { runs } from "../support/arbitraries.ts"
import { sizeOf } from "../support/truncateReference.ts"
import { shapes, values } from "./arbitraries.ts"
import { meters, shape, type Unit } from "./support.ts"
import { untruth } from "./truth.ts"
import { generated } from "../support/tier.ts"

const units: fc.Arbitrary<Unit> = fc.constantFrom("characters", "bytes")
const whiteGaps = fc.constantFrom("", "", "  ", "\t", "\n")
const oddGaps = fc.constantFrom("", "", " ", "\ude00\ud83d", "\0-")
const limits = fc.integer({ min: 5, max: 2_000 })

describe("any JSON, shape and limit", () => {
  it("never over the limit, valid, the same twice, and truly told", () => {
    fc.assert(
      fc.property(values, shapes, limits, units, whiteGaps, (value, how, limit, unit, space) => {
        const shaped = shape(value, how, limit, unit, { space })
        const { omitted, omittedCount, text } = shaped
        assert.isAtMost(sizeOf(text, unit), limit)
        assert.deepStrictEqual(shape(value, how, limit, unit, { space }), shaped)
        assert.strictEqual(omitted.length, Math.min(omittedCount, 100))
        // `…` stands for a string even where `maxString` is 0.
        const told = how.maxString === 0 ? { ...how, maxString: 1 } : how
        assert.isUndefined(omittedCount > 100 ? undefined : untruth(value, text, omitted, told), text)
      }),
      runs(generated(4_000))
    )
  })

  it("what is within the limits is what JSON.stringify gives, and one less is too little", () => {
    fc.assert(
      fc.property(values, units, oddGaps, (value, unit, space) => {
        const text = JSON.stringify(value, null, space)
        const size = meters[unit].size(text)
        const whole = shape(value, {}, size, unit, { space })
        assert.strictEqual(whole.text, text)
        assert.strictEqual(whole.omittedCount, 0)
        if (size > 5) assert.isAbove(shape(value, {}, size - 1, unit, { space }).omittedCount, 0)
      }),
      runs(generated(2_000))
    )
  })

  it("pages with the first elements show every entry once", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 60, max: 600 }), fc.boolean(), (value, limit, markers) => {
        if (typeof value !== "object" || value === null) return
        const keys = Object.keys(value)
        const seen: Array<number> = []
        let from: number | undefined = 0
        while (from !== undefined) {
          const { next, omitted }: ReturnType<typeof shape> = shape(value, { from, markers }, limit)
          const left = omitted.find(({ kind, pointer }) => pointer === "" && (kind === "items" || kind === "keys"))
          const end = left === undefined ? keys.length : left.from
          for (let i = from; i < end; i++) seen.push(i)
          // A page that shows nothing is the last: its first entry does not fit.
          if (next === undefined && end < keys.length) return
          assert.isTrue(next === undefined || next.from > from)
          from = next?.from
        }
        assert.deepStrictEqual(seen, [...keys.keys()])
      }),
      runs(generated(2_000))
    )
  })
})
