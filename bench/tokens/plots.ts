/** Plots of what a value within `maxTokens` costs: against the limit, and against the size of the value. */
import * as Plot from "@observablehq/plot"
import { svg, writePlot } from "../report/plots.ts"
import { ways } from "./curves.ts"
import { loadResults } from "./results.ts"

/** Colours that also differ for the colour-blind (Okabe and Ito's). */
const colors = ["#0072B2", "#009E73", "#000000", "#D55E00"]
const legend = ways.map((way, i) => ({ label: way.replaceAll("`", ""), color: colors[i]! }))

interface Point {
  readonly node: string
  readonly way: string
  readonly megabytes: number
  readonly maxTokens: number
  readonly cpu: number
}

const points = (against: string): ReadonlyArray<Point> =>
  ["24", "26"].flatMap((node) => {
    const rows = loadResults(node)?.tables.find(({ part }) => part === "curves")?.rows ?? []
    return rows
      .filter(([first]) => first === against)
      .map(([, way, megabytes, maxTokens, cpu]) => ({
        node: `Node ${node}`,
        way: way!.replaceAll("`", ""),
        megabytes: Number(megabytes),
        maxTokens: Number(maxTokens),
        cpu: Number(cpu)
      }))
  })

const plot = (against: "limit" | "size", x: Plot.ScaleOptions, of: "maxTokens" | "megabytes"): string =>
  svg(
    {
      width: 900,
      height: 360,
      marginLeft: 60,
      marginBottom: 44,
      grid: true,
      fx: { label: null },
      x: { type: "log", ...x },
      y: { type: "log", label: "CPU of the calling thread, ms", tickFormat: "~g", ticks: 6 },
      marks: [
        Plot.frame({ stroke: "#ccc" }),
        Plot.line(points(against), { fx: "node", x: of, y: "cpu", z: "way", stroke: "way", strokeWidth: 2 }),
        Plot.dot(points(against), { fx: "node", x: of, y: "cpu", fill: "way", r: 3.5 })
      ]
    },
    legend
  )

export const writePlots = (): void => {
  const limits = [250, 1000, 4000, 16_000, 64_000]
  writePlot("tokens-by-limit", plot("limit", { label: "maxTokens", ticks: limits, tickFormat: ",d" }, "maxTokens"))
  const sizes = [0.2, 2, 20, 200]
  const size = { label: "size of the value", ticks: sizes, tickFormat: (mb: number) => `${mb} MB` }
  writePlot("tokens-by-size", plot("size", size, "megabytes"))
}
