/** The results of all versions of Node that were measured, side by side. */
import type { Comparison, Outcome } from "../compare.ts"
import { find } from "../figures.ts"
import { type CaseResult, load, type Results } from "../suite/results.ts"
import type { ServerResults } from "../server/results.ts"
import type { StallResults } from "../stallResults.ts"

export interface Run {
  /** `"24"` */
  readonly node: string
  readonly results: Results | undefined
  readonly server: ServerResults | undefined
  readonly stall: StallResults | undefined
}

export const loadRuns = (): ReadonlyArray<Run> =>
  ["24", "26"]
    .map((node) => ({
      node,
      results: load(node),
      server: load<ServerResults>(`server-${node}`),
      stall: load<StallResults>(`stall-${node}`)
    }))
    .filter((run) => (run.results ?? run.server ?? run.stall) !== undefined)

export const caseOf = (run: Run, id: string): CaseResult | undefined =>
  run.results?.cases.find((entry) => entry.spec.id === id)

export const casesOf = (run: Run, group: string): ReadonlyArray<CaseResult> =>
  run.results?.cases.filter((entry) => entry.spec.group === group) ?? []

/** Ids of a group's cases, of whichever run has them. */
export const idsOf = (runs: ReadonlyArray<Run>, group: string): ReadonlyArray<string> => [
  ...new Set(runs.flatMap((run) => casesOf(run, group).map((entry) => entry.spec.id)))
]

export const timeOf = (run: Run, id: string): Comparison | undefined => caseOf(run, id)?.time

/** The outcome of a lane, if it has figures. */
export const outcomeOf = (comparison: Comparison | undefined, key: string): Outcome | undefined => {
  const outcome = comparison && find(comparison, key)
  return outcome !== undefined && outcome.samples.length > 0 ? outcome : undefined
}
