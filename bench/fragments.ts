/**
 * Fragments of 20 MB whose value counts: with `space`, with a replacer, where the text is cut. The longest hold of the
 * event loop and the time that it was busy, beside plain `JSON.stringify` and an idle loop: `node bench/fragments.ts`.
 */
import { Effect, ManagedRuntime } from "effect"
import { Fragment, Serialization, SerializationLayer, type SerializeOptions } from "../src/index.ts"
import { idle, measure, type Reading, settle } from "./hold.ts"
import { median } from "./stats.ts"

const rounds = 7
const row = (i: number) => ({ id: i, name: `name ${i}`, tags: ["a", "b"], score: i / 7, nested: { x: i, y: `é${i}` } })
const message = (i: number) => ({ role: "user", content: `some text of message ${i}\n`.repeat(400) })

const documents: ReadonlyArray<readonly [string, unknown]> = [
  ["records", Array.from({ length: 190_000 }, (_, i) => row(i))],
  ["transcript", Array.from({ length: 2_000 }, (_, i) => message(i))]
]

const ways: ReadonlyArray<readonly [string, SerializeOptions]> = [
  ["as it is", {}],
  ["space", { space: 2 }],
  ["a replacer", { replacer: (_, value) => value }],
  ["truncate at 1 MB", { maxSize: 1_000_000, truncate: true }],
  ["a shape of 1 MB", { maxSize: 1_000_000, truncate: {} }]
]

const runtime = ManagedRuntime.make(SerializationLayer.layerSliced())

const report = (what: string, readings: ReadonlyArray<Reading<unknown>>): void => {
  const of = (figure: (reading: Reading<unknown>) => number) => median(readings.map(figure)).toFixed(1).padStart(8)
  process.stdout.write(`${what.padEnd(48)} hold ${of(({ hold }) => hold)} ms, busy ${of(({ busy }) => busy)} ms\n`)
}

const repeat = async (what: string, run: () => unknown): Promise<void> => {
  const readings: Array<Reading<unknown>> = []
  for (let i = 0; i < rounds; i++) {
    await settle()
    readings.push(await measure(run))
  }
  report(what, readings)
}

process.stdout.write(`Node ${process.version}, medians of ${rounds}\n`)
report("an idle loop", [await idle(500), await idle(500), await idle(500)])
for (const [document, value] of documents) {
  const bytes = Buffer.from(JSON.stringify(value))
  const fragment = Fragment.fromTextUnsafe(bytes)
  process.stdout.write(`\n${document}, ${(bytes.length / 1e6).toFixed(1)} MB\n`)
  await repeat("JSON.stringify([fragment], null, 2)", () => JSON.stringify([fragment], null, 2).length)
  for (const [way, options] of ways) {
    const call = Serialization.use((json) => json.serializeToBytes([fragment], options))
    await repeat(way, () => runtime.runPromise(Effect.as(call, undefined)))
  }
}
await runtime.dispose()
