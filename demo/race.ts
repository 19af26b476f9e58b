/** Does one thing in every way, several times, and says how it went. */
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

/** What is done, and what is right. */
export interface Contest<Input, Output> {
  readonly name: string
  readonly what: string
  /** Of the JSON. */
  readonly bytes: number
  readonly input: Input
  readonly ways: ReadonlyArray<Way<Input, Output>>
  readonly isRight: (output: Output) => boolean
}

export const race = async <Input, Output>(data: Contest<Input, Output>, ticker: Ticker): Promise<Race> => {
  const { input, isRight, ways } = data
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
      const { value: reading, missed } = await ticker.watch(() => measure(() => run.way.run(input)))
      run.identical &&= isRight(reading.value.output)
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
  return { data: data.name, what: data.what, bytes: data.bytes, results }
}
