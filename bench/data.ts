/**
 * The values that benchmarks and demo serialize, by name. `name@40` stands for an array of copies of at least 40 MB of
 * text.
 */
import type { DataSet } from "./data/dataSet.ts"
import { madeDataSets } from "./data/made.ts"
import { realDataSets } from "./data/real.ts"

export const dataSets: ReadonlyArray<DataSet> = [...realDataSets, ...madeDataSets]

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
  return { ...found, name, megabytes: size, load: () => repeatTo(found, size * 1e6) }
}
