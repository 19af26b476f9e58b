/** Small documents: what a call costs beyond `JSON.parse`, inside an Effect. */
import * as Effect from "effect/Effect"
import { parse } from "../../src/parse/index.ts"
import { dataSet } from "../data.ts"
import { median } from "../stats.ts"

export interface SmallRow {
  readonly name: string
  readonly bytes: number
  /** Microseconds a call, of a string and of bytes. */
  readonly native: number
  readonly over: number
  readonly nativeBytes: number
  readonly overBytes: number
}

const batch = (call: Effect.Effect<unknown, unknown>, times: number) =>
  Effect.gen(function* () {
    for (let i = 0; i < times; i++) yield* call
  })

const measure = async (name: string): Promise<SmallRow> => {
  const text = JSON.stringify(dataSet(name).load()).slice(0)
  const bytes = Buffer.from(text)
  // Few enough that the fiber need not yield within a batch.
  const times = Math.min(400, Math.max(10, Math.floor(4e5 / text.length)))
  const lanes: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
    Effect.sync(() => JSON.parse(text) as unknown),
    parse(text),
    Effect.sync(() => JSON.parse(bytes.toString()) as unknown),
    parse(bytes)
  ]
  const took: Array<Array<number>> = lanes.map(() => [])
  for (let round = 0; round < 120; round++) {
    for (const [i, lane] of lanes.entries()) {
      await new Promise((resolve) => setImmediate(resolve))
      const began = performance.now()
      await Effect.runPromise(batch(lane, times))
      took[i]!.push(((performance.now() - began) / times) * 1000)
    }
  }
  const [native = 0, ours = 0, nativeBytes = 0, ourBytes = 0] = took.map((times) => median(times.slice(20)))
  return { name, bytes: bytes.length, native, over: ours - native, nativeBytes, overBytes: ourBytes - nativeBytes }
}

const rows: Array<SmallRow> = []
for (const name of ["doc100b", "doc1k", "doc4k", "doc16k", "doc64k@0.06"]) rows.push(await measure(name))
process.send?.(rows)
