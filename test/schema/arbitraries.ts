/**
 * Generated schemas, each with an arbitrary of its values: good ones, and ones with something wrong somewhere.
 */
import { Effect, Option, Schema, SchemaGetter } from "effect"
import * as fc from "fast-check"
import { moreContainers } from "./moreContainers.ts"

/** A schema and its values. */
export interface Subject {
  readonly schema: Schema.Top
  readonly values: fc.Arbitrary<unknown>
  readonly name: string
}

const subject = (name: string, schema: Schema.Top, values: fc.Arbitrary<unknown>): Subject => ({ name, schema, values })

/** Nothing that any of the schemas takes. */
const wrong = fc.constantFrom<unknown>(Symbol.for("wrong"), () => 1, new (class Wrong {})())

const spoiled = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: values, weight: 400 }, { arbitrary: wrong, weight: 1 })

const texts = fc.oneof(fc.string(), fc.constantFrom("", "\u0000", `\u0000${"0".repeat(32)}`, `"\\u0000`, "é\ud800"))

class Point extends Schema.Class<Point>("Point")({ x: Schema.Finite, at: Schema.Date }) {}

const leaves: ReadonlyArray<Subject> = [
  subject("String", Schema.String, texts),
  subject("Number", Schema.Number, fc.double()),
  subject("Int", Schema.Int, fc.integer()),
  subject("Boolean", Schema.Boolean, fc.boolean()),
  subject("BigInt", Schema.BigInt, fc.bigInt()),
  subject("Null", Schema.Null, fc.constant(null)),
  subject("Undefined", Schema.Undefined, fc.constant(undefined)),
  subject("Date", Schema.Date, fc.date({ noInvalidDate: true })),
  subject("FiniteFromString", Schema.FiniteFromString, fc.integer()),
  subject("Literal", Schema.Literals(["a", 1, true]), fc.constantFrom<unknown>("a", 1, true)),
  subject("Unknown", Schema.Unknown, fc.jsonValue()),
  subject("Uint8Array", Schema.Uint8Array, fc.uint8Array({ maxLength: 8 })),
  subject(
    "Point",
    Point,
    fc.tuple(fc.integer(), fc.date({ noInvalidDate: true })).map(([x, at]) => new Point({ x, at }))
  ),
  subject("checked", Schema.String.check(Schema.isMaxLength(40)), fc.string({ maxLength: 45 })),
  subject(
    "asynchronous",
    Schema.String.pipe(
      Schema.decodeTo(Schema.String, {
        decode: SchemaGetter.transformEffect((text: string) => Effect.as(Effect.yieldNow, text)),
        encode: SchemaGetter.transformEffect((text: string) => Effect.as(Effect.yieldNow, text))
      })
    ),
    texts
  )
]

const lengths = fc.constantFrom(0, 1, 3, 63, 64, 65, 66, 129, 200)

/** Arrays as long as a batch and longer, made of a few elements over and over. */
const longArray = (values: fc.Arbitrary<unknown>): fc.Arbitrary<ReadonlyArray<unknown>> =>
  fc
    .tuple(lengths, fc.array(values, { minLength: 1, maxLength: 5 }), spoiled(values), fc.nat())
    .map(([length, pool, odd, at]) =>
      Array.from({ length }, (_, i) => (i === at % Math.max(1, length) ? odd : pool[i % pool.length]))
    )

const keys = fc.constantFrom("a", "b", "rows", "__proto__", "1", "é", "toJSON2")

const record = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(lengths, fc.array(values, { minLength: 1, maxLength: 3 }), spoiled(values), keys)
    .map(([length, pool, odd, key]) => {
      const entries = Array.from({ length }, (_, i): [string, unknown] => [
        i % 7 === 3 ? String(i) : `k${i}`,
        pool[i % pool.length]
      ])
      return Object.fromEntries([...entries, [key, odd]])
    })

const structOf = (fields: ReadonlyArray<readonly [string, Subject, boolean]>): Subject => {
  const names = new Map(fields.map(([name, field, isOptional]) => [name, { field, isOptional }] as const))
  const shape: Record<string, Schema.Top> = {}
  const values: Record<string, fc.Arbitrary<unknown>> = {}
  for (const [name, { field, isOptional }] of names) {
    shape[name] = isOptional ? Schema.optionalKey(field.schema) : field.schema
    values[name] = spoiled(field.values)
  }
  const required = [...names].filter(([, { isOptional }]) => !isOptional).map(([name]) => name)
  return subject(
    `{ ${[...names].map(([name, { field }]) => `${name}: ${field.name}`).join(", ")} }`,
    Schema.Struct(shape),
    fc.record(values, { requiredKeys: required })
  )
}

const fieldNames = fc.constantFrom("a", "b", "rows", "1", "é")

const containers = (inner: fc.Arbitrary<Subject>): fc.Arbitrary<Subject> => {
  const one = (make: (inner: Subject) => Subject): fc.Arbitrary<Subject> => inner.map(make)
  const array = one(({ name, schema, values }) => subject(`Array(${name})`, Schema.Array(schema), longArray(values)))
  return fc.oneof(
    { weight: 4, arbitrary: array },
    {
      weight: 4,
      arbitrary: fc.array(fc.tuple(fieldNames, inner, fc.boolean()), { minLength: 1, maxLength: 3 }).map(structOf)
    },
    fc
      .tuple(fc.constantFrom(...Object.entries(moreContainers)), inner)
      .map(([[name, make], { schema, values, ...of }]) => {
        const made = make(schema, longArray(values))
        return subject(`${name}(${of.name})`, made.schema, made.values)
      }),
    one(({ name, schema, values }) => subject(`Record(${name})`, Schema.Record(Schema.String, schema), record(values))),
    one(({ name, schema, values }) =>
      subject(`Checked(${name})`, Schema.Array(schema).check(Schema.isMaxLength(150)), longArray(values))
    ),
    one(({ name, schema, values }) =>
      subject(
        `Option(${name})`,
        Schema.Option(schema),
        fc.oneof(values.map(Option.some), fc.constant<unknown>(Option.none()))
      )
    ),
    one(({ name, schema, values }) =>
      subject(
        `Set(${name})`,
        Schema.ReadonlySet(schema),
        longArray(values).map((items) => new Set(items))
      )
    ),
    one(({ name, schema, values }) =>
      subject(
        `Rest(${name})`,
        Schema.TupleWithRest(Schema.Tuple([Schema.Literal("head")]), [schema, Schema.Int]),
        longArray(values).map((items) => ["head", ...items, 7])
      )
    ),
    one(({ name, schema, values }) =>
      subject(
        `Reversed(${name})`,
        Schema.Array(schema).pipe(
          Schema.decodeTo(Schema.Array(Schema.toType(schema)), {
            decode: SchemaGetter.transform((items: ReadonlyArray<unknown>) => items.toReversed()),
            encode: SchemaGetter.transform((items: ReadonlyArray<unknown>) => items.toReversed())
          } as never)
        ),
        longArray(values)
      )
    ),
    fc.tuple(inner, inner).map(([a, b]) =>
      subject(
        `Tagged(${a.name}, ${b.name})`,
        Schema.Union([
          Schema.Struct({ tag: Schema.Literal("a"), items: Schema.Array(a.schema) }),
          Schema.Struct({ tag: Schema.Literal("b"), items: Schema.Array(b.schema) })
        ]),
        fc.oneof(
          longArray(a.values).map((items) => ({ tag: "a", items })),
          longArray(b.values).map((items) => ({ tag: "b", items }))
        )
      )
    ),
    fc
      .tuple(inner, inner)
      .map(([a, b]) =>
        subject(
          `Either(${a.name}, ${b.name})`,
          Schema.Union([Schema.Array(a.schema), Schema.Array(b.schema), Schema.String]),
          fc.oneof(longArray(a.values), longArray(b.values), texts, wrong)
        )
      ),
    fc.tuple(inner, inner).map(([a, b]) =>
      subject(
        `Untagged(${a.name}, ${b.name})`,
        Schema.Union([
          Schema.Struct({ items: Schema.Array(a.schema) }),
          Schema.Struct({ items: Schema.Array(b.schema) })
        ]),
        fc.oneof(longArray(a.values), longArray(b.values)).map((items) => ({ items }))
      )
    )
  )
}

const leaf = fc.constantFrom(...leaves)
const flat = containers(leaf)

export const subjects: fc.Arbitrary<Subject> = fc.oneof(leaf, flat, containers(flat), containers(fc.oneof(leaf, flat)))

/** A subject and one of its values. */
export const cases: fc.Arbitrary<{ readonly name: string; readonly schema: Schema.Top; readonly value: unknown }> =
  subjects.chain(({ name, schema, values }) => spoiled(values).map((value) => ({ name, schema, value })))

/** JSON with one of its values replaced by something that hardly any schema takes there. */
export const spoil = (json: unknown, seed: number): unknown => {
  let left = seed
  const go = (value: unknown): unknown => {
    if (left-- === 0) return [[[{ wrong: true }]]]
    if (Array.isArray(value)) return value.map(go)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, value]) => [key, go(value)]))
  }
  return go(json)
}
