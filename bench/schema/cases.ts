/** Typed values as programs have them, with the schemas that encode them. */
import { Schema } from "effect"
import { makeText, makeRandom } from "../data/random.ts"
import { dateAt } from "../data/made.ts"

export interface SchemaCase {
  readonly name: string
  readonly what: string
  readonly schema: Schema.Codec<any, any>
  readonly load: () => unknown
}

const Flat = Schema.Struct({
  id: Schema.Finite,
  name: Schema.String,
  email: Schema.String,
  active: Schema.Boolean,
  score: Schema.Finite
})

const Row = Schema.Struct({
  id: Schema.Finite,
  at: Schema.Date,
  title: Schema.String,
  owner: Schema.Struct({ id: Schema.Finite, name: Schema.String, since: Schema.Date }),
  tags: Schema.Array(Schema.String)
})

export const schemaCases: ReadonlyArray<SchemaCase> = [
  {
    name: "flat",
    what: "an array of flat structs",
    schema: Schema.Array(Flat),
    load: () => {
      const random = makeRandom(1)
      return Array.from({ length: 170_000 }, (_, id) => ({
        id,
        name: `user ${id}`,
        email: `user${id}@example.com`,
        active: random.int(2) === 0,
        score: random.int(100_000) / 100
      }))
    }
  },
  {
    name: "rows",
    what: "a struct with rows: a Date, a nested struct, tags",
    schema: Schema.Struct({ total: Schema.Finite, rows: Schema.Array(Row) }),
    load: () => {
      const random = makeRandom(2)
      const rows = Array.from({ length: 150_000 }, (_, id) => ({
        id,
        at: dateAt(random),
        title: makeText(random, 40),
        owner: { id: random.int(1000), name: `user ${random.int(1000)}`, since: dateAt(random) },
        tags: ["member", `group-${random.int(40)}`]
      }))
      return { total: rows.length, rows }
    }
  },
  {
    name: "vectors",
    what: "rows with a vector of 1,536 numbers each",
    schema: Schema.Struct({
      rows: Schema.Array(Schema.Struct({ id: Schema.Finite, vector: Schema.Array(Schema.Finite) }))
    }),
    load: () => {
      const random = makeRandom(3)
      const rows = Array.from({ length: 600 }, (_, id) => ({
        id,
        vector: Array.from({ length: 1536 }, () => random.next() * 2 - 1)
      }))
      return { rows }
    }
  }
]
