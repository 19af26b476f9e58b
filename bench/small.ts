/**
 * What `serialize` costs beside `JSON.stringify`, both called inside an Effect, for documents of 100 B to 64 KB:
 *
 *     node bench/small.ts [--seconds 8] [--promises] [--node 24]
 *
 * One fiber serializes one document after the other; `JSON.stringify` runs in `Effect.sync`, as it would in a service of
 * one's own. With `--promises` an async function awaits one document after the other, from `makeSerializer` and from an async
 * function around `JSON.stringify`. The thread's own time, per call; the two take turns, and the difference is taken within a turn.
 */
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { dataSet, loadValues } from "./data.ts"
import { measure, settle } from "./hold.ts"
import { inProcess } from "./processes.ts"
import type * as AsyncModule from "../src/Async.ts"
import { sourceUrl } from "./peers/library.ts"
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

type Result = string | { readonly serialized: string; readonly path: string }
/** Serializes one document after the other, `calls` times, and says how long the texts were. */
type Loop = (values: ReadonlyArray<unknown>, calls: number) => Promise<number>

const sizeOf = (result: Result): number => (typeof result === "string" ? result : result.serialized).length

const effectLoop =
  (call: (value: unknown) => Effect.Effect<Result, unknown>): Loop =>
  (values, calls) =>
    Effect.runPromise(
      Effect.gen(function* () {
        let size = 0
        for (let i = 0; i < calls; i++) size += sizeOf(yield* call(values[i % values.length]))
        return size
      })
    )

const promiseLoop =
  (call: (value: unknown) => Promise<Result>): Loop =>
  async (values, calls) => {
    let size = 0
    for (let i = 0; i < calls; i++) size += sizeOf(await call(values[i % values.length]))
    return size
  }

const timePerCall = async (loop: Loop, values: ReadonlyArray<unknown>, calls: number): Promise<number> => {
  const reading = await measure(() => loop(values, calls))
  return (1000 * reading.cpu) / calls
}

const loadLoops = async (asPromises: boolean) => {
  if (!asPromises) {
    const { service, close } = await loadService()
    const native = effectLoop((value) => Effect.sync(() => JSON.stringify(value)))
    const library = effectLoop((value) => service.serialize(value))
    return { native, library, close, once: (value: unknown) => Effect.runPromise(service.serialize(value)) }
  }
  const { makeSerializer } = (await import(sourceUrl("Async"))) as typeof AsyncModule
  const serializer = makeSerializer()
  const native = promiseLoop(async (value) => JSON.stringify(value))
  const library = promiseLoop((value) => serializer.serialize(value))
  return { native, library, close: serializer.shutdown, once: (value: unknown) => serializer.serialize(value) }
}

export const measureSmall = async (seconds: number, asPromises = false): Promise<ReadonlyArray<SmallRow>> => {
  const { close, library, native, once } = await loadLoops(asPromises)
  const rows: Array<SmallRow> = []
  for (const data of documents) {
    const values = loadValues(dataSet(data))
    const texts = values.map((value) => JSON.stringify(value))
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / texts.length
    const calls = Math.ceil(20_000_000 / Math.max(bytes, 1000))
    let path = ""
    for (const [i, value] of values.entries()) {
      const result = await once(value)
      if (result.serialized !== texts[i]) throw new Error(`Wrong text of ${data}`)
      path = result.path
    }
    const natives: Array<number> = []
    const libraries: Array<number> = []
    // Not before each sample: after a full collection everything is slow for some milliseconds, and each sample pays for its own.
    await settle()
    const end = performance.now() + (1000 * seconds) / documents.length
    for (let round = -2; round < 5 || performance.now() < end; round++) {
      const pair = [await timePerCall(native, values, calls), await timePerCall(library, values, calls)] as const
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
    options: {
      seconds: { type: "string", default: "8" },
      promises: { type: "boolean", default: false },
      node: { type: "string" },
      child: { type: "boolean" }
    }
  })
  if (flags.node !== undefined && flags.child !== true) {
    await inProcess(fileURLToPath(import.meta.url), [...process.argv.slice(2), "--child"], flags)
    return
  }
  const number = (value: number) => value.toFixed(2)
  const rows = (await measureSmall(Number(flags.seconds), flags.promises)).map((row) => [
    row.data,
    String(Math.round(row.bytes)),
    row.path,
    ...[row.native, row.library, row.over, row.ratio].map((of) => number(of.median)),
    `${number(row.over.low)}-${number(row.over.high)}`
  ])
  console.log(
    `Node ${process.versions.node}, ${flags.promises ? "as promises" : "inside an Effect"}, microseconds a call\n`
  )
  console.log(
    table(["document", "bytes", "path ", "JSON.stringify", "serialize", "over", "ratio", "over, quartiles"], rows)
  )
}

if (import.meta.main) await main()
