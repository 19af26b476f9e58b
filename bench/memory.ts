/**
 * Peak memory while a text of over 1 GB is streamed to a slow consumer:
 *
 *     node bench/memory.ts [--routes sliced,worker,adaptive] [--copies 55] [--node 24]
 *
 * The value is small beside its text: an array that holds the same 20 MB tree many times. The peak is the kernel's
 * (`VmHWM`, set back before the run; Linux), beyond what the process held with the value loaded and garbage collected.
 * The second figure, sampled, leaves out threads' own heaps and is not flattered by memory that the process kept from
 * loading. Chunks are hashed and the hash compared with that of `JSON.stringify`'s text. One process a route.
 */
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { makeSlowReader } from "./peers/library.ts"
import { dataSet } from "./data.ts"
import { measure, shrink } from "./hold.ts"
import { inProcess } from "./processes.ts"
import { peakResident, resetPeak } from "./resident.ts"
import { megabytes, ms } from "./stats.ts"
import { table } from "./table.ts"

export interface GigabyteRow {
  readonly route: string
  readonly path: string
  /** Bytes. */
  readonly text: number
  readonly base: number
  readonly beyond: number
  readonly heapBeyond: number
  readonly hold: number
  readonly wall: number
  readonly identical: boolean
  readonly node: string
}

export const memoryTarget = 100e6

const expectedHash = (tree: unknown, copies: number): string => {
  const text = JSON.stringify(tree)
  const hash = createHash("sha256").update("[")
  for (let i = 0; i < copies; i++) hash.update(i === 0 ? "" : ",").update(text)
  return hash.update("]").digest("hex")
}

/** What this thread's heap and buffers take. */
const heap = (): number => {
  const usage = process.memoryUsage()
  return usage.heapTotal + usage.external
}

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1))

export const streamGigabyte = async (route: string, copies = 55): Promise<GigabyteRow> => {
  const tree = dataSet("bcd").load()
  const expected = expectedHash(tree, copies)
  const value = Array.from({ length: copies }, () => tree)
  const library = await makeSlowReader({ routing: route })
  // A small run first: threads and code are no memory of the stream's.
  await library.read([tree], async () => {})
  await shrink()
  const base = process.memoryUsage.rss()
  const heapBase = heap()
  let heapPeak = 0
  resetPeak()
  const hash = createHash("sha256")
  let bytes = 0
  let chunks = 0
  const reading = await measure(() =>
    library.read(value, async (chunk) => {
      hash.update(chunk)
      bytes += chunk.length
      if (chunks % 32 === 0) heapPeak = Math.max(heapPeak, heap())
      // About 200 MB/s at best: slower than any route.
      if (chunks++ % 4 === 0) await pause()
    })
  )
  const beyond = peakResident() - base
  await library.close()
  return {
    route,
    path: reading.value,
    text: bytes,
    base,
    beyond,
    heapBeyond: heapPeak - heapBase,
    hold: reading.hold,
    wall: reading.wall,
    identical: hash.digest("hex") === expected,
    node: process.versions.node
  }
}

const head = [
  "route",
  "path ",
  "text",
  "process before",
  "peak beyond",
  "heap and buffers beyond",
  "hold ms",
  "wall s",
  "identical",
  `<= ${megabytes(memoryTarget)}`,
  "Node"
]

const cells = (row: GigabyteRow): Array<string> => [
  row.route,
  row.path,
  megabytes(row.text),
  megabytes(row.base),
  megabytes(row.beyond),
  megabytes(row.heapBeyond),
  ms(row.hold),
  (row.wall / 1000).toFixed(1),
  row.identical ? "yes" : "NO",
  row.beyond <= memoryTarget ? "yes" : "NO",
  row.node
]

const main = async (): Promise<void> => {
  const { values: flags } = parseArgs({
    options: {
      routes: { type: "string", default: "sliced,worker,adaptive" },
      copies: { type: "string", default: "55" },
      node: { type: "string" },
      child: { type: "string" }
    }
  })
  if (flags.child !== undefined) {
    process.send!(await streamGigabyte(flags.child, Number(flags.copies)))
    return
  }
  const rows: Array<Array<string>> = []
  for (const route of flags.routes.split(",")) {
    const args = [...process.argv.slice(2), "--child", route]
    rows.push(cells((await inProcess<GigabyteRow>(fileURLToPath(import.meta.url), args, flags))!))
  }
  console.log(table(head, rows))
}

if (import.meta.main) await main()
