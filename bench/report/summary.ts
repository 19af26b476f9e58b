/** The short table of the README: the default route beside the others, a row a data set. */
import { baseOf, find, holds, paired } from "../figures.ts"
import { megabytes, ms, ratio } from "../stats.ts"
import { largeSets } from "../suite/cases.ts"
import { markdownTable, none, sideBySide } from "./markdown.ts"
import { outcomeOf, type Run, timeOf } from "./runs.ts"

const library = "adaptive/bytes"

const holdCell = (runs: ReadonlyArray<Run>, id: string, key: string): string =>
  sideBySide(
    runs.map((run) => {
      const time = timeOf(run, id)
      if (time !== undefined && find(time, key)?.failure !== undefined) return "wrong text"
      const outcome = outcomeOf(time, key)
      return outcome === undefined ? none : ms(holds(outcome).median)
    })
  )

const ratioCell = (runs: ReadonlyArray<Run>, name: string, what: "wall" | "busy"): string =>
  sideBySide(
    runs.map((run) => {
      const time = timeOf(run, `busy:${name}`)
      const outcome = outcomeOf(time, library)
      const base = time && baseOf(time, { name: "adaptive", output: "bytes" })
      return outcome === undefined || base === undefined ? none : ratio(paired(outcome, base, what).median)
    })
  )

export const summaryTable = (runs: ReadonlyArray<Run>): string => {
  const rows = largeSets.flatMap((name) => {
    const id = `data:${name}`
    const time = runs.map((run) => timeOf(run, id)).find((found) => found !== undefined)
    if (time === undefined) return []
    return [
      [
        name,
        megabytes(Math.round(time.bytes)),
        ...["native/bytes", "naive/bytes", "json-ext+yield/stream", library].map((key) => holdCell(runs, id, key)),
        ratioCell(runs, name, "busy"),
        ratioCell(runs, name, "wall")
      ]
    ]
  })
  const hold = "longest hold of the loop, ms:"
  return markdownTable(
    [
      "data",
      "text",
      `${hold} JSON.stringify + encode`,
      "worker, whole value",
      "json-ext, yielding",
      "**this library**"
    ].concat("its busy time ×", "its wall time ×"),
    rows
  )
}
