/** What a text within a limit costs, against the limit and against the size of the value. */
import { Effect, Layer, ManagedRuntime } from "effect"
import { Serialization, type SerializeOptions } from "../../src/Serialization.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { dataSet } from "../data.ts"
import { measure, type Reading, settle } from "../hold.ts"
import { median, ms } from "../stats.ts"
import type { Part } from "./part.ts"
import { gptTokenizer } from "./peers.ts"

/** What is cut by hand: the whole text is made, and its beginning is searched by halves, as its count tells. */
const byHand = async () => {
  const count = await gptTokenizer.load()
  return (value: unknown, maxTokens: number): string => {
    const text = JSON.stringify(value)
    // No token is shorter than a character, and few are longer than eight.
    let [low, high] = [0, Math.min(text.length, 8 * maxTokens)]
    while (high - low > 16) {
      const middle = (low + high) >> 1
      if (count(text.slice(0, middle)) <= maxTokens) low = middle
      else high = middle
    }
    return text.slice(0, low)
  }
}

export const ways = [
  "`truncate: {}`",
  "`truncate: true`",
  "JSON.stringify, whole count",
  "JSON.stringify, cut by hand"
] as const

const limits = [250, 1000, 4000, 16_000, 64_000]
const shares = [0.2, 2, 20, 200]

export const curves: Part = {
  title: "A value within `maxTokens`: what it costs the calling thread",
  head: ["against", "way ", "megabytes", "maxTokens", "CPU ms", "longest hold ms", "wall ms", "tokens"],
  rows: async (rounds) => {
    const runtime = ManagedRuntime.make(Layer.provideMerge(Serialization.layer(), Tokens.layer()))
    const json = await runtime.runPromise(Effect.tap(Serialization, () => Tokens.use(({ warm }) => warm)))
    const cut = await byHand()
    const count = await gptTokenizer.load()
    const rows: Array<ReadonlyArray<string>> = []
    const within = (truncate: SerializeOptions["truncate"]) => async (value: unknown, maxTokens: number) =>
      (await runtime.runPromise(json.serialize(value, { maxTokens, truncate }))).serialized
    const lanes = [
      within({}),
      within(true),
      async (value: unknown) => {
        const text = JSON.stringify(value)
        count(text)
        return text
      },
      async (value: unknown, maxTokens: number) => cut(value, maxTokens)
    ]
    const row = async (against: string, value: unknown, megabytes: number, maxTokens: number) => {
      for (const [i, lane] of lanes.entries()) {
        // Counting all of it takes seconds, once is enough; and it does not depend on the limit.
        const isWhole = i === 2
        if (isWhole && (megabytes > 50 || (against === "limit" && maxTokens !== limits[0]))) continue
        const readings: Array<Reading<string>> = []
        for (let round = 0; round <= (isWhole ? 0 : Math.min(rounds, 2)); round++) {
          await settle()
          readings.push(await measure(() => lane(value, maxTokens)))
        }
        const counted = readings.length > 1 ? readings.slice(1) : readings
        const of = (pick: (reading: Reading<string>) => number) => median(counted.map(pick))
        const tokens = isWhole ? "" : String(count(readings[0]!.value))
        const costs = [of(({ cpu }) => cpu), of(({ hold }) => hold), of(({ wall }) => wall)].map(ms)
        rows.push([against, ways[i]!, String(megabytes), String(maxTokens), ...costs, tokens])
      }
    }
    const bcd = dataSet("bcd").load(1)
    for (const maxTokens of limits) await row("limit", bcd, Math.round(dataSet("bcd").megabytes), maxTokens)
    for (const megabytes of shares) await row("size", dataSet(`records@${megabytes}`).load(1), megabytes, 8000)
    await runtime.dispose()
    return rows
  }
}
