/** Serializes one value in every way, several times, and says how it went. */
import { measure, settle } from "../bench/hold.ts"
import { median } from "../bench/stats.ts"
import type { Ticker } from "./ticker.ts"
import type { Way } from "./ways.ts"

export interface Result {
  readonly way: string
  /** Medians, in milliseconds. */
  readonly hold: number
  readonly wall: number
  readonly busy: number
  /** Ticks of the 10 ms timer that did not come. */
  readonly missed: number
  readonly path: string
  readonly identical: boolean
}

export interface Race {
  readonly data: string
  readonly what: string
  readonly bytes: number
  readonly results: ReadonlyArray<Result>
}

export const rounds = 5

export const race = async (
  data: { readonly name: string; readonly what: string; readonly value: unknown },
  ways: ReadonlyArray<Way>,
  ticker: Ticker
): Promise<Race> => {
  const expected = Buffer.from(JSON.stringify(data.value))
  const runs = ways.map((way) => ({
    way,
    holds: [] as Array<number>,
    walls: [] as Array<number>,
    busy: [] as Array<number>,
    missed: [] as Array<number>,
    path: "",
    identical: true
  }))
  // The first round warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const run of runs) {
      const label = round === 0 ? "warming up" : `round ${round} of ${rounds}`
      if (process.stderr.isTTY) ticker.say(`${data.name}: ${label}, ${run.way.label}`)
      await settle()
      const { value: reading, missed } = await ticker.watch(() => measure(() => run.way.serialize(data.value)))
      run.identical &&= Buffer.compare(expected, reading.value.bytes) === 0
      run.path = reading.value.path
      if (round === 0) continue
      run.holds.push(reading.hold)
      run.walls.push(reading.wall)
      run.busy.push(reading.busy)
      run.missed.push(missed)
    }
  }
  const results = runs.map((run) => ({
    way: run.way.label,
    hold: median(run.holds),
    wall: median(run.walls),
    busy: median(run.busy),
    missed: median(run.missed),
    path: run.path,
    identical: run.identical
  }))
  return { data: data.name, what: data.what, bytes: expected.length, results }
}
