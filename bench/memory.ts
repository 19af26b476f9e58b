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
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { makeSlowReader } from "./peers/library.ts"
import { dataSet } from "./data.ts"
import { measure, shrink } from "./hold.ts"
import { inProcess } from "./processes.ts"
import { megabytes, ms } from "./stats.ts"
import { table } from "./table.ts"

const { values: flags } = parseArgs({
  options: {
    routes: { type: "string", default: "sliced,worker,adaptive" },
    copies: { type: "string", default: "55" },
    node: { type: "string" },
    child: { type: "string" }
  }
})
const copies = Number(flags.copies)
const target = 100

const statusField = (name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"))![1]) * 1024

const expectedHash = (tree: unknown): string => {
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

const stream = async (route: string): Promise<Array<string>> => {
  const tree = dataSet("bcd").load()
  const expected = expectedHash(tree)
  const value = Array.from({ length: copies }, () => tree)
  const library = await makeSlowReader({ routing: route })
  // A small run first: threads and code are no memory of the stream's.
  await library.read([tree], async () => {})
  await shrink()
  const base = process.memoryUsage.rss()
  const heapBase = heap()
  let heapPeak = 0
  writeFileSync("/proc/self/clear_refs", "5")
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
  const over = statusField("VmHWM") - base
  await library.close()
  return [
    route,
    reading.value,
    megabytes(bytes),
    megabytes(base),
    megabytes(over),
    megabytes(heapPeak - heapBase),
    ms(reading.hold),
    (reading.wall / 1000).toFixed(1),
    hash.digest("hex") === expected ? "yes" : "NO",
    over <= target * 1e6 ? "yes" : "NO",
    process.versions.node
  ]
}

if (flags.child !== undefined) process.send!(await stream(flags.child))
else {
  const rows: Array<Array<string>> = []
  for (const route of flags.routes.split(",")) {
    const row = await inProcess<Array<string>>(
      fileURLToPath(import.meta.url),
      [...process.argv.slice(2), "--child", route],
      flags.node
    )
    rows.push(row!)
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
    `<= ${target} MB`,
    "Node"
  ]
  console.log(table(head, rows))
}
