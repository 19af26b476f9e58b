/** Results as they are kept: one file a version of Node, with every single run in it. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, totalmem } from "node:os"
import type { Comparison } from "../compare.ts"
import type { GigabyteRow } from "../memory.ts"
import type { PeakRow } from "../peak.ts"
import type { SmallRow } from "../small.ts"
import type { Case } from "./cases.ts"

export interface Machine {
  readonly node: string
  readonly v8: string
  readonly cpu: string
  readonly cores: number
  readonly memory: number
  readonly platform: string
  readonly date: string
  readonly commit: string
  readonly packages: Readonly<Record<string, string>>
}

export interface CaseResult {
  readonly spec: Case
  /** Seconds that the whole case took. */
  readonly took: number
  /** Why there is nothing more. */
  readonly failure?: string
  readonly what?: string
  readonly time?: Comparison
  readonly peaks?: ReadonlyArray<PeakRow>
  readonly small?: ReadonlyArray<SmallRow>
  readonly gigabyte?: GigabyteRow
}

export interface Results {
  readonly machine: Machine
  readonly cases: ReadonlyArray<CaseResult>
}

const root = new URL("../../", import.meta.url)
const folder = new URL("bench/results/", root)

const peers = ["effect", "piscina", "@discoveryjs/json-ext", "json-stream-stringify", "yieldable-json", "bfj"]

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, root), "utf8")) as { version: string }).version

const git = (...args: ReadonlyArray<string>): string => {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
  } catch {
    return ""
  }
}

/** The commit, marked if the library or its benchmarks are not as they were committed, or the library is another copy. */
const commit = (): string => {
  if (process.env["BENCH_LIBRARY"] !== undefined) return "unknown: BENCH_LIBRARY was set"
  const dirty = git("status", "--porcelain", "--", "src", "bench/**/*.ts") !== ""
  return `${git("rev-parse", "--short", "HEAD")}${dirty ? " with changes" : ""}`
}

/** Tells about the machine and the Node of this process. */
export const machine = (): Machine => ({
  node: process.versions.node,
  v8: process.versions.v8,
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  memory: totalmem(),
  platform: `${process.platform} ${process.arch}`,
  date: new Date().toISOString().slice(0, 10),
  commit: commit(),
  packages: Object.fromEntries(peers.map((name) => [name, versionOf(name)]))
})

const file = (name: string): URL => new URL(`${name}.json`, folder)

export const load = <A = Results>(name: string): A | undefined =>
  existsSync(file(name)) ? (JSON.parse(readFileSync(file(name), "utf8")) as A) : undefined

/** Five digits say all there is to say, and keep the file small. */
const shorten = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value

/** One line an entry of the list, so that two versions of the file can be compared. */
export const save = <A extends { readonly machine: Machine }>(name: string, { machine, ...lists }: A): void => {
  mkdirSync(folder, { recursive: true })
  const parts = Object.entries(lists).map(([key, list]) => {
    const lines = (list as ReadonlyArray<unknown>).map((entry) => `  ${JSON.stringify(entry, shorten)}`)
    return `"${key}": [\n${lines.join(",\n")}\n]`
  })
  const partial = file(`${name}.new`)
  writeFileSync(partial, `{ "machine": ${JSON.stringify(machine, null, 2)},\n${parts.join(",\n")} }\n`)
  renameSync(partial, file(name))
}
