/**
 * Peak memory of one call, beyond what the process held with the value loaded and garbage collected. The result counts
 * too, where it is one text or one buffer; of a stream, no chunk is kept.
 */
import { makeContender } from "./contenders.ts"
import { cut } from "./data/cut.ts"
import { shrink } from "./hold.ts"
import type { Lane } from "./lanes.ts"
import { use } from "./peers/contender.ts"
import { peakResident, resetPeak } from "./resident.ts"
import { describe } from "./verify.ts"

export interface PeakRow extends Lane {
  readonly failure?: string
  readonly beyond: number
}

export const measurePeaks = async (value: unknown, lanes: ReadonlyArray<Lane>): Promise<ReadonlyArray<PeakRow>> => {
  const rows: Array<PeakRow> = []
  const little = cut(value, 0.02)
  for (const lane of lanes) {
    const contender = await makeContender(lane.name)
    try {
      // Threads and code are no memory of the call's.
      await contender.run(little, lane.output, use)
      await shrink(2)
      const base = process.memoryUsage.rss()
      resetPeak()
      await contender.run(value, lane.output, use)
      rows.push({ ...lane, beyond: Math.max(0, peakResident() - base) })
    } catch (error) {
      rows.push({ ...lane, beyond: Number.NaN, failure: describe(error) })
    }
    await contender.close()
  }
  return rows
}
