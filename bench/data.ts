/**
 * The values that benchmarks and demo serialize, by name. `name@40` stands for about 40 MB of the same: the first part of
 * the set, or an array of copies.
 */
import { cut } from "./data/cut.ts"
import type { DataSet } from "./data/dataSet.ts"
import { madeDataSets } from "./data/made.ts"
import { realDataSets } from "./data/real.ts"
import { specialDataSets } from "./data/special.ts"

export const dataSets: ReadonlyArray<DataSet> = [...realDataSets, ...madeDataSets, ...specialDataSets]

/** An array of fresh copies whose text is `bytes` long or a little longer. */
export const repeatTo = (set: DataSet, bytes: number): Array<unknown> => {
  const copies: Array<unknown> = []
  for (let size = 0, seed = 1; size < bytes; size += set.megabytes * 1e6) copies.push(set.load(seed++))
  return copies
}

export const dataSet = (name: string): DataSet => {
  const [base, megabytes] = name.split("@")
  const found = dataSets.find((set) => set.name === base)
  if (found === undefined) {
    throw new Error(`No data set "${base}"; there are: ${dataSets.map((set) => set.name).join(", ")}`)
  }
  if (megabytes === undefined) return found
  const size = Number(megabytes)
  const share = size / found.megabytes
  const load = share < 1 ? (seed?: number) => cut(found.load(seed), share) : () => repeatTo(found, size * 1e6)
  return { ...found, name, megabytes: size, load }
}

/** What a benchmark works on: one large value, or, as in a server, many different ones of a small kind. */
export const loadValues = (set: DataSet): ReadonlyArray<unknown> =>
  Array.from({ length: set.megabytes < 0.5 ? 64 : 1 }, (_, i) => set.load(i + 1))
