/**
 * What `serialize` costs beside `JSON.stringify`, both called inside an Effect, for documents of 100 B to 64 KB:
 *
 *     node bench/small.ts [--seconds 8] [--node 24]
 *
 * One fiber serializes one document after the other; `JSON.stringify` runs in `Effect.sync`, as it would in a service of
 * one's own. Busy time of the calling thread, per call; the two take turns, and the difference is taken within a turn.
 */
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { dataSet, loadValues } from "./data.ts"
import { measure, settle } from "./hold.ts"
import { inProcess } from "./processes.ts"
import { loadService } from "./peers/service.ts"
import { spread, type Spread } from "./stats.ts"
import { table } from "./table.ts"

export interface SmallRow {
  readonly data: string
  /** Bytes of a document, on average. */
  readonly bytes: number
  readonly path: string
  /** Microseconds a call. */
  readonly native: Spread
  readonly library: Spread
  readonly over: Spread
  readonly ratio: Spread
}

const documents = ["doc100b", "doc500b", "doc1k", "doc4k", "doc16k", "doc64k"]

type Call = (value: unknown) => Effect.Effect<string | { readonly serialized: string }, unknown>

const loop = (call: Call, values: ReadonlyArray<unknown>, calls: number) =>
  Effect.gen(function* () {
    let size = 0
    for (let i = 0; i < calls; i++) {
      const result = yield* call(values[i % values.length])
      size += (typeof result === "string" ? result : result.serialized).length
    }
    return size
  })

const busyPerCall = async (call: Call, values: ReadonlyArray<unknown>, calls: number): Promise<number> => {
  const reading = await measure(() => Effect.runPromise(loop(call, values, calls)))
  return (1000 * reading.busy) / calls
}

export const measureSmall = async (seconds: number): Promise<ReadonlyArray<SmallRow>> => {
  const { service, close } = await loadService()
  const rows: Array<SmallRow> = []
  for (const data of documents) {
    const values = loadValues(dataSet(data))
    const texts = values.map((value) => JSON.stringify(value))
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / texts.length
    const calls = Math.ceil(20_000_000 / Math.max(bytes, 1000))
    let path = ""
    for (const [i, value] of values.entries()) {
      const result = await Effect.runPromise(service.serialize(value))
      if (result.serialized !== texts[i]) throw new Error(`Wrong text of ${data}`)
      path = result.path
    }
    const native: Call = (value) => Effect.sync(() => JSON.stringify(value))
    const library: Call = (value) => service.serialize(value)
    const natives: Array<number> = []
    const libraries: Array<number> = []
    // Not before each sample: after a full collection everything is slow for some milliseconds, and each sample pays for its own.
    await settle()
    const end = performance.now() + (1000 * seconds) / documents.length
    for (let round = -2; round < 5 || performance.now() < end; round++) {
      const pair = [await busyPerCall(native, values, calls), await busyPerCall(library, values, calls)] as const
      if (round < 0) continue
      natives.push(pair[0])
      libraries.push(pair[1])
    }
    rows.push({
      data,
      bytes,
      path,
      native: spread(natives),
      library: spread(libraries),
      over: spread(libraries.map((value, i) => value - natives[i]!)),
      ratio: spread(libraries.map((value, i) => value / natives[i]!))
    })
  }
  await close()
  return rows
}

const main = async (): Promise<void> => {
  const { values: flags } = parseArgs({
    options: { seconds: { type: "string", default: "8" }, node: { type: "string" }, child: { type: "boolean" } }
  })
  if (flags.node !== undefined && flags.child !== true) {
    await inProcess(fileURLToPath(import.meta.url), [...process.argv.slice(2), "--child"], flags)
    return
  }
  const number = (value: number) => value.toFixed(2)
  const rows = (await measureSmall(Number(flags.seconds))).map((row) => [
    row.data,
    String(Math.round(row.bytes)),
    row.path,
    ...[row.native, row.library, row.over, row.ratio].map((of) => number(of.median)),
    `${number(row.over.low)}-${number(row.over.high)}`
  ])
  console.log(`Node ${process.versions.node}, inside an Effect, microseconds a call\n`)
  console.log(
    table(["document", "bytes", "path ", "JSON.stringify", "serialize", "over", "ratio", "over, quartiles"], rows)
  )
}

if (import.meta.main) await main()
