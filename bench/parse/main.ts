/**
 * The benchmarks of `parse`:
 *
 *     npm run bench -- parse [--node 24] [--only time,peers,small,special,uses] [--sets bcd,records] [--seconds 5]
 *
 * Measures beside `JSON.parse` and other packages on the same bytes, each case in a process of its own, and prints Markdown
 * tables. A whole run writes them between `<!-- parse-<node> -->` and `<!-- /parse-<node> -->` of `docs/benchmarks.md` if they are there.
 */
import { cpus } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { inProcess } from "../processes.ts"
import { markdownTable, writeBlock } from "../report/markdown.ts"
import { ms, ratio } from "../stats.ts"
import type { PeerRow } from "./peer.ts"
import { textSets } from "./sets.ts"
import type { SmallRow } from "./small.ts"
import type { SpecialRow } from "./special.ts"
import type { TimeRow } from "./time.ts"
import { type UseRow, uses } from "./uses.ts"

const everyPart = "time,peers,small,special,uses"

const { values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: "string", default: process.versions.node.split(".")[0]! },
    only: { type: "string", default: everyPart },
    sets: { type: "string" },
    seconds: { type: "string", default: "5" }
  }
})

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const measure = <A>(file: string, args: ReadonlyArray<string>, limit = 120): Promise<A | undefined> =>
  inProcess<A>(here(file), args, { node: flags.node, limit })

const limits = { records: "1.15 / 1.25", text: "1.4 / 1.6", string: "1.6" }

const timeTable = async (): Promise<string> => {
  const wanted = flags.sets?.split(",")
  const rows: Array<ReadonlyArray<string>> = []
  for (const { kind, name } of textSets) {
    if (wanted !== undefined && !wanted.includes(name)) continue
    const row = await measure<TimeRow>("time.ts", [name, flags.seconds])
    if (row === undefined) throw new Error(`no answer for ${name}`)
    rows.push([
      name,
      row.megabytes.toFixed(1),
      ms(row.native),
      ms(row.ours),
      ratio(row.ratio),
      limits[kind],
      ms(row.nativeGap),
      ms(row.gap),
      ms(row.netGap),
      ms(row.idleGap)
    ])
    process.stderr.write(`${name}: ${ratio(row.ratio)}\n`)
  }
  const head = ["set", "MB", "`JSON.parse`, CPU ms", "`parse`, CPU ms", "ratio", "limit, Node 26 / 24"]
  return markdownTable([...head, "hold, `JSON.parse`", "hold, `parse`", "without collections", "idle"], rows)
}

const peerTable = async (): Promise<string> => {
  const names = ["JSON.parse", "effect-serialization", "json-ext", "@streamparser/json", "stream-json"]
  const rows: Array<ReadonlyArray<string>> = []
  for (const peer of [...names, "bfj", "yieldable-json", "worker, clone"]) {
    const cells: Array<string> = [peer]
    for (const set of ["bcd", "records"]) {
      const row = await measure<PeerRow>("peer.ts", [peer, set], 60).catch((error: Error) => error.message)
      if (typeof row === "string" || row === undefined) cells.push(row ?? "no answer", "", "")
      else cells.push(ms(row.cpu) + (row.isSame ? "" : " (another value)"), ms(row.wall), ms(row.gap))
      process.stderr.write(`${peer}, ${set}\n`)
    }
    rows.push(cells)
  }
  return markdownTable(["way", "bcd: CPU ms", "wall ms", "hold, ms", "records: CPU ms", "wall ms", "hold, ms"], rows)
}

const smallTable = async (): Promise<string> => {
  const us = (value: number) => value.toFixed(2)
  const rows = (await measure<ReadonlyArray<SmallRow>>("small.ts", [])) ?? []
  return markdownTable(
    ["document", "bytes", "`JSON.parse` of the string, us", "more", "of the bytes, us", "more"],
    rows.map((row) => [row.name, `${row.bytes}`, us(row.native), us(row.over), us(row.nativeBytes), us(row.overBytes)])
  )
}

const specialTable = async (): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  for (const name of ["memory", "memoryNative", "gigabyte", "arrayCpu", "at", "deep", "reviver", "hundred"]) {
    const row = await measure<SpecialRow>("special.ts", [name], 170)
    if (row !== undefined) rows.push([row.name, row.result, row.limit])
    process.stderr.write(`${name}\n`)
  }
  return markdownTable(["what", "measured", "limit"], rows)
}

const useTable = async (): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  for (const name of uses) {
    const row = await measure<UseRow>("uses.ts", [name])
    if (row === undefined) throw new Error(`no answer for ${name}`)
    const [plain, ours] = row.cpu
    const cells = [ms(plain), ms(ours), ratio(ours / plain), ...row.gap.map(ms), ms(row.netGap[1]), ms(row.idleGap)]
    rows.push([name, row.megabytes.toFixed(1), ...cells])
    process.stderr.write(`${name}\n`)
  }
  const head = ["use", "MB", "plain, CPU ms", "ours, CPU ms", "ratio", "hold, plain", "hold, ours"]
  return markdownTable([...head, "without collections", "idle"], rows)
}

const tables = { time: timeTable, peers: peerTable, small: smallTable, special: specialTable, uses: useTable }

const parts: Array<string> = [`Node ${flags.node}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}).`]
for (const name of flags.only.split(",")) parts.push(await tables[name as keyof typeof tables]())
const text = parts.join("\n\n")
console.log(text)
const isWhole = flags.only === everyPart && flags.sets === undefined
if (isWhole) writeBlock(new URL("../../docs/benchmarks.md", import.meta.url), `parse-${flags.node}`, text)
