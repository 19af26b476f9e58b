/** What the demo prints in the end. */
import { availableParallelism } from "node:os"
import { styleText } from "node:util"
import { megabytes, ms } from "../bench/stats.ts"
import { table } from "../bench/table.ts"
import { type Race, rounds } from "./race.ts"

type Style = Parameters<typeof styleText>[0]

const paint = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout })

const byHold = (hold: number): string => paint(hold <= 5 ? "green" : hold <= 50 ? "yellow" : "red", ms(hold))

export const resultTable = (title: string, races: ReadonlyArray<Race>): string => {
  const head = [title, "longest hold", "ticks missed", "wall", "busy", "path ", "identical "]
  const rows = races.flatMap((race) => [
    [`${paint("bold", race.data)}  ${megabytes(race.bytes)}  ${paint("dim", race.what)}`],
    ...race.results.map((result) => [
      `  ${result.way}`,
      byHold(result.hold),
      String(result.missed),
      ms(result.wall),
      ms(result.busy),
      result.path,
      result.identical ? "yes" : paint("red", "NO")
    ])
  ])
  return table(head, rows)
}

export const legend = [
  `Milliseconds, medians of ${rounds} runs; Node ${process.versions.node}, ${availableParallelism()} cores.`,
  "longest hold: the longest time during which nothing else in the process could run",
  "ticks missed: of a timer that wants to run every 10 ms",
  "busy:         the calling thread's own work; the rest of wall it was free for others",
  "path:         where the work was done: sync, sliced (here, in slices), worker, or fallback"
].join("\n")

/** One line a way: the worst over all data. */
export const summary = (title: string, races: ReadonlyArray<Race>): string => {
  const ways = races[0]?.results.map((result) => result.way) ?? []
  const rows = ways.map((way) => {
    const results = races.flatMap((race) => race.results.filter((result) => result.way === way))
    const sum = (of: (result: (typeof results)[number]) => number) => results.reduce((total, r) => total + of(r), 0)
    return [
      way,
      byHold(Math.max(...results.map((result) => result.hold))),
      ms(sum((r) => r.wall)),
      ms(sum((r) => r.busy))
    ]
  })
  return table([title, "longest hold", "wall, sum", "busy, sum"], rows)
}

const shown = (value: unknown): string =>
  typeof value === "number" ? (Number.isInteger(value) ? String(value) : `${ms(value)} ms`) : "-"

/** The library's own figures, a few a line. */
export const metricsText = (metrics: object): string => {
  const cells = Object.entries(metrics)
    .filter(([, value]) => typeof value === "number" || value === undefined)
    .map(([name, value]) => `${name} ${name === "bytes" ? megabytes(value as number) : shown(value)}`)
  const lines: Array<string> = []
  for (let i = 0; i < cells.length; i += 5) lines.push(cells.slice(i, i + 5).join("   "))
  return lines.join("\n")
}
