/**
 * `keep` and `drop`: what survives, what goes first, and only if it is needed.
 */
import { assert, describe, it } from "@effect/vitest"
import * as JsonPointer from "effect/JsonPointer"
import * as fc from "fast-check"
import { runs } from "../support/arbitraries.ts"
import { type Json, sizeOf } from "../support/truncateReference.ts"
import { values } from "./arbitraries.ts"
import { shape, type Unit } from "./support.ts"
import { generated } from "../support/tier.ts"

interface Spot {
  readonly path: ReadonlyArray<string>
  readonly value: Json
}

/** All places of a value. */
const spotsOf = (value: Json, path: ReadonlyArray<string> = []): Array<Spot> => {
  const spots: Array<Spot> = [{ path, value }]
  if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) spots.push(...spotsOf(child, [...path, key]))
  }
  return spots
}

const pointerOf = (path: ReadonlyArray<string>): string =>
  path.map((key) => "/" + JsonPointer.escapeToken(key)).join("")
const patternOf = (path: ReadonlyArray<string>): string =>
  path.map((key) => "/" + (key === "*" ? "~2" : JsonPointer.escapeToken(key))).join("")

/** The least that shows the kept places: what leads to them, with a marker each, as text. */
const leastOf = (value: Json, kept: ReadonlyArray<ReadonlyArray<string>>): string => {
  if (kept.some((path) => path.length === 0) || typeof value !== "object" || value === null)
    return JSON.stringify(value)
  const names = new Set(kept.map(([key]) => key!))
  const entries = Object.entries(value)
  const shown = entries.filter(([key]) => names.has(key))
  const parts = shown.map(([key, child]) => {
    const text = leastOf(
      child,
      kept.filter(([first]) => first === key).map((path) => path.slice(1))
    )
    return (Array.isArray(value) ? "" : JSON.stringify(key) + ":") + text.padEnd(3)
  })
  const markers = Array.isArray(value)
    ? [`"… ${entries.length} more items"`]
    : [`"……………":"${entries.length} more keys"`]
  const [open, close] = Array.isArray(value) ? "[]" : "{}"
  return open + [...parts, ...markers].join(",") + close
}

const cases = values.chain((value) => {
  const spots = spotsOf(value)
  return fc.record({
    value: fc.constant(value),
    kept: fc.array(fc.nat(spots.length - 1), { minLength: 1, maxLength: 3 }).map((all) => all.map((i) => spots[i]!)),
    dropped: fc.array(fc.nat(spots.length - 1), { maxLength: 3 }).map((all) => all.map((i) => spots[i]!)),
    spare: fc.nat(200),
    unit: fc.constantFrom<Unit>("characters", "bytes"),
    arrays: fc.constantFrom<"head" | "ends">("head", "ends")
  })
})

describe("keep", () => {
  it("exact places survive whole where they and what leads to them fit", () => {
    fc.assert(
      fc.property(cases, ({ arrays, dropped, kept, spare, unit, value }) => {
        const paths = kept.map(({ path }) => path)
        const limit = sizeOf(leastOf(value, paths), unit) + spare + 5
        const keep = paths.map(patternOf)
        const drop = dropped.map(({ path }) => patternOf(path))
        const { omitted, omittedCount, text } = shape(value, { keep, drop, arrays }, limit, unit)
        assert.isAtMost(sizeOf(text, unit), limit)
        JSON.parse(text)
        if (omittedCount > 100) return
        assert.deepStrictEqual(
          omitted.filter(({ kept }) => kept),
          [],
          text
        )
        for (const { path, value } of kept) {
          const pointer = pointerOf(path)
          assert.isTrue(text.includes(JSON.stringify(value)), `${pointer} in ${text}`)
          const inside = omitted.filter(
            (record) => record.pointer === pointer || record.pointer.startsWith(pointer + "/")
          )
          assert.deepStrictEqual(inside, [])
        }
      }),
      runs(generated(4_000))
    )
  })

  it("places that do not fit share alike, and are told", () => {
    const value = { a: "x".repeat(500), b: "y".repeat(500), c: "z".repeat(500) }
    const { omitted, text } = shape(value, { keep: ["/b"] }, 300)
    assert.isAtMost(text.length, 300)
    assert.deepStrictEqual(
      omitted.map(({ kept, pointer }) => [pointer, kept]),
      [
        ["/a", false],
        ["/b", true],
        ["/c", false]
      ]
    )
  })

  it("a * holds in entries that are shown", () => {
    const rows = Array.from({ length: 100 }, (_, id) => ({ text: "t".repeat(100), more: "m".repeat(100), id }))
    const parsed = JSON.parse(shape({ rows }, { keep: ["/rows/*/id"] }, 1_000).text) as { rows: Array<unknown> }
    const shown = parsed.rows.filter((row) => typeof row === "object") as Array<{ id?: number }>
    assert.isAbove(shown.length, 1)
    shown.forEach(({ id }, i) => assert.strictEqual(id, i))
  })

  it("a key * is written ~2", () => {
    const value = { "*": { deep: 1 }, a: "a".repeat(300), b: "b".repeat(300) }
    const { text } = shape(value, { keep: ["/~2/deep"], drop: ["/~2"] }, 60)
    assert.include(text, '"*":{"deep":1}')
  })

  it("does not lift the limits that always hold", () => {
    assert.strictEqual(
      shape({ a: { b: { c: 1 } }, d: 1 }, { keep: ["/a/b/c"], maxDepth: 1 }, 1_000).text,
      '{"a":{"b":"{… 1 keys}"},"d":1}'
    )
    assert.strictEqual(shape([1, 2, 3], { keep: ["/2"], maxItems: 1 }, 1_000).text, '[1,"… 2 more items"]')
    assert.strictEqual(
      shape({ a: 1, b: undefined, c: 2 }, { keep: ["/c"], maxKeys: 1 }, 1_000).text,
      '{"a":1,"…":"1 more keys"}'
    )
    assert.strictEqual(shape({ a: 1, b: undefined, c: 2 }, { keep: ["/c"], maxKeys: 2 }, 1_000).text, '{"a":1,"c":2}')
  })
})

describe("drop", () => {
  const value = { id: 1, raw: "r".repeat(50), debug: "d".repeat(50), list: [{ id: 2, raw: "s".repeat(50) }] }

  it("only as much as is needed, in its order", () => {
    const drop = ["/*/*/raw", "/debug", "/raw"]
    const size = JSON.stringify(value).length
    assert.strictEqual(shape(value, { drop }, size).text, JSON.stringify(value))
    const { omitted, text } = shape(value, { drop }, size - 1)
    assert.deepStrictEqual(JSON.parse(text), { ...value, list: [{ id: 2, "…": "1 more keys" }] })
    assert.deepStrictEqual(omitted, [{ pointer: "/list/0", kind: "dropped", from: 1, count: 1, kept: false }])
    const two = shape(value, { drop }, 140)
    assert.deepStrictEqual(Object.keys(JSON.parse(two.text) as object), ["id", "raw", "list", "…"])
    assert.deepStrictEqual(
      two.omitted.map(({ pointer }) => pointer),
      ["/list/0", ""]
    )
  })

  it("what was dropped is told apart from what did not fit, and pages go on behind it", () => {
    const rows = Array.from({ length: 20 }, (_, i) => `row ${i}`)
    const { next, omitted, text } = shape(rows, { drop: ["/1", "/15"] }, 60)
    assert.strictEqual(text, '["row 0","row 2","row 3","row 4","row 5","… 15 more items"]')
    assert.deepStrictEqual(omitted, [
      { pointer: "", kind: "items", from: 6, count: 13, kept: false },
      { pointer: "", kind: "dropped", from: 1, count: 2, kept: false }
    ])
    assert.deepStrictEqual(next, { at: "", from: 6 })
  })

  it("keep wins, and of what leads to a place to keep the rest goes", () => {
    const text = shape(value, { drop: ["/list", "/raw", "/debug"], keep: ["/list/0/id", "/raw"] }, 130).text
    assert.strictEqual(text, `{"id":1,"raw":"${"r".repeat(50)}","list":[{"id":2,"…":"1 more keys"}],"…":"1 more keys"}`)
  })

  it("every element, without a trace of them where there are no markers", () => {
    assert.strictEqual(shape([1, 2, "x".repeat(50)], { drop: ["/*"], markers: false }, 20).text, '"…"')
    assert.strictEqual(shape({ a: [1, 2, "x".repeat(50)] }, { drop: ["/a/*"] }, 40).text, '{"a":["… 3 more items"]}')
  })
})
