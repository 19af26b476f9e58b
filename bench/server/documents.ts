/** What the server serves: documents of about the same size and as different as can be. */
import { dataSet } from "../data.ts"

export const documents = (megabytes: number): ReadonlyArray<unknown> =>
  ["transcript", "records", "cities", "licenses"].map((name) => dataSet(`${name}@${megabytes}`).load())
