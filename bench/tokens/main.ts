/**
 * What counting tokens costs, and who else does it, in one run:
 *
 *     npm run bench:tokens [-- --node 24] [--only caller,thread,runs,estimate,load,limit,prompt] [--rounds 7]
 *
 * Each part is a process of its own. Times are of the calling thread's CPU clock and ratios are of medians of rounds that take turns,
 * unless a heading says otherwise. Whatever gives a wrong count is told beside its time. The errors of the estimator are printed where it is
 * fitted, by `npm run fit:tokens`.
 */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { inProcess } from "../processes.ts"
import { table } from "../table.ts"
import { caller } from "./caller.ts"
import { limit, prompt } from "./limits.ts"
import { load } from "./load.ts"
import type { Part } from "./part.ts"
import { estimate, runs, thread } from "./thread.ts"

const parts: Readonly<Record<string, Part>> = { caller, thread, runs, estimate, load, limit, prompt }

const { values: flags } = parseArgs({
  options: {
    node: { type: "string" },
    only: { type: "string", default: Object.keys(parts).join(",") },
    rounds: { type: "string", default: "7" },
    child: { type: "string" }
  }
})

if (flags.child === undefined) {
  for (const name of flags.only.split(",")) {
    const args = ["--child", name, "--rounds", flags.rounds]
    await inProcess(fileURLToPath(import.meta.url), args, { node: flags.node, limit: 600 })
  }
} else {
  const part = parts[flags.child]
  if (part === undefined) throw new Error(`No part "${flags.child}"; there are: ${Object.keys(parts).join(", ")}`)
  const rows = await part.rows(Number(flags.rounds))
  console.log(`\n${part.title} (Node ${process.versions.node})\n${table(part.head, rows)}`)
  process.exit()
}
