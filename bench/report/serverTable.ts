/** The table of the server benchmark: a row a way of serializing, for each size of document. */
import { megabytes, ms } from "../stats.ts"
import type { ServerRow } from "../server/results.ts"
import { markdownTable, none, sideBySide } from "./markdown.ts"
import type { Run } from "./runs.ts"

const columns: Record<string, (row: ServerRow) => string> = {
  "/ping p50 ms": (row) => ms(row.p50),
  "p99 ms": (row) => ms(row.p99),
  "max ms": (row) => ms(row.max),
  "hold ms": (row) => ms(row.hold),
  "documents/s": (row) => (row.documents === 0 ? none : (row.documents / row.seconds).toFixed(1)),
  "CPU s a document": (row) => (row.documents === 0 ? none : (row.cpu / row.documents).toFixed(3)),
  "waits for a core": ({ busy, got, others }) =>
    `${(100 * (1 - got / busy)).toFixed(0)} % (${((busy - got) / others).toFixed(2)})`,
  "peak memory": (row) => megabytes(row.peak),
  "identical ": (row) => row.failure ?? (row.errors > 0 ? `${row.errors} errors` : row.identical ? "yes" : "NO")
}

const key = (row: ServerRow): string => `${row.way}, ${row.bytes > 0 ? megabytes(row.bytes) : "no documents"}`

export const serverTable = (runs: ReadonlyArray<Run>): string => {
  const keys = [...new Set(runs.flatMap((run) => run.server?.rows.map(key) ?? []))]
  const rows = keys.map((wanted) => [
    wanted,
    ...Object.values(columns).map((cell) =>
      sideBySide(
        runs.map((run) => {
          const row = run.server?.rows.find((row) => key(row) === wanted)
          return row === undefined ? none : cell(row)
        })
      )
    )
  ])
  return markdownTable(["way", ...Object.keys(columns)], rows)
}
