/** JSON within a number of bytes, and who else cuts it: what comes out, and what it costs. */
import { Effect, ManagedRuntime } from "effect"
import { createRequire } from "node:module"
import { configure } from "safe-stable-stringify"
import truncateJson from "truncate-json"
import { Serialization } from "../../src/Serialization.ts"
import { dataSet } from "../data.ts"
import { measure, type Reading, settle } from "../hold.ts"
import { median, megabytes, ms } from "../stats.ts"
import type { Part } from "./part.ts"

const maxSize = 32_000

/** It has no types, and no limit but the depth. */
const jsonTruncate = createRequire(import.meta.url)("json-truncate") as (value: unknown, maxDepth?: number) => unknown

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Megabytes. More take it minutes. */
const mostForTruncateJson = 5

export const shapes: Part = {
  title: `A value within ${maxSize.toLocaleString("en")} bytes, something of everything, and who else cuts JSON`,
  head: ["who", "set", "MB", "bytes", "within", "parses", "CPU ms", "longest hold ms", "wall ms"],
  rows: async (rounds) => {
    const runtime = ManagedRuntime.make(Serialization.layer())
    const json = await runtime.runPromise(Effect.map(Serialization, (json) => json))
    const stringify = configure({ maximumBreadth: 100, maximumDepth: 10 })
    const contenders: ReadonlyArray<readonly [who: string, most: number, cut: (value: unknown) => unknown]> = [
      [
        "`serializeToBytes`, `truncate: {}`",
        Infinity,
        async (value) => {
          const { bytes } = await runtime.runPromise(json.serializeToBytes(value, { maxSize, truncate: {} }))
          return Buffer.from(bytes).toString()
        }
      ],
      ["truncate-json", mostForTruncateJson, (value) => truncateJson(JSON.stringify(value), maxSize).jsonString],
      ["json-truncate, 10 levels", Infinity, (value) => JSON.stringify(jsonTruncate(value, 10))],
      ["safe-stable-stringify, 10 levels, 100 entries", Infinity, (value) => stringify(value)]
    ]
    const rows: Array<ReadonlyArray<string>> = []
    for (const name of ["records@1", "records@5", "cities"]) {
      const set = dataSet(name)
      const value = set.load(1)
      for (const [who, most, cut] of contenders) {
        if (set.megabytes > most) continue
        const readings: Array<Reading<string>> = []
        for (let i = 0; i < Math.min(rounds, 3); i++) {
          await settle()
          readings.push(await measure(async () => (await cut(value)) as string))
          if (readings[0]!.wall > 10_000) break
        }
        const { value: text } = readings[0]!
        const bytes = Buffer.byteLength(text)
        const of = (pick: (reading: Reading<string>) => number) => ms(median(readings.map(pick)))
        rows.push([
          who,
          name,
          megabytes(set.megabytes * 1e6),
          String(bytes),
          bytes <= maxSize ? "yes" : "**no**",
          parses(text) ? "yes" : "**no**",
          of(({ cpu }) => cpu),
          of(({ hold }) => hold),
          of(({ wall }) => wall)
        ])
      }
    }
    await runtime.dispose()
    return rows
  }
}
