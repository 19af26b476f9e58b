/**
 * Quick comparison while tuning:
 *
 *     node bench/ratio.ts --data cities,records --routes sliced,worker,adaptive --output bytes --rounds 15 [--node 24]
 *
 * prints per data set medians (and quartiles) of the ratios to `JSON.stringify` (+ UTF-8 encode for bytes and stream),
 * each within its round, and the longest hold of the loop. `--routes` takes every name of `contenders.ts`; `--space 2`
 * prints pretty; `--sample` is the text of a sample in MB; `--cold` measures the first call after a full garbage collection. One
 * process a data set. A string counts its first use.
 */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { compare, type Comparison } from "./compare.ts"
import { dataSet, loadValues } from "./data.ts"
import { baseOf, cpuRatio, holds, paired } from "./figures.ts"
import { lane } from "./lanes.ts"
import { inProcess } from "./processes.ts"
import { median, megabytes, ms, ratio, type Spread } from "./stats.ts"
import { table } from "./table.ts"

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "bcd,cities,records,licenses,coastlines,atlas,icons,transcript,vectors" },
    routes: { type: "string", default: "sliced,worker,adaptive" },
    output: { type: "string", default: "bytes" },
    rounds: { type: "string", default: "15" },
    warmup: { type: "string", default: "2" },
    sample: { type: "string", default: "60" },
    space: { type: "string" },
    cold: { type: "boolean", default: false },
    node: { type: "string" },
    child: { type: "string" }
  }
})

const withSpread = (of: Spread): string => `${ratio(of.median)} (${ratio(of.low)}-${ratio(of.high)})`

const report = (name: string, result: Comparison): string => {
  const first = result.outcomes[0]!
  const title = [
    name,
    megabytes(result.bytes),
    flags.output,
    `native ${ms(median(first.samples.map((sample) => sample.wall)))} ms`,
    result.calls > 1 ? `${result.calls} calls a sample` : undefined,
    `idle hold ${ms(median(result.idleHolds))} ms`,
    `Node ${process.versions.node}`
  ]
  const rows = result.outcomes.map((outcome) => {
    if (outcome.failure !== undefined) return [outcome.name, outcome.failure]
    const hold = holds(outcome)
    const base = baseOf(result, outcome)!
    return [
      outcome.name,
      withSpread(paired(outcome, base, "wall")),
      withSpread(paired(outcome, base, "busy")),
      ratio(cpuRatio(outcome, base)),
      ms(hold.median),
      ms(hold.max),
      String(hold.over5),
      outcome.paths.join(",")
    ]
  })
  const head = ["route", "wall x", "busy x", "cpu x", "hold ms", "worst", ">5 ms", "path "]
  return `${title.filter((part) => part !== undefined).join(" · ")}\n${table(head, rows)}\n`
}

if (flags.child === undefined) {
  for (const name of flags.data.split(",")) {
    dataSet(name)
    await inProcess(fileURLToPath(import.meta.url), [...process.argv.slice(2), "--child", name], flags)
  }
} else {
  const set = dataSet(flags.child)
  const values = loadValues(set)
  const lanes = [
    lane(flags.output === "string" ? "native/string" : "native/bytes"),
    ...flags.routes.split(",").map((name) => lane(`${name}/${flags.output}`))
  ]
  const result = await compare(values, lanes, {
    rounds: Number(flags.rounds),
    sampleBytes: Number(flags.sample) * 1e6,
    warmup: Number(flags.warmup),
    cold: flags.cold,
    ...(set.fresh === true ? { fresh: () => loadValues(set) } : {}),
    ...(flags.space === undefined ? {} : { call: { space: Number(flags.space) } })
  })
  console.log(report(flags.child, result))
}
