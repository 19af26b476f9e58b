/** Tables of the benchmark as they are kept, one file a version of Node, and what is made of them. */
import { load, type Machine } from "../suite/results.ts"

export interface PartTable {
  /** The name of the part. */
  readonly part: string
  readonly title: string
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

export interface TokensResults {
  readonly machine: Machine
  readonly tables: ReadonlyArray<PartTable>
}

export const resultsName = (node: string): string => `tokens-${node}`

export const loadResults = (node: string): TokensResults | undefined => load<TokensResults>(resultsName(node))
