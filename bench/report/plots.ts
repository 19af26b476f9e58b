/** The plots, as SVG files: how long the loop is held by size, and busy time by data set. */
import * as Plot from "@observablehq/plot"
import { parseHTML } from "linkedom"
import { mkdirSync, writeFileSync } from "node:fs"
import { baseOf, holds, paired } from "../figures.ts"
import { casesOf, outcomeOf, type Run } from "./runs.ts"

const folder = new URL("../../docs/plots/", import.meta.url)

/** Colours that also differ for the colour-blind (Okabe and Ito's). */
const ways: ReadonlyArray<{ readonly key: string; readonly label: string; readonly color: string }> = [
  { key: "native/bytes", label: "JSON.stringify + encode", color: "#000000" },
  { key: "naive/bytes", label: "worker, whole value", color: "#D55E00" },
  { key: "json-ext+yield/stream", label: "json-ext, yielding", color: "#E69F00" },
  { key: "adaptive/bytes", label: "this library (adaptive)", color: "#0072B2" },
  { key: "worker/bytes", label: "this library, worker", color: "#56B4E9" },
  { key: "sliced/bytes", label: "this library, sliced", color: "#009E73" }
]

interface Point {
  readonly node: string
  readonly way: string
  readonly data: string
  readonly bytes: number
  readonly hold: number
  readonly busy: number
}

const points = (runs: ReadonlyArray<Run>, group: string, keys: ReadonlyArray<string>): ReadonlyArray<Point> =>
  runs.flatMap((run) =>
    casesOf(run, group).flatMap(({ spec, time }) =>
      keys.flatMap((key): ReadonlyArray<Point> => {
        const outcome = outcomeOf(time, key)
        if (time === undefined || outcome === undefined) return []
        const base = baseOf(time, outcome)
        return [
          {
            node: `Node ${run.node}`,
            way: ways.find((way) => way.key === key)!.label,
            data: spec.data,
            bytes: time.bytes,
            hold: holds(outcome).median,
            busy: base === undefined ? Number.NaN : paired(outcome, base, "busy").median
          }
        ]
      })
    )
  )

/** What a colour stands for. */
export interface LegendEntry {
  readonly label: string
  readonly color: string
}

const shownOf = (keys: ReadonlyArray<string>): ReadonlyArray<LegendEntry> =>
  ways.filter(({ key }) => keys.includes(key))

/** As an object: linkedom takes no text here. */
const style = { color: "black", fontFamily: "system-ui, sans-serif", fontSize: "12px" }

/** A plot with a legend comes as a figure of several SVG elements: put them into one, below each other. */
export const svg = (options: Plot.PlotOptions, shown: ReadonlyArray<LegendEntry>): string => {
  const { document } = parseHTML("<!doctype html><html><body></body></html>")
  const top = 28
  const { width = 900, height = 400 } = options
  const color = { domain: shown.map(({ label }) => label), range: shown.map(({ color }) => color), legend: false }
  const plot = Plot.plot({ ...options, document, style, color } as Plot.PlotOptions)
  const step = width / shown.length
  const legend = shown.map(
    ({ label, color }, i) =>
      `<circle cx="${10 + i * step}" cy="14" r="5" fill="${color}"/><text x="${20 + i * step}" y="18">${label}</text>`
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + top}" `,
    `viewBox="0 0 ${width} ${height + top}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>${legend.join("")}`,
    `<svg y="${top}" width="${width}" height="${height}">${plot.outerHTML}</svg></svg>\n`
  ].join("")
}

const holdBySize = (runs: ReadonlyArray<Run>): string => {
  const keys = ["native/bytes", "naive/bytes", "json-ext+yield/stream", "adaptive/bytes"]
  const data = points(runs, "size", keys)
  return svg(
    {
      width: 900,
      height: 390,
      marginLeft: 60,
      marginBottom: 44,
      grid: true,
      fx: { label: null },
      x: {
        type: "log",
        domain: [80, 1.6e8],
        label: "size of the text",
        tickFormat: sizeTick,
        ticks: [100, 1e4, 1e6, 1e8]
      },
      y: { type: "log", label: "longest hold of the event loop, ms", tickFormat: "~g", ticks: 6 },
      marks: [
        Plot.frame({ stroke: "#ccc" }),
        Plot.ruleY([5], { stroke: "#999", strokeDasharray: "4 3" }),
        Plot.line(data, { fx: "node", x: "bytes", y: "hold", z: "way", stroke: "way", strokeWidth: 2 }),
        Plot.dot(data, { fx: "node", x: "bytes", y: "hold", fill: "way", r: 3.5 })
      ]
    },
    shownOf(keys)
  )
}

const busyByData = (runs: ReadonlyArray<Run>): string => {
  const keys = ["naive/bytes", "json-ext+yield/stream", "adaptive/bytes", "worker/bytes", "sliced/bytes"]
  const data = points(runs, "data", keys)
  return svg(
    {
      width: 900,
      height: 60 + 26 * new Set(data.map((point) => point.data)).size,
      marginLeft: 90,
      marginBottom: 40,
      fx: { label: null },
      x: {
        type: "log",
        grid: true,
        label: "busy time of the calling thread, × JSON.stringify + encode",
        tickFormat: "~g"
      },
      y: { label: null, domain: [...new Set(data.map((point) => point.data))], grid: true },
      marks: [
        Plot.frame({ stroke: "#ccc" }),
        Plot.ruleX([1], { stroke: "#000" }),
        Plot.dot(data, { fx: "node", x: "busy", y: "data", fill: "way", r: 5, fillOpacity: 0.85 })
      ]
    },
    shownOf(keys)
  )
}

const sizeTick = (bytes: number): string =>
  bytes >= 1e6 ? `${bytes / 1e6} MB` : bytes >= 1000 ? `${bytes / 1000} KB` : `${bytes} B`

/** Writes a plot into the docs. */
export const writePlot = (name: string, text: string): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${name}.svg`, folder), text)
}

export const writePlots = (runs: ReadonlyArray<Run>): void => {
  writePlot("hold-by-size", holdBySize(runs))
  writePlot("busy-by-data", busyByData(runs))
}
