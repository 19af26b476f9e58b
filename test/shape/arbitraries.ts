/** Values and shapes for property tests. */
import * as fc from "fast-check"
import type { Shape } from "../../src/Shape.ts"
import { keys, plainJson, strings } from "../support/arbitraries.ts"
import type { Json } from "../support/truncateReference.ts"

const longStrings = fc
  .tuple(fc.constantFrom("word ", "é", "😀", "\ud83d", "\ude00\ud83d", "\n", "\u0000", 'a"😀€\\'), fc.nat(400))
  .map(([unit, times]) => unit.repeat(times))

const oddKeys = fc.oneof(keys, fc.constantFrom("…", "……", "a/b", "~", "*"))

const small = fc.constantFrom<Json>(1, null, true, "text", [], {}, [1], { id: 1, name: "a name" })
const rows = fc
  .tuple(fc.array(small, { minLength: 1, maxLength: 6 }), fc.nat(20))
  .map(([row, times]) => Array.from({ length: times }, () => row).flat())
const leaves: fc.Arbitrary<Json> = fc.oneof(small, strings, longStrings, rows)

const level = (child: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.oneof(
    leaves,
    fc.array(child, { maxLength: 6 }),
    fc.dictionary(oddKeys, child, { maxKeys: 8, noNullPrototype: true })
  )

/** JSON with wide containers, long strings, and odd keys. As `JSON.parse` gives it. */
export const values: fc.Arbitrary<Json> = fc
  .oneof(level(level(level(leaves))), plainJson as fc.Arbitrary<Json>)
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)

const limit = (max: number) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(max) })

/** Shapes without places. */
export const shapes: fc.Arbitrary<Shape> = fc.record({
  strings: fc.constantFrom("head", "ends", undefined),
  arrays: fc.constantFrom("head", "ends", undefined),
  markers: fc.constantFrom(true, true, false, undefined),
  maxDepth: limit(4),
  maxItems: limit(12),
  maxKeys: limit(8),
  maxString: limit(80)
})
