/**
 * This working tree against another commit, in one process, round by round:
 *
 *     npm run bench:compare -- <commit> [--data cities,atlas] [--lanes adaptive/bytes,sliced/bytes] [--seconds 4] [--all] [--node 24]
 *
 * The other commit's library is checked out beside this one (`git worktree`) and shares its packages. Shows where the thread's own
 * time, busy time, wall time or longest hold differ by more than 5 %; `~` marks what is within the spread of the rounds. `--all` shows the rest
 * too. The scripts, the values and the other packages are those of this tree.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { compare, type Comparison, type Outcome } from "./compare.ts"
import { dataSet, loadValues } from "./data.ts"
import { find } from "./figures.ts"
import { type Lane, lane, laneKey } from "./lanes.ts"
import { inProcess } from "./processes.ts"
import { ms, ratio, spread } from "./stats.ts"
import { table } from "./table.ts"

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: {
      type: "string",
      default:
        "bcd@5,cities@5,licenses,coastlines,atlas,icons,transcript@5,vectors@5,orders,binary@3,doc100b,doc4k,doc64k"
    },
    lanes: { type: "string", default: "adaptive/string,adaptive/bytes,adaptive/stream,worker/bytes,sliced/bytes" },
    seconds: { type: "string", default: "6" },
    all: { type: "boolean", default: false },
    node: { type: "string" },
    child: { type: "string" }
  }
})

const root = fileURLToPath(new URL("..", import.meta.url))
const script = fileURLToPath(import.meta.url)
const wanted = flags.lanes.split(",").map(lane)

const earlier = ({ name, output }: Lane): Lane => ({ name: `before:${name}`, output })

const measureChild = (name: string): Promise<Comparison> => {
  const set = dataSet(name)
  return compare(
    loadValues(set),
    wanted.flatMap((lane) => [lane, earlier(lane)]),
    { rounds: 25, atLeast: 5, warmup: 3, seconds: Number(flags.seconds) }
  )
}

/** Below this, a hold is the machine's own doing. */
const noise = 0.5

const difference = (what: "cpu" | "busy" | "wall" | "hold", now: Outcome, before: Outcome) => {
  const pairs = now.samples.map((sample, round) => [sample[what], before.samples[round]![what]] as const)
  const ratios = spread(pairs.map(([now, before]) => now / before))
  const from = spread(pairs.map(([, before]) => before)).median
  const to = spread(pairs.map(([now]) => now)).median
  const large = Math.abs(ratios.median - 1) > 0.05 && (what !== "hold" || Math.abs(to - from) > noise)
  const clear = ratios.low > 1 || ratios.high < 1
  return { ratios, from, to, large, clear }
}

const rowsOf = (name: string, comparison: Comparison): ReadonlyArray<ReadonlyArray<string>> =>
  wanted.flatMap((lane) => {
    const now = find(comparison, laneKey(lane))!
    const before = find(comparison, laneKey(earlier(lane)))!
    const failure = now.failure ?? before.failure
    if (failure !== undefined)
      return [[name, laneKey(lane), now.failure === undefined ? `before: ${failure}` : failure]]
    return (["cpu", "busy", "wall", "hold"] as const).flatMap((what) => {
      const { ratios, from, to, large, clear } = difference(what, now, before)
      if (!large && !flags.all) return []
      const mark = !large ? "" : !clear ? "~" : ratios.median > 1 ? "slower" : "faster"
      const quartiles = `${ratio(ratios.low)}-${ratio(ratios.high)}`
      return [[name, laneKey(lane), what, ms(from), ms(to), ratio(ratios.median), quartiles, mark]]
    })
  })

const git = (...args: ReadonlyArray<string>): string =>
  execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim()

const run = async (commit: string): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-compare-"))
  const tree = join(folder, "tree")
  git("worktree", "add", "--detach", tree, commit)
  try {
    symlinkSync(join(root, "node_modules"), join(tree, "node_modules"))
    const rows: Array<ReadonlyArray<string>> = []
    const names = flags.data.split(",")
    const env = { BENCH_BEFORE: pathToFileURL(join(tree, "src/")).href }
    for (const [i, name] of names.entries()) {
      process.stderr.write(`${i + 1}/${names.length} ${name}\n`)
      const args = [...process.argv.slice(2), "--child", name]
      const comparison = await inProcess<Comparison>(script, args, { node: flags.node, env })
      rows.push(...rowsOf(name, comparison!))
    }
    console.log(`\nThis tree against ${git("log", "-1", "--format=%h %s", commit)}; ratios below 1 are faster now\n`)
    const head = ["data", "way ", "what ", "before ms", "now ms", "ratio", "quartiles", "verdict "]
    console.log(rows.length === 0 ? "No difference over 5 %" : table(head, rows))
  } finally {
    git("worktree", "remove", "--force", tree)
    rmSync(folder, { recursive: true, force: true })
  }
}

if (flags.child !== undefined) {
  process.send!(await measureChild(flags.child))
} else if (positionals[0] === undefined) {
  console.error("Which commit? npm run bench:compare -- <commit>")
  process.exitCode = 1
} else await run(positionals[0])
