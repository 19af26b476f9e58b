/**
 * Typed rows from a stream of JSON: each is parsed and decoded by its schema while the text arrives, and none is kept.
 *
 * A text of some 60 MB goes by, from a place within an object. The event loop is watched meanwhile; what is wrong is told with its place.
 *
 * In a clone, run it with `npm run build` and `npx node examples/parse-schema.ts`.
 */
import { Effect, Schema, Stream } from "effect"
import { SchemaTurns } from "effect-serialization/schema"
import assert from "node:assert/strict"
import { monitorEventLoopDelay } from "node:perf_hooks"

const Row = Schema.Struct({ id: Schema.Finite, at: Schema.Date, station: Schema.String, value: Schema.Finite })

const count = 600_000
const rowOf = (id: number) => ({ id, at: new Date(1.7e12 + id * 1000), station: `station ${id % 500}`, value: id / 8 })

/** What a socket or a file would give: chunks of some 64 KB. */
const bytes = function* (): Generator<Uint8Array> {
  let text = `{"total":${count},"rows":[`
  for (let id = 0; id < count; id++) {
    text += (id === 0 ? "" : ",") + JSON.stringify(rowOf(id))
    if (text.length > 65_536) {
      yield Buffer.from(text)
      text = ""
    }
  }
  yield Buffer.from(`${text}]}`)
}
const source = Stream.fromIterable(bytes(), { chunkSize: 1 })

const turns = monitorEventLoopDelay({ resolution: 1, samplePerIteration: true })
turns.enable()

const rows = SchemaTurns.parseArray(Row, { at: "/rows", maxDepth: 10 })(source)
const sums = await Effect.runPromise(
  Stream.runFold(
    rows,
    () => ({ rows: 0, last: new Date(0), value: 0 }),
    (sums, { at, value }) => ({ rows: sums.rows + 1, last: at, value: sums.value + value })
  )
)
assert.deepEqual(sums, { rows: count, last: rowOf(count - 1).at, value: (count * (count - 1)) / 16 })
console.log(`${sums.rows} rows, the last of ${sums.last.toISOString()}`)
console.log(`The longest turn of the event loop: ${(turns.max / 1e6).toFixed(1)} ms`)

const parseRows = SchemaTurns.parse(Schema.Array(Row))
for (const text of [
  `[{"id":1,"at":"2026-01-01T00:00:00Z","station":"a","value":"much"}]`,
  `[{"id":1},\n {"id":oops}]`
]) {
  console.log(await Effect.runPromise(Effect.flip(parseRows(text)).pipe(Effect.map((error) => error.message))))
}
