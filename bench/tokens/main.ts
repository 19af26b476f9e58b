/**
 * What counting tokens costs, and who else does it, in one run:
 *
 *     npm run bench -- tokens [--node 24] [--only caller,compare,...] [--rounds 7] [--render]
 *
 * Each part is a process of its own and gives one table. Times are of the calling thread's CPU clock and ratios are of medians of rounds
 * that take turns, unless a heading says otherwise. Whatever gives a wrong count is told beside its time. The tables are kept in
 * `bench/results/tokens-<node>.json`; those that `--only` leaves out keep their earlier figures. They are written between
 * `<!-- tokens-<node> -->` and `<!-- /tokens-<node> -->` of `docs/benchmarks.md`, and the plots beside it. `--render` only does that. The
 * errors of the estimator are printed where it is fitted, by `npm run fit:tokens`.
 */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { inProcess } from "../processes.ts"
import { markdownTable, writeBlock } from "../report/markdown.ts"
import { type Machine, save } from "../suite/results.ts"
import { caller } from "./caller.ts"
import { compare, hard } from "./compare.ts"
import { curves } from "./curves.ts"
import { exact } from "./exact.ts"
import { limit, prompt } from "./limits.ts"
import { load } from "./load.ts"
import type { Part } from "./part.ts"
import { loadResults, type PartTable, resultsName, type TokensResults } from "./results.ts"
import { shapes } from "./shapes.ts"
import { estimate, runs, thread } from "./thread.ts"

const parts: Readonly<Record<string, Part>> = {
  caller,
  compare,
  hard,
  exact,
  thread,
  runs,
  estimate,
  load,
  limit,
  shapes,
  curves,
  prompt
}

const { values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: "string", default: process.versions.node.split(".")[0]! },
    only: { type: "string", default: Object.keys(parts).join(",") },
    rounds: { type: "string", default: "7" },
    render: { type: "boolean", default: false },
    child: { type: "string" }
  }
})

const file = fileURLToPath(import.meta.url)

const textOf = ({ machine, tables }: TokensResults): string => {
  const { commit, cores, cpu, date, node } = machine
  const about = `Node ${node}, ${cpu}, ${cores} cores; commit ${commit}, ${date}.`
  return [about, ...tables.map(({ head, rows, title }) => `**${title}**\n\n${markdownTable(head, rows)}`)].join("\n\n")
}

const render = async (node: string): Promise<void> => {
  const results = loadResults(node)
  if (results === undefined) throw new Error(`There are no results of Node ${node} yet`)
  const text = textOf(results)
  console.log(text)
  const docs = new URL("../../docs/benchmarks.md", import.meta.url)
  if (!writeBlock(docs, `tokens-${node}`, text)) console.warn(`docs/benchmarks.md has no place for tokens-${node}`)
  const { writePlots } = await import("./plots.ts")
  writePlots()
}

const measureAll = async (node: string): Promise<void> => {
  const machine = (await inProcess<Machine>(fileURLToPath(new URL("../suite/machine.ts", import.meta.url)), [], {
    node
  }))!
  const tables = new Map(loadResults(node)?.tables.map((table) => [table.part, table]))
  for (const name of flags.only.split(",")) {
    const began = performance.now()
    const args = ["--child", name, "--rounds", flags.rounds]
    tables.set(name, (await inProcess<PartTable>(file, args, { node, limit: 600 }))!)
    process.stderr.write(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
    save(resultsName(node), { machine, tables: Object.keys(parts).flatMap((part) => tables.get(part) ?? []) })
  }
}

const measurePart = async (name: string): Promise<void> => {
  const part = parts[name]
  if (part === undefined) throw new Error(`No part "${name}"; there are: ${Object.keys(parts).join(", ")}`)
  const rows = await part.rows(Number(flags.rounds))
  const answer: PartTable = { part: name, title: part.title, head: part.head, rows }
  process.send!(answer, () => process.exit())
}

if (flags.child !== undefined) await measurePart(flags.child)
else {
  if (!flags.render) await measureAll(flags.node)
  await render(flags.node)
}
