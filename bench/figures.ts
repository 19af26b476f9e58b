/** What is read from the samples of a comparison: ratios within each round, holds, throughput. */
import type { Comparison, Outcome } from "./compare.ts"
import { baseKey, type Lane, laneKey } from "./lanes.ts"
import { median, spread, type Spread } from "./stats.ts"

export const find = (comparison: Comparison, key: string): Outcome | undefined =>
  comparison.outcomes.find((outcome) => laneKey(outcome) === key)

/** The outcome of `JSON.stringify` that a lane is compared with. */
export const baseOf = (comparison: Comparison, lane: Lane): Outcome | undefined => find(comparison, baseKey(lane))

/** Median and quartiles of the ratios within each round. */
export const paired = (of: Outcome, to: Outcome, what: "wall" | "busy"): Spread =>
  spread(of.samples.map((sample, round) => sample[what] / to.samples[round]![what]))

/** Of all rounds together. */
export const cpuRatio = (of: Outcome, to: Outcome): number => totalCpu(of) / totalCpu(to)

const totalCpu = (of: Outcome): number => of.samples.reduce((sum, sample) => sum + sample.cpu, 0)

export const holds = (of: Outcome): { readonly median: number; readonly max: number; readonly over5: number } => ({
  median: median(of.samples.map((sample) => sample.hold)),
  max: Math.max(...of.samples.map((sample) => sample.hold)),
  over5: median(of.samples.map((sample) => sample.over5))
})

/** Megabytes of text a second. */
export const throughput = (comparison: Comparison, of: Outcome): number =>
  comparison.bytes / 1000 / median(of.samples.map((sample) => sample.wall))
