/** What a count costs the thread that asks for it: its CPU time, and the longest hold of its event loop. */
import { Effect, ManagedRuntime, Stream } from "effect"
import { Worker } from "node:worker_threads"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { idle, measure, type Reading, settle } from "../hold.ts"
import { median, ms } from "../stats.ts"
import { threadTime } from "../threadClock.ts"
import type { Part } from "./part.ts"
import { gptTokenizer, reference } from "./peers.ts"
import { realText } from "./realText.ts"

const sizes = [32_000, 1_000_000, 20_000_000]

/** Milliseconds of CPU of calls that follow each other, so that neither caches nor compilers have forgotten them. */
const inARow = async (call: () => unknown, times: number): Promise<number> => {
  const taken: Array<number> = []
  for (let i = 0; i < times; i++) {
    const began = threadTime()
    await call()
    taken.push(threadTime() - began)
  }
  return median(taken)
}

const bareWorker = () => {
  const worker = new Worker(new URL("bareThread.ts", import.meta.url))
  worker.setMaxListeners(0)
  const count = (text: string) =>
    new Promise<number>((resolve) => {
      worker.once("message", resolve)
      worker.postMessage(text)
    })
  return { count, end: () => worker.terminate() }
}

export const caller: Part = {
  title: "Counting, as the calling thread sees it",
  head: ["what", "CPU ms, in a row", "CPU ms, from rest", "longest hold ms", "worst hold ms", "wall ms"],
  rows: async (rounds) => {
    const runtime = ManagedRuntime.make(Tokens.layer())
    const text = realText("browser-compat-data", 20_000_000)
    const tokens = await runtime.runPromise(Effect.tap(Tokens, ({ warm }) => warm))
    const bare = bareWorker()
    const [alone, tiktoken] = [await gptTokenizer.load(), await reference.load()]
    const run = <A, E>(effect: Effect.Effect<A, E>) => runtime.runPromise(effect)
    const rows: Array<ReadonlyArray<string>> = []
    const row = async (name: string, times: number, call: () => unknown) => {
      await call()
      const cpu = await inARow(call, times)
      const readings: Array<Reading<unknown>> = []
      for (let i = 0; i < Math.min(rounds, times); i++) {
        await settle()
        readings.push(await measure(async () => await call()))
      }
      const holds = readings.map(({ hold }) => hold)
      const of = (pick: (reading: Reading<unknown>) => number) => ms(median(readings.map(pick)))
      rows.push([name, ms(cpu), of((r) => r.cpu), ms(median(holds)), ms(Math.max(...holds)), of((r) => r.wall)])
    }
    for (const size of sizes) {
      const some = Buffer.from(text.slice(0, size)).toString()
      const times = size === 32_000 ? 60 : size === 1_000_000 ? 4 : 1
      const what = (who: string) => `${size / 1000} KB: ${who}`
      await row(what("`count`"), times, () => run(tokens.count(some)))
      await row(what("a worker, the whole text posted"), times, () => bare.count(some))
      // They take as many seconds as megabytes.
      if (size > 1_000_000) continue
      await row(what("gpt-tokenizer, on the calling thread"), times, () => alone(some))
      await row(what("tiktoken, on the calling thread"), times, () => tiktoken(some))
    }
    const chunks = chunksOf(text, 16_384)
    await row("20000 KB: `countStream`, chunks of 16 KB", 1, () => run(tokens.countStream(Stream.fromIterable(chunks))))
    await row("20000 KB: `fits`, in 1,000 tokens", 60, () => run(tokens.fits(text, 1000)))
    const { hold } = await idle(200)
    rows.push(["an idle loop", "", "", ms(hold), "", ""])
    await bare.end()
    await runtime.dispose()
    return rows
  }
}

const chunksOf = (text: string, size: number): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
