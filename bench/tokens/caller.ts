/** What a count costs the thread that asks for it: its CPU time, and the longest hold of its event loop. */
import { Effect, ManagedRuntime, Stream } from "effect"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { idle, measure, type Reading, settle } from "../hold.ts"
import { median, ms } from "../stats.ts"
import type { Part } from "./part.ts"
import { realText } from "./realText.ts"

const sizes = [32_000, 1_000_000, 20_000_000]

export const caller: Part = {
  title: "Counting on the tokens thread, as its caller sees it",
  head: ["what", "caller's CPU ms", "longest hold ms", "worst hold ms", "wall ms"],
  rows: async (rounds) => {
    const runtime = ManagedRuntime.make(Tokens.layer())
    const text = realText("browser-compat-data", 20_000_000)
    const tokens = await runtime.runPromise(Effect.tap(Tokens, ({ warm }) => warm))
    const calls: ReadonlyArray<readonly [string, () => Effect.Effect<unknown, unknown>]> = [
      ...sizes.map((size) => {
        const some = text.slice(0, size)
        return [`count of ${size / 1000} KB`, () => tokens.count(some)] as const
      }),
      [
        "countStream of 20,000 KB in 16 KB chunks",
        () => tokens.countStream(Stream.fromIterable(chunksOf(text, 16_384)))
      ],
      ["fits, 20,000 KB in 1,000 tokens", () => tokens.fits(text, 1000)]
    ]
    const rows: Array<ReadonlyArray<string>> = []
    for (const [name, call] of calls) {
      await runtime.runPromise(call())
      const readings: Array<Reading<unknown>> = []
      for (let i = 0; i < rounds; i++) {
        await settle()
        readings.push(await measure(() => runtime.runPromise(call())))
      }
      const holds = readings.map(({ hold }) => hold)
      const of = (pick: (reading: Reading<unknown>) => number) => ms(median(readings.map(pick)))
      rows.push([name, of(({ cpu }) => cpu), ms(median(holds)), ms(Math.max(...holds)), of(({ wall }) => wall)])
    }
    const { hold } = await idle(200)
    rows.push(["an idle loop", "", ms(hold), "", ""])
    await runtime.dispose()
    return rows
  }
}

const chunksOf = (text: string, size: number): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
