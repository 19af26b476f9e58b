/** Where the benchmarks of programs (`bench:schema`, `bench:http`, `bench:frameworks`) leave their tables. */
import { cpus } from "node:os"
import { writeBlock } from "./markdown.ts"

export interface ProgramTables {
  /** Of the block in `docs/benchmarks.md`: `schema` for `<!-- schema-26 -->`. */
  readonly name: string
  readonly node: string
  /** Nothing was left out, so that the tables may take the place of the last ones. */
  readonly isWhole: boolean
  readonly lead: string
  readonly tables: ReadonlyArray<string>
}

/** Prints Markdown tables, and writes those of a whole run into `docs/benchmarks.md`. */
export const reportTables = ({ isWhole, lead, name, node, tables }: ProgramTables): void => {
  const machine = `Node ${node}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}).`
  const text = [`${machine} ${lead}`, ...tables].join("\n\n")
  console.log(text)
  if (!isWhole) return
  const block = `${name}-${node}`
  if (!writeBlock(new URL("../../docs/benchmarks.md", import.meta.url), block, text)) {
    throw new Error(`docs/benchmarks.md has no <!-- ${block} -->`)
  }
}
