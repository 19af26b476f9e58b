/**
 * `node bench/shape.ts`: what it costs to show something of everything, and how much of the limit is used.
 *
 * Each real data set into 32,000 characters and into 8,000 tokens, which are estimated here, so that the count takes next to nothing.
 * Then values that differ in size a hundredfold, at one limit, and one value at limits that do.
 *
 * All times are the thread's own (`threadClock.ts`). A turn ends after the step in which its budget is over, so the longest step says by
 * how much a turn may be longer than 1 ms; garbage collection is in it.
 */
import { Effect, Layer } from "effect"
import { characters } from "../src/internal/limit/meter.ts"
import { readArguments } from "../src/internal/options/stringifyArguments.ts"
import { settingsOf } from "../src/internal/shape/settings.ts"
import { Shaper } from "../src/internal/shape/shaper.ts"
import type { Steps } from "../src/internal/shape/steps.ts"
import * as SerializationLayer from "../src/Layer.ts"
import { Serialization, type SerializeOptions } from "../src/Serialization.ts"
import { Tokens } from "../src/tokens/Tokens.ts"
import { dataSets, loadValues } from "./data.ts"
import { realDataSets } from "./data/real.ts"
import { measure, settle } from "./hold.ts"
import { median, ms } from "./stats.ts"
import { table } from "./table.ts"
import { threadTime } from "./threadClock.ts"

const rounds = 5

const live = Layer.provide(SerializationLayer.layerSliced(), Tokens.layerEstimate())

const program = Effect.gen(function* () {
  const service = yield* Serialization

  const row = Effect.fnUntraced(function* (name: string, value: unknown, options: SerializeOptions) {
    const readings = []
    for (let i = 0; i < rounds; i++) {
      yield* Effect.promise(settle)
      const run = () => Effect.runPromise(service.serialize(value, { ...options, truncate: {} }))
      readings.push(yield* Effect.promise(() => measure(run)))
    }
    const { omittedCount, serialized, tokens } = readings[0]!.value
    const { maxSize, maxTokens } = options
    const used = maxTokens === undefined ? serialized.length / maxSize! : tokens! / maxTokens
    return [
      name,
      maxTokens === undefined ? `${maxSize} characters` : `${maxTokens} tokens`,
      ms(readings[0]!.cpu),
      ms(median(readings.map(({ cpu }) => cpu))),
      maxSize === undefined ? "" : ms(median(readings.map(() => longestStep(value, maxSize)))),
      `${(used * 100).toFixed(1)} %`,
      String(omittedCount)
    ]
  })

  const rows: Array<ReadonlyArray<string>> = []
  for (const set of realDataSets) {
    const [value] = loadValues(set)
    for (const options of [{ maxSize: 32_000 }, { maxTokens: 8_000 }]) rows.push(yield* row(set.name, value, options))
  }
  const [cities] = loadValues(dataSets.find(({ name }) => name === "cities")!)
  const all = cities as ReadonlyArray<unknown>
  for (const share of [0.01, 0.1, 1]) {
    const value = all.slice(0, Math.ceil(all.length * share))
    rows.push(yield* row(`cities, ${share * 100} %`, value, { maxTokens: 8_000 }))
  }
  for (const maxSize of [1_000, 10_000, 100_000, 1_000_000]) rows.push(yield* row("cities", cities, { maxSize }))
  const head = ["set", "limit", "first", "cpu", "longest step", "used", "omitted"]
  console.log(`Node ${process.versions.node}, ${rounds} rounds, medians, ms\n\n${table(head, rows)}`)
})

/** The longest of the steps that a call is done in. */
const longestStep = (value: unknown, maxSize: number): number => {
  const shaper = new Shaper(value, settingsOf({}), readArguments(undefined), characters)
  let longest = 0
  const run = <A>(steps: Steps<A>): A => {
    for (;;) {
      const began = threadTime()
      const { done, value } = steps.next()
      longest = Math.max(longest, threadTime() - began)
      if (done === true) return value
    }
  }
  run(shaper.find())
  run(shaper.writer(run(shaper.within(maxSize))).steps)
  return longest
}

await Effect.runPromise(Effect.provide(program, live))
