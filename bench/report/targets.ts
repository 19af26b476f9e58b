/** Each target beside what was reached: the worst case decides, and is named. */
import { baseOf, cpuRatio, holds, paired } from "../figures.ts"
import { memoryTarget } from "../memory.ts"
import { median, ms, ratio } from "../stats.ts"
import { markdownTable, none } from "./markdown.ts"
import { caseOf, casesOf, outcomeOf, type Run } from "./runs.ts"

interface Reached {
  readonly value: number
  readonly where: string
}

interface Target {
  readonly what: string
  readonly limit: (run: Run) => number
  readonly unit: string
  /** Every measurement that the target is about. */
  readonly all: (run: Run) => ReadonlyArray<Reached>
}

const offLoop = ["adaptive", "worker", "sliced"]

const groups = (run: Run, names: ReadonlyArray<string>) => names.flatMap((name) => casesOf(run, name))

const nameOf = (id: string): string => id.slice(id.indexOf(":") + 1)

/** Longest holds over what an idle loop shows, of every route but sync. */
const holdsOf = (names: ReadonlyArray<string>, outputs: ReadonlyArray<string>) => (run: Run) =>
  groups(run, names).flatMap(({ spec, time }) =>
    offLoop.flatMap((route) =>
      outputs.flatMap((output): ReadonlyArray<Reached> => {
        const outcome = outcomeOf(time, `${route}/${output}`)
        if (time === undefined || outcome === undefined) return []
        const value = Math.max(0, holds(outcome).median - median(time.idleHolds))
        return [{ value, where: `${nameOf(spec.id)}, ${route}, ${output}` }]
      })
    )
  )

const stalls = (run: Run): ReadonlyArray<Reached> =>
  (run.stall?.rows ?? []).flatMap(({ holds, idle, output, route, shape }) =>
    route === "native" || holds.length === 0
      ? []
      : [{ value: Math.max(0, median(holds) - median(idle)), where: `${shape}, ${route}, ${output}` }]
  )

/** Of the loop's time, of the whole time, or of what the kernel says the thread had of a core. */
type Time = "busy" | "wall" | "cpu"

const ratioTo = (run: Run, id: string, what: Time, key = "adaptive/bytes"): ReadonlyArray<Reached> => {
  const time = caseOf(run, id)?.time
  const outcome = outcomeOf(time, key)
  const base = time && outcome && baseOf(time, outcome)
  if (outcome === undefined || base === undefined || base.samples.length === 0) return []
  const value = what === "cpu" ? cpuRatio(outcome, base) : paired(outcome, base, what).median
  return [{ value, where: nameOf(id) }]
}

const largeCases = (run: Run): ReadonlyArray<string> =>
  groups(run, ["busy"]).flatMap(({ spec, time }) => ((time?.bytes ?? 0) >= 0.9e6 ? [spec.id] : []))

const overTime = (what: Time) => (run: Run) => largeCases(run).flatMap((id) => ratioTo(run, id, what))

const textTime = (what: Time) => (run: Run) => textCases.flatMap((id) => ratioTo(run, id, what))

const textCases = ["busy:licenses", "busy:transcript", "busy:string30"]

/** Busy time of the default route over that of the better fixed one. */
const adaptiveOver =
  (what: Time) =>
  (run: Run): ReadonlyArray<Reached> =>
    largeCases(run).flatMap((id) => {
      const [adaptive] = ratioTo(run, id, what)
      const fixed = ["worker/bytes", "sliced/bytes"].flatMap((key) => ratioTo(run, id, what, key))
      if (adaptive === undefined || fixed.length < 2) return []
      return [{ value: adaptive.value / Math.min(...fixed.map(({ value }) => value)), where: nameOf(id) }]
    })

const small = (run: Run) => caseOf(run, "effect:small")?.small ?? []

const inEffect = (run: Run): ReadonlyArray<Reached> =>
  small(run).flatMap(({ data, path, over }) => (path === "sync" ? [{ value: over.median, where: data }] : []))

const documents = (run: Run): ReadonlyArray<Reached> =>
  small(run).flatMap(({ data, path, ratio }) =>
    path === "sync" ? [] : [{ value: ratio.median, where: `${data}, inside an Effect` }]
  )

const documentsAsPromises = (run: Run): ReadonlyArray<Reached> =>
  ["doc4k", "doc16k", "doc64k"].flatMap((name) => ratioTo(run, `size:${name}`, "busy", "adaptive/string"))

const gigabyte = (run: Run): ReadonlyArray<Reached> => {
  const row = caseOf(run, "memory:gigabyte")?.gigabyte
  return row === undefined ? [] : [{ value: row.beyond / 1e6, where: "" }]
}

const pings = (run: Run): ReadonlyArray<Reached> => {
  const rows = run.server?.rows ?? []
  const idle = rows.find((row) => row.way === "idle")
  return idle === undefined
    ? []
    : rows
        .filter((row) => row.way.startsWith("adaptive") && row.bytes > 5e6)
        .map((row) => ({ value: row.p99 / idle.p99, where: row.way }))
}

const always = (value: number) => () => value
const byNode = (run: Run): number => (run.node === "24" ? 1 : 1.25)

const targets: ReadonlyArray<Target> = [
  {
    what: "longest hold over an idle loop's, 40 MB values to bytes or stream, any route but sync",
    limit: always(5),
    unit: "ms",
    all: stalls
  },
  {
    what: "longest hold for every data set and size, and with 16 in flight",
    limit: always(5),
    unit: "ms",
    all: holdsOf(["data", "size", "flight"], ["bytes", "stream"])
  },
  {
    what: "the same to a string, its first use included",
    limit: always(5),
    unit: "ms",
    all: holdsOf(["data", "size", "flight"], ["string"])
  },
  { what: "wall, default route, 1 MB and more", limit: byNode, unit: "×", all: overTime("wall") },
  { what: "busy, default route, 1 MB and more", limit: byNode, unit: "×", all: overTime("busy") },
  { what: "the same by the kernel's count (cpu)", limit: byNode, unit: "×", all: overTime("cpu") },
  { what: "busy on long text and transcripts", limit: always(0.6), unit: "×", all: textTime("busy") },
  { what: "the same by the kernel's count (cpu)", limit: always(0.6), unit: "×", all: textTime("cpu") },
  {
    what: "busy, default route, over the better fixed route",
    limit: always(1.1),
    unit: "×",
    all: adaptiveOver("busy")
  },
  { what: "the same by the kernel's count (cpu)", limit: always(1.1), unit: "×", all: adaptiveOver("cpu") },
  { what: "`serialize` under the threshold over `JSON.stringify`", limit: always(1), unit: "µs", all: inEffect },
  { what: "busy, documents of 1-64 KB", limit: always(1.25), unit: "×", all: documents },
  { what: "the same as promises", limit: always(1.25), unit: "×", all: documentsAsPromises },
  {
    what: "peak memory beyond the value while 1 GB is streamed",
    limit: always(memoryTarget / 1e6),
    unit: "MB",
    all: gigabyte
  },
  {
    what: "p99 of `/ping` beside 16 clients of 10 MB, over that of an idle server",
    limit: always(3),
    unit: "×",
    all: pings
  }
]

const cells = (target: Target, run: Run): ReadonlyArray<string> => {
  const all = target.all(run)
  if (all.length === 0) return [none, none]
  const limit = target.limit(run)
  const worst = all.reduce((worst, next) => (next.value > worst.value ? next : worst))
  const within = all.filter(({ value }) => value <= limit).length
  const number = target.unit === "×" ? ratio(worst.value) : ms(worst.value)
  const where = worst.where === "" ? "" : ` (${worst.where})`
  return [`${number}${where}`, within === all.length ? "yes" : all.length === 1 ? "no" : `${within} of ${all.length}`]
}

export const targetTable = (runs: ReadonlyArray<Run>): string =>
  markdownTable(
    ["target", "limit", ...runs.flatMap((run) => [`worst, Node ${run.node}`, "met"])],
    targets.map((target) => {
      const limits = [...new Set(runs.map((run) => target.limit(run)))].join(" / ")
      return [target.what, `${limits} ${target.unit}`, ...runs.flatMap((run) => cells(target, run))]
    })
  )
