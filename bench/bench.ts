/**
 * The benchmark suite:
 *
 *     npm run bench [-- --node 24] [--quick] [--only data,size:doc4k] [--resume] [--minutes 9] [--render]
 *
 * Measures this library beside `JSON.stringify`, a worker for the whole value and other packages, on the same values; a
 * process a case. Writes every run to `bench/results/<node>.json`, then tables and plots of the results of all versions
 * of Node into README and docs. `--quick` takes a minute, prints its tables and writes nothing else; `--only` measures
 * some cases or groups again and keeps the others; `--resume` goes on where a run was stopped; `--render` only writes
 * tables and plots. `npm run bench -- parse` measures the way back, see `parse/main.ts`, and
 * `npm run bench -- tokens` counts of tokens, see `tokens/main.ts`.
 */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { inProcess, nodePath } from "./processes.ts"
import { render, renderQuick } from "./report/render.ts"
import { type Case, fullSuite, quickSuite } from "./suite/cases.ts"
import { type CaseResult, load, type Machine, save } from "./suite/results.ts"

/** Suites of their own, with options of their own. */
const domain = ["parse", "tokens"].find((name) => name === process.argv[2])

const { values: flags } = parseArgs({
  args: domain !== undefined ? [] : process.argv.slice(2),
  options: {
    node: { type: "string", default: process.versions.node.split(".")[0]! },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    resume: { type: "boolean", default: false },
    minutes: { type: "string", default: "9" },
    render: { type: "boolean", default: false }
  }
})

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** What a case takes beyond its measuring: starting, loading, comparing texts, the rounds it takes at least. */
const overhead = (spec: Case): number =>
  spec.kind === "time" ? ({ data: 8, busy: 5, size: 4, peers: 12 }[spec.group as string] ?? 2) : 3

const planned = (cases: ReadonlyArray<Case>): number =>
  cases.reduce((sum, spec) => sum + spec.seconds + overhead(spec), 0)

/** Where time runs short, each case gets less of it. */
const paced = (spec: Case, pace: number): Case =>
  pace >= 1
    ? spec
    : {
        ...spec,
        seconds: spec.kind === "gigabyte" ? spec.seconds : spec.seconds * pace,
        ...(spec.kind === "time" && pace < 0.5 ? { atLeast: Math.min(spec.atLeast, 2) } : {})
      }

/** Memory that was freed goes back to the system at once, or the next call would seem to need none. */
const tidy = { MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072", MALLOC_ARENA_MAX: "2" }

const measureCase = async (spec: Case): Promise<CaseResult> => {
  const start = performance.now()
  const took = () => (performance.now() - start) / 1000
  try {
    const measured = await inProcess<Partial<CaseResult>>(here("suite/runCase.ts"), [JSON.stringify(spec)], {
      node: flags.node,
      limit: 120,
      env: spec.kind === "memory" ? tidy : {}
    })
    if (measured === undefined) throw new Error("no answer")
    return { spec, ...measured, took: took() }
  } catch (error) {
    return { spec, took: took(), failure: (error as Error).message }
  }
}

const run = async (suite: ReadonlyArray<Case>, name: string, wanted: (spec: Case) => boolean): Promise<void> => {
  const machine = (await inProcess<Machine>(here("suite/machine.ts"), [], { node: flags.node }))!
  const before = flags.only === undefined && !flags.resume ? undefined : load(name)
  const results = new Map(before?.cases.map((result) => [result.spec.id, result]))
  const todo = suite.filter((spec) => wanted(spec) && !(flags.resume && results.has(spec.id)))
  const end = performance.now() + Number(flags.minutes) * 60_000
  const began = performance.now()
  for (const [i, spec] of todo.entries()) {
    const left = planned(todo.slice(i))
    const pace = (end - performance.now()) / 1000 / left
    process.stderr.write(`${String(i + 1).padStart(3)}/${todo.length} ${spec.id.padEnd(22)} `)
    const result = await measureCase(paced(spec, pace))
    results.set(spec.id, result)
    process.stderr.write(`${result.took.toFixed(1).padStart(5)} s  ${result.failure ?? ""}\n`)
    save(name, { machine, cases: suite.flatMap(({ id }) => results.get(id) ?? []) })
  }
  const minutes = (performance.now() - began) / 60_000
  process.stderr.write(`${todo.length} cases on Node ${machine.node} in ${minutes.toFixed(1)} minutes\n`)
}

const wanted = (spec: Case): boolean =>
  flags.only === undefined || flags.only.split(",").some((part) => part === spec.id || part === spec.group)

nodePath(flags.node)
if (domain === "parse") await import("./parse/main.ts")
else if (domain === "tokens") await import("./tokens/main.ts")
else if (flags.render) await render()
else if (flags.quick) {
  await run(quickSuite, `${flags.node}.quick`, wanted)
  console.log(renderQuick(load(`${flags.node}.quick`)!))
} else {
  await run(fullSuite, flags.node, wanted)
  await render()
}
