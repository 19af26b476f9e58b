/** Tables of what is not timed round by round: calls inside an Effect, memory, the machine. */
import { type Lane, laneKey } from "../lanes.ts"
import { megabytes, ms } from "../stats.ts"
import { markdownTable, none, sideBySide } from "./markdown.ts"
import { nameOf } from "./names.ts"
import { caseOf, idsOf, type Run } from "./runs.ts"

export const machineText = (runs: ReadonlyArray<Run>): string => {
  const machines = runs.map((run) => (run.results ?? run.server ?? run.stall)!.machine)
  const first = machines[0]!
  const nodes = machines.map(({ node, v8, commit, date }) => `Node ${node} (V8 ${v8}; commit ${commit}, ${date})`)
  const packages = Object.entries(first.packages).map(([name, version]) => `${name} ${version}`)
  const gigabytes = (first.memory / 2 ** 30).toFixed(0)
  return [
    `${first.cpu}, ${first.cores} cores, ${gigabytes} GB, ${first.platform}. ${nodes.join(", ")}. ${packages.join(", ")}.`,
    runs.length > 1 ? `In each cell: Node ${runs.map((run) => run.node).join(" / ")}.` : ""
  ].join("\n")
}

export const effectTable = (runs: ReadonlyArray<Run>): string => {
  const all = runs.map((run) => caseOf(run, "effect:small")?.small ?? [])
  const rows = (all.find((rows) => rows.length > 0) ?? []).map(({ data, bytes }) => {
    const each = all.map((rows) => rows.find((row) => row.data === data))
    const cell = (pick: (row: NonNullable<(typeof each)[number]>) => string) =>
      sideBySide(each.map((row) => (row === undefined ? none : pick(row))))
    return [
      data,
      String(Math.round(bytes)),
      cell((row) => row.native.median.toFixed(2)),
      cell((row) => row.library.median.toFixed(2)),
      cell((row) => `${row.over.median.toFixed(2)} (${row.over.low.toFixed(2)}–${row.over.high.toFixed(2)})`),
      cell((row) => row.ratio.median.toFixed(2)),
      cell((row) => row.path)
    ]
  })
  return markdownTable(["document", "bytes", "JSON.stringify µs", "serialize µs", "over µs", "×", "path "], rows)
}

/** A row a data set, a column a way. */
export const memoryTable = (runs: ReadonlyArray<Run>): string => {
  const ids = idsOf(runs, "memory").filter((id) => id !== "memory:gigabyte")
  const rowsOf = (run: Run, id: string) => caseOf(run, id)?.peaks ?? []
  const lanes = new Map<string, Lane>(
    runs.flatMap((run) => ids.flatMap((id) => rowsOf(run, id).map((row) => [laneKey(row), row] as const)))
  )
  const rows = ids.map((id) => [
    id.slice(id.indexOf(":") + 1),
    ...[...lanes.keys()].map((key) =>
      sideBySide(
        runs.map((run) => {
          const row = rowsOf(run, id).find((row) => laneKey(row) === key)
          return row === undefined ? none : (row.failure ?? (row.beyond / 1e6).toFixed(0))
        })
      )
    )
  ])
  return markdownTable(["MB beyond the value", ...[...lanes.values()].map(nameOf)], rows)
}

export const gigabyteTable = (runs: ReadonlyArray<Run>): string =>
  markdownTable(
    ["Node", "text", "peak beyond the value", "hold ms", "seconds", "path ", "identical "],
    runs.flatMap((run) => {
      const row = caseOf(run, "memory:gigabyte")?.gigabyte
      if (row === undefined) return []
      const { text, beyond, hold, wall, path, identical } = row
      const seconds = (wall / 1000).toFixed(1)
      return [[run.node, megabytes(text), megabytes(beyond), ms(hold), seconds, path, identical ? "yes" : "no"]]
    })
  )
