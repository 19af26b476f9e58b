/**
 * From a typed value to the bytes of its JSON, and back:
 *
 *     npm run bench:schema [-- --cases flat,rows] [--ways "whole;stream"] [--runs 5] [--node 24]
 *
 * Prints, and with all cases and ways writes into `docs/benchmarks.md`, per case and way, medians over the runs: wall time, the calling thread's time, and each run's longest hold of the event loop,
 * garbage collection included, beside an idle control. One process a case; the ways take turns in it. Lengths are compared first.
 */
import { Effect, Schema, Stream } from "effect"
import { Serialization, SerializationLayer } from "effect-serialization"
import { SchemaTurns } from "effect-serialization/schema"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { idle, measure, settle } from "../hold.ts"
import { inProcess } from "../processes.ts"
import { markdownTable } from "../report/markdown.ts"
import { reportTables } from "../report/programTables.ts"
import { median, megabytes, ms, ratio } from "../stats.ts"
import { schemaCases } from "./cases.ts"

interface Sample {
  readonly way: string
  readonly bytes: number
  readonly wall: Array<number>
  readonly cpu: Array<number>
  readonly hold: Array<number>
  readonly idle: Array<number>
}

const encoder = new TextEncoder()

const bytesOf: Record<
  string,
  (schema: Schema.Codec<any, any>) => (value: any) => Effect.Effect<any, unknown, Serialization>
> = {
  whole: (schema) => {
    const encode = Schema.encodeSync(Schema.toCodecJson(schema))
    return (value) => Effect.sync(() => encoder.encode(JSON.stringify(encode(value))).length)
  },
  "whole, then the service": (schema) => {
    const encode = Schema.encodeSync(Schema.toCodecJson(schema))
    return (value) =>
      Serialization.use((service) => service.serializeToBytes(encode(value))).pipe(
        Effect.map(({ bytes }) => bytes.length)
      )
  },
  "in turns, then the service": (schema) => {
    const encode = Schema.encodeEffect(SchemaTurns.inTurns(Schema.toCodecJson(schema)))
    return (value) =>
      Effect.flatMap(encode(value), (encoded) =>
        Serialization.use((service) => service.serializeToBytes(encoded))
      ).pipe(Effect.map(({ bytes }) => bytes.length))
  },
  serializeToBytes: (schema) => {
    const toBytes = SchemaTurns.serializeToBytes(schema)
    return (value) => Effect.map(toBytes(value), ({ bytes }) => bytes.length)
  },
  stream: (schema) => {
    const stream = SchemaTurns.stream(schema)
    return (value) =>
      Stream.runFold(
        stream(value),
        () => 0,
        (sum, chunk) => sum + chunk.length
      )
  }
}

const decodes: typeof bytesOf = {
  decode: (schema) => {
    const decode = Schema.decodeUnknownSync(Schema.toCodecJson(schema))
    return (json) => Effect.sync(() => decode(json))
  },
  "decode in turns": (schema) => Schema.decodeUnknownEffect(SchemaTurns.inTurns(Schema.toCodecJson(schema)))
}

const ways = { ...bytesOf, ...decodes }

const everyCase = schemaCases.map(({ name }) => name).join(",")
const everyWay = Object.keys(ways).join(";")

const { values: flags } = parseArgs({
  options: {
    cases: { type: "string", default: everyCase },
    ways: { type: "string", default: everyWay },
    runs: { type: "string", default: "5" },
    node: { type: "string", default: process.versions.node.split(".")[0]! },
    child: { type: "string" }
  }
})

const sample = async (name: string): Promise<ReadonlyArray<Sample>> => {
  const { load, schema } = schemaCases.find((one) => one.name === name)!
  const value = load()
  const encoded = Schema.encodeSync(Schema.toCodecJson(schema))(value)
  const bytes = encoder.encode(JSON.stringify(encoded)).length
  const program = Effect.gen(function* () {
    const context = yield* Effect.context<Serialization>()
    const rows: Array<readonly [Sample, () => Promise<unknown>]> = []
    for (const way of flags.ways.split(";")) {
      const run = ways[way]!(schema)
      const input = way in decodes ? encoded : value
      const once = () => Effect.runPromise(Effect.provideContext(run(input), context))
      const first = yield* Effect.promise(once)
      if (way in bytesOf && first !== bytes) throw new Error(`${name}, ${way}: ${first} bytes, not ${bytes}`)
      rows.push([{ way, bytes, wall: [], cpu: [], hold: [], idle: [] }, once])
    }
    for (let i = 0; i < Number(flags.runs); i++) {
      for (const [row, once] of rows) {
        yield* Effect.promise(settle)
        row.idle.push((yield* Effect.promise(() => idle(200))).hold)
        const reading = yield* Effect.promise(() => measure(once))
        for (const key of ["wall", "cpu", "hold"] as const) row[key].push(reading[key])
      }
    }
    return rows.map(([row]) => row)
  })
  return Effect.runPromise(Effect.provide(program, SerializationLayer.layerSliced()))
}

if (flags.child !== undefined) process.send!(await sample(flags.child))
else {
  const rows: Array<ReadonlyArray<string>> = []
  for (const name of flags.cases.split(",")) {
    process.stderr.write(`${name} …\n`)
    const args = [...process.argv.slice(2), "--child", name]
    const samples = (await inProcess<ReadonlyArray<Sample>>(fileURLToPath(import.meta.url), args, {
      node: flags.node
    }))!
    for (const result of samples) {
      const base = samples.find(({ way }) => way in decodes === result.way in decodes)!
      rows.push([
        `${name}, ${megabytes(result.bytes)}`,
        result.way,
        ms(median(result.wall)),
        ratio(median(result.wall) / median(base.wall)),
        ratio(median(result.cpu) / median(base.cpu)),
        ms(median(result.hold)),
        ms(Math.max(...result.hold)),
        ms(median(result.idle))
      ])
    }
  }
  reportTables({
    name: "schema",
    node: flags.node,
    isWhole: flags.cases === everyCase && flags.ways === everyWay,
    lead: `Medians of ${flags.runs} runs; ratios to the first way of its kind.`,
    tables: [markdownTable(["case", "way ", "wall ms", "wall", "cpu", "hold ms", "worst", "idle ms"], rows)]
  })
}
