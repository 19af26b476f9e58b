/**
 * More of what schemas are made of: recursion, renamed keys, defaults, nested JSON, Effect's own containers, unions that must match once.
 */
import { Chunk, Effect, Exit, Schema } from "effect"
import * as fc from "fast-check"

interface Made {
  readonly schema: Schema.Top
  readonly values: fc.Arbitrary<unknown>
}

type Items = fc.Arbitrary<ReadonlyArray<unknown>>

interface Tree {
  readonly items: ReadonlyArray<any>
  readonly children: ReadonlyArray<Tree>
}

/** Each makes a schema of an inner one; `items` are arrays of the inner one's values, of all lengths. */
export const moreContainers: Readonly<Record<string, (schema: any, items: Items) => Made>> = {
  Tree: (schema, items) => {
    const tree: Schema.Top = Schema.Struct({
      items: Schema.Array(schema),
      children: Schema.Array(Schema.suspend((): any => tree))
    })
    const values = fc.tuple(items, items, fc.constantFrom(0, 2, 70)).map(([a, b, length]): Tree => {
      const leaf: Tree = { items: b, children: [] }
      return {
        items: a,
        children: Array.from({ length }, (_, i) => (i === 1 ? { items: [], children: [leaf, leaf] } : leaf))
      }
    })
    return { schema: tree, values }
  },
  Renamed: (schema, items) => ({
    schema: Schema.Struct({ items: Schema.Array(schema), tail: Schema.Int }).pipe(
      Schema.encodeKeys({ items: "i", tail: "t" } as never)
    ),
    values: items.map((items) => ({ items, tail: 1 }))
  }),
  Defaulted: (schema, items) => ({
    schema: Schema.Struct({
      items: Schema.Array(schema).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
    }),
    values: items.map((items) => ({ items }))
  }),
  "JSON in a string": (schema, items) => ({
    schema: Schema.Struct({ text: Schema.fromJsonString(Schema.toCodecJson(Schema.Array(schema))) }),
    values: items.map((text) => ({ text }))
  }),
  Chunk: (schema, items) => ({ schema: Schema.Chunk(schema), values: items.map((items) => Chunk.fromIterable(items)) }),
  NonEmpty: (schema, items) => ({ schema: Schema.NonEmptyArray(schema), values: items }),
  Exit: (schema, items) => ({
    schema: Schema.Exit(Schema.Array(schema), Schema.Array(schema), Schema.Defect()),
    values: fc.oneof(
      items.map((items) => Exit.succeed(items)),
      items.map((items) => Exit.fail(items))
    )
  }),
  Once: (schema, items) => ({
    schema: Schema.Union(
      [Schema.Struct({ items: Schema.Array(schema) }), Schema.Struct({ items: Schema.Array(Schema.Int) })],
      {
        mode: "oneOf"
      }
    ),
    values: items.map((items) => ({ items }))
  }),
  Nullable: (schema, items) => ({
    schema: Schema.Struct({
      items: Schema.NullOr(Schema.Array(schema)),
      more: Schema.UndefinedOr(Schema.Array(schema))
    }),
    values: fc.tuple(items, fc.boolean(), fc.boolean()).map(([items, isNull, isLeftOut]) => ({
      items: isNull ? null : items,
      more: isLeftOut ? undefined : items
    }))
  }),
  "Tuples told apart": (schema, items) => ({
    schema: Schema.Union([
      Schema.TupleWithRest(Schema.Tuple([Schema.Literal("a")]), [schema]),
      Schema.TupleWithRest(Schema.Tuple([Schema.Literal("b")]), [Schema.Int])
    ]),
    values: fc.oneof(
      items.map((items) => ["a", ...items]),
      items.map((items) => ["b", ...items.map((_, i) => i)])
    )
  }),
  Caught: (schema, items) => ({
    schema: Schema.Array(schema).pipe(Schema.catchDecoding(() => Effect.succeedSome([]))),
    values: items
  })
}
