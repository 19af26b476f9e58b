/** Writes tables and plots of all results into README and docs, and prints those of a quick run. */
import type { Results } from "../suite/results.ts"
import { writeBlock } from "./markdown.ts"
import { effectTable, gigabyteTable, machineText, memoryTable } from "./otherTables.ts"
import { loadRuns, type Run } from "./runs.ts"
import { serverTable } from "./serverTable.ts"
import { stallTable } from "./stallTable.ts"
import { summaryTable } from "./summary.ts"
import { targetTable } from "./targets.ts"
import { groupTables } from "./timeTables.ts"

const root = new URL("../../", import.meta.url)
const readme = new URL("README.md", root)
const docs = new URL("docs/benchmarks.md", root)

const plots = (path: string): string =>
  [
    `![Longest hold of the event loop against the size of the text](${path}hold-by-size.svg)`,
    `![Busy time of the calling thread by data set](${path}busy-by-data.svg)`
  ].join("\n\n")

const flightColumns = ["MB/s", "hold ms", "> 5 ms", "busy ×", "wall ×"]

/** What stands between which markers of `docs/benchmarks.md`. */
const blocks: Record<string, (runs: ReadonlyArray<Run>) => string> = {
  "bench:machine": machineText,
  "bench:targets": targetTable,
  "bench:summary": summaryTable,
  "bench:plots": () => plots("plots/"),
  "bench:busy": (runs) => groupTables(runs, "busy", ["busy ×", "cpu ×", "wall ×", "MB/s"]),
  "bench:data": (runs) => groupTables(runs, "data"),
  "bench:sizes": (runs) => groupTables(runs, "size"),
  "bench:shapes": stallTable,
  "bench:flight": (runs) => groupTables(runs, "flight", flightColumns),
  "bench:special": (runs) => groupTables(runs, "special"),
  "bench:uncuttable": (runs) => groupTables(runs, "uncuttable"),
  "bench:effect": effectTable,
  "bench:peers": (runs) => groupTables(runs, "peers"),
  "bench:memory": (runs) => `${gigabyteTable(runs)}\n\n${memoryTable(runs)}`,
  "bench:server": serverTable
}

export const render = async (): Promise<void> => {
  const runs = loadRuns()
  if (runs.length === 0) throw new Error("There are no results yet")
  for (const [name, make] of Object.entries(blocks)) {
    if (!writeBlock(docs, name, make(runs))) console.warn(`docs/benchmarks.md has no place for ${name}`)
  }
  const short = `${machineText(runs)}\n\n${summaryTable(runs)}\n\n${plots("docs/plots/")}`
  if (!writeBlock(readme, "bench:summary", short)) console.warn("README.md has no place for bench:summary")
  const { writePlots } = await import("./plots.ts")
  writePlots(runs)
  console.log(`${summaryTable(runs)}\n\n${targetTable(runs)}\n\nThe whole of it: docs/benchmarks.md`)
}

export const renderQuick = (results: Results): string => {
  const runs: ReadonlyArray<Run> = [
    { node: results.machine.node.split(".")[0]!, results, server: undefined, stall: undefined }
  ]
  const groups = ["busy", "data", "size", "flight", "special", "uncuttable"].map((group) => groupTables(runs, group))
  return [machineText(runs), ...groups, effectTable(runs), memoryTable(runs), targetTable(runs)].join("\n\n")
}
