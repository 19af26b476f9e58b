/** The table of holds with 40 MB values: a row a shape, output and route. */
import type { StallRow } from "../stallResults.ts"
import { median, megabytes, ms } from "../stats.ts"
import { markdownTable, none, sideBySide } from "./markdown.ts"
import type { Run } from "./runs.ts"

const columns: Record<string, (row: StallRow) => string> = {
  "hold ms": (row) => ms(median(row.holds)),
  worst: (row) => ms(Math.max(...row.holds)),
  "> 5 ms": (row) => String(median(row.over5)),
  "idle ms": (row) => ms(median(row.idle)),
  "wall ms": (row) => ms(median(row.walls))
}

const key = ({ bytes, output, route, shape }: StallRow): string =>
  `${shape}, ${megabytes(bytes)} | ${route === "native" ? "JSON.stringify + encode" : `**${route}**, ${output}`}`

export const stallTable = (runs: ReadonlyArray<Run>): string => {
  const keys = [...new Set(runs.flatMap((run) => run.stall?.rows.map(key) ?? []))]
  const rows = keys.map((wanted) => [
    ...wanted.split(" | "),
    ...Object.values(columns).map((cell) =>
      sideBySide(
        runs.map((run) => {
          const row = run.stall?.rows.find((row) => key(row) === wanted)
          return row === undefined ? none : (row.failure ?? cell(row))
        })
      )
    )
  ])
  return markdownTable(["shape", "way ", ...Object.keys(columns)], rows)
}
