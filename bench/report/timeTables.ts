/** Tables of timed cases: a row a way of serializing, the versions of Node beside each other. */
import type { Comparison, Outcome } from "../compare.ts"
import { baseOf, cpuRatio, holds, paired, throughput } from "../figures.ts"
import { type Lane, laneKey } from "../lanes.ts"
import { median, megabytes, ms, ratio, type Spread } from "../stats.ts"
import { markdownTable, none, sideBySide } from "./markdown.ts"
import { nameOf } from "./names.ts"
import { caseOf, idsOf, outcomeOf, type Run, timeOf } from "./runs.ts"

type Cell = (comparison: Comparison, outcome: Outcome) => string

const withSpread = (of: Spread): string =>
  Number.isNaN(of.median) ? none : `${ratio(of.median)} (${ratio(of.low)}–${ratio(of.high)})`

const against =
  (what: "wall" | "busy"): Cell =>
  (comparison, outcome) => {
    const base = baseOf(comparison, outcome)
    return base === undefined || base.samples.length === 0 ? none : withSpread(paired(outcome, base, what))
  }

const columns: Record<string, Cell> = {
  "hold ms": (_, outcome) => ms(holds(outcome).median),
  worst: (_, outcome) => ms(holds(outcome).max),
  "> 5 ms": (_, outcome) => String(holds(outcome).over5),
  "busy ×": against("busy"),
  "cpu ×": (comparison, outcome) => {
    const base = baseOf(comparison, outcome)
    return base === undefined || base.samples.length === 0 ? none : ratio(cpuRatio(outcome, base))
  },
  "wall ×": against("wall"),
  "MB/s": (comparison, outcome) => throughput(comparison, outcome).toFixed(0)
}

/** Lanes in the order in which they were measured, of whichever run has them. */
const lanesOf = (runs: ReadonlyArray<Run>, id: string): ReadonlyArray<Lane> => {
  const lanes = new Map<string, Lane>()
  for (const run of runs) for (const outcome of timeOf(run, id)?.outcomes ?? []) lanes.set(laneKey(outcome), outcome)
  return [...lanes.values()]
}

const row = (
  runs: ReadonlyArray<Run>,
  id: string,
  lane: Lane,
  wanted: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const key = laneKey(lane)
  const cells = wanted.map((name) =>
    sideBySide(
      runs.map((run) => {
        const comparison = timeOf(run, id)
        const outcome = outcomeOf(comparison, key)
        return comparison === undefined || outcome === undefined ? none : columns[name]!(comparison, outcome)
      })
    )
  )
  const outcomes = runs.flatMap((run) => timeOf(run, id)?.outcomes.filter((outcome) => laneKey(outcome) === key) ?? [])
  const paths = new Set(outcomes.flatMap((outcome) => outcome.failure ?? outcome.paths))
  return [nameOf(lane), ...cells, [...paths].join(", ")]
}

export const timeTable = (runs: ReadonlyArray<Run>, id: string, wanted: ReadonlyArray<string>): string => {
  const rows = lanesOf(runs, id).map((lane) => row(runs, id, lane, wanted))
  return markdownTable(["way", ...wanted, "path "], rows)
}

/** "17.1 MB, JSON.stringify + encode 80.1 / 43.2 ms, idle loop 0.2 / 0.2 ms, 12 / 14 rounds" */
const caption = (runs: ReadonlyArray<Run>, id: string): string => {
  const times = runs.flatMap((run) => timeOf(run, id) ?? [])
  if (times.length === 0)
    return `Not measured: ${runs.map((run) => caseOf(run, id)?.failure ?? "no result").join(", ")}.`
  const base = times.map((time) => outcomeOf(time, "native/bytes") ?? outcomeOf(time, "native/string"))
  const wall = base.map((of) => (of === undefined ? none : ms(median(of.samples.map((sample) => sample.wall)))))
  const idle = times.map((time) => ms(median(time.idleHolds)))
  return [
    megabytes(Math.round(times[0]!.bytes)),
    `JSON.stringify + encode takes ${sideBySide(wall)} ms`,
    `an idle loop holds ${sideBySide(idle)} ms`,
    `${sideBySide(times.map((time) => String(time.idleHolds.length)))} rounds`
  ].join("; ")
}

/** A heading, a caption and a table for each case of a group. */
export const groupTables = (
  runs: ReadonlyArray<Run>,
  group: string,
  wanted: ReadonlyArray<string> = ["hold ms", "worst", "> 5 ms", "busy ×", "wall ×"]
): string =>
  idsOf(runs, group)
    .map((id) => {
      const what = runs.map((run) => caseOf(run, id)?.what).find((text) => text !== undefined) ?? ""
      const title = `#### ${id.slice(id.indexOf(":") + 1)}: ${what}`
      return `${title}\n\n${caption(runs, id)}.\n\n${timeTable(runs, id, wanted)}`
    })
    .join("\n\n")
