/**
 * The shapes that the loop must not stall on, each of 40 MB of text and more. Repeated sets are arrays of copies parsed
 * or made afresh, never the same object twice.
 */
import { dataSet, repeatTo } from "../data.ts"
import type { DataSet } from "./dataSet.ts"

const stallBytes = 40_000_000

const repeated = (shape: string, name: string): DataSet => {
  const base = dataSet(name)
  return { ...base, name: shape, megabytes: 40, load: () => repeatTo(base, stallBytes) }
}

const mix = (): unknown => ({
  transcript: dataSet("transcript").load(),
  compat: dataSet("bcd").load(),
  icons: dataSet("icons").load(),
  coastlines: dataSet("coastlines").load(),
  licenses: dataSet("licenses").load(),
  atlas: dataSet("atlas").load()
})

export const stallShapes = (): ReadonlyArray<DataSet> => [
  repeated("records", "records"),
  repeated("text", "licenses"),
  repeated("numbers", "vectors"),
  repeated("pairs", "coastlines"),
  { ...dataSet("widemap"), name: "widemap" },
  { name: "mix", source: "real and made", megabytes: 57, what: "six of the sets in one object", load: mix }
]
