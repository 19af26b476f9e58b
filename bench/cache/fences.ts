/**
 * The races of `test/cache/race.test.ts`, counted: how many answers are old where the fences are up, and where they are not.
 */
import * as fc from "fast-check"
import { race, scheduler, seen, stepsOf } from "../../test/cache/support/race.ts"

export interface FenceRow {
  readonly what: string
  readonly answers: number
  /** Answers that an invalidation which had returned should have ended. */
  readonly old: number
}

export const countOld = async (runs: number): Promise<ReadonlyArray<FenceRow>> => {
  const rows: Array<FenceRow> = []
  for (const [processes, hasStore] of [
    [1, false],
    [3, true]
  ] as const) {
    for (const isFenced of [true, false]) {
      const before = { ...seen }
      const steps = stepsOf(processes, { stalls: false, losses: false })
      for (const [orders, list] of fc.sample(fc.tuple(scheduler(), steps), { numRuns: runs, seed: 1 })) {
        await race({ scheduler: orders, steps: list, processes, hasStore, isFenced })
      }
      const where = hasStore ? `${processes} caches over a store` : "in memory"
      const what = `${where}, ${isFenced ? "as it is" : "fences switched off"}`
      rows.push({ what, answers: seen.answers - before.answers, old: seen.old - before.old })
    }
  }
  return rows
}
