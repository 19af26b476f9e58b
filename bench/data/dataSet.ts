/** One value to serialize, by name. */
export interface DataSet {
  readonly name: string
  /** The package it is read from, or `"made"`. */
  readonly source: string
  /** What it stands for. */
  readonly what: string
  /** Size of `JSON.stringify`'s text in megabytes, UTF-8, about. */
  readonly megabytes: number
  /** The value changes when it is read, so that each measurement needs a new one. */
  readonly fresh?: boolean
  /** Builds the value anew. A seed changes made data and is ignored by real data. */
  load(seed?: number): unknown
}
