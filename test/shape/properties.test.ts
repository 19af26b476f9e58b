/**
 * What holds for every value, shape and limit: never over it, always JSON, what fits untouched, the same each time, nothing shown as empty
 * that is not, and the list of what was left out is true.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Shape } from "../../src/Shape.ts"
import { keys, plainJson, runs } from "../support/arbitraries.ts"
import { type Json, sizeOf } from "../support/truncateReference.ts"
import { meters, shape, type Unit } from "./support.ts"
import { untruth } from "./truth.ts"

const longStrings = fc
  .tuple(fc.constantFrom("word ", "é", "😀", "\ud83d", "\ude00\ud83d", "\n", "\u0000", 'a"😀€\\'), fc.nat(400))
  .map(([unit, times]) => unit.repeat(times))

const small: fc.Arbitrary<Json> = fc.constantFrom<Json>(1, null, "text", [], {}, [1], { id: 1, name: "a name" })

/** Values with wide and deep containers and long strings among small ones. */
const values: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    { weight: 2, arbitrary: plainJson as fc.Arbitrary<Json> },
    { weight: 2, arbitrary: longStrings },
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 8 }) },
    { weight: 1, arbitrary: fc.array(small, { maxLength: 120, size: "max" }) },
    {
      weight: 2,
      arbitrary: fc.dictionary(fc.oneof(keys, fc.constantFrom("…", "……", "a/b", "~", "*")), tie("value"), {
        maxKeys: 12,
        noNullPrototype: true
      })
    }
  )
})).value

const limitsOf = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(12) })

const shapes: fc.Arbitrary<Shape> = fc.record({
  strings: fc.constantFrom("head", "ends", undefined),
  arrays: fc.constantFrom("head", "ends", undefined),
  markers: fc.constantFrom(true, true, false, undefined),
  maxDepth: limitsOf,
  maxItems: limitsOf,
  maxKeys: limitsOf,
  maxString: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(80) })
})

// `…` takes as much, so that much is always allowed where something longer was.
const allowed = 8
const withRoom = (how: Shape): Shape => ({
  ...how,
  maxString: how.maxString === undefined ? undefined : Math.max(1, how.maxString)
})

const units: fc.Arbitrary<Unit> = fc.constantFrom("characters", "bytes")
const whiteGaps = fc.constantFrom("", "", "  ", "\t", "\n")
const oddGaps = fc.constantFrom("", "", " ", "\ude00\ud83d", "\0-")

describe("any JSON, shape and limit", () => {
  it("never over the limit, valid, the same twice, and truly told", () => {
    fc.assert(
      fc.property(
        values,
        shapes,
        fc.integer({ min: 5, max: 2000 }),
        units,
        whiteGaps,
        (value, how, limit, unit, space) => {
          const shaped = shape(value, how, limit, unit, { space })
          const { omitted, omittedCount, text } = shaped
          assert.isAtMost(sizeOf(text, unit), limit)
          assert.deepStrictEqual(shape(value, how, limit, unit, { space }), shaped)
          assert.strictEqual(omitted.length, Math.min(omittedCount, 100))
          if (omittedCount <= 100) assert.isUndefined(untruth(value, text, omitted, withRoom(how)), text)
        }
      ),
      runs(5_000)
    )
  })

  it("what is within the limits is what JSON.stringify gives", () => {
    fc.assert(
      fc.property(values, units, oddGaps, (value, unit, space) => {
        const text = JSON.stringify(value, null, space)
        const size = meters[unit].size(text)
        const whole = shape(value, {}, size, unit, { space })
        assert.strictEqual(whole.text, text)
        assert.strictEqual(whole.omittedCount, 0)
        if (size > allowed) assert.isAbove(shape(value, {}, size - 1, unit, { space }).omittedCount, 0)
      }),
      runs(3_000)
    )
  })
})
