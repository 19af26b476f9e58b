/**
 * Values that change while they are read, as plain data: their `toJSON`s, getters and proxy traps, or a test between two turns,
 * empty, shorten, replace and extend whatever is in them.
 */
import * as fc from "fast-check"

const changes = [
  "empty",
  "shorten",
  "lose text",
  "lose text for good",
  "toJSON on children",
  "replace by primitives",
  "replace by a list",
  "extend",
  "bigint",
  "cycle",
  "delete one",
  "undefined",
  "patch",
  "hijack"
] as const

/** A change, and which container it is done to, by number. */
export interface Change {
  readonly what: (typeof changes)[number]
  readonly target: number
}

export type Shape =
  | { readonly _: "leaf"; readonly value: unknown }
  | { readonly _: "text"; readonly length: number }
  | { readonly _: "rows" | "map"; readonly count: number; readonly of: RowKind }
  | { readonly _: "array" | "object"; readonly children: ReadonlyArray<Shape> }
  | { readonly _: "bytes" | "doubles" | "buffer"; readonly length: number }
  | { readonly _: "hook"; readonly how: HookKind; readonly change: Change; readonly gives: Shape }

export type RowKind = "number" | "string" | "record" | "pair" | "list" | "toJSON"
type HookKind = "toJSON" | "getter" | "proxy" | "fickle" | "thrower"

const target = fc.nat(60)
export const aChange: fc.Arbitrary<Change> = fc.record({ what: fc.constantFrom(...changes), target })

const leaf = fc
  .constantFrom<unknown>(1, 1.5, "s", "", null, undefined, true, () => 1, Symbol("s"), new Date(0))
  .map((value): Shape => ({ _: "leaf", value }))
const text = fc.constantFrom(20, 3_000, 16_385, 40_000).map((length): Shape => ({ _: "text", length }))
const many = fc.record({
  _: fc.constantFrom("rows" as const, "map" as const),
  count: fc.constantFrom(0, 1, 3, 17, 70, 400),
  of: fc.constantFrom<RowKind>("number", "string", "record", "pair", "list", "toJSON")
})
const view = fc.record({
  _: fc.constantFrom("bytes" as const, "doubles" as const, "buffer" as const),
  length: fc.constantFrom(0, 10, 300, 5_000)
})

export const shapes: fc.Arbitrary<Shape> = fc.letrec<{ shape: Shape; hook: Shape; inner: Shape }>((tie) => ({
  hook: fc.record({
    _: fc.constant("hook" as const),
    how: fc.constantFrom<HookKind>("toJSON", "getter", "proxy", "fickle", "thrower"),
    change: aChange,
    gives: tie("shape")
  }),
  inner: fc.record({
    _: fc.constantFrom("array" as const, "object" as const),
    children: fc.array(tie("shape"), { maxLength: 8 })
  }),
  shape: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: text },
    { weight: 3, arbitrary: many },
    { weight: 1, arbitrary: view },
    { weight: 4, arbitrary: tie("hook") },
    { weight: 5, arbitrary: tie("inner") }
  )
})).inner
