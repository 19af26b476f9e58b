/**
 * Many large strings in flight: 30 of 5 MB at the same time, and one alone.
 *
 *     node bench/strings.ts [--rounds 5] [--node 24]        (also with BENCH_LIBRARY, see peers/library.ts)
 *
 * Prints the longest turn of the loop, by the thread's own clock, and what the thread was given for all. Run it with
 * `node --max-semi-space-size=4` to see what smaller young generations do.
 */
import { parseArgs } from "node:util"
import { makeLibrary } from "./peers/library.ts"
import { immediate, settle } from "./hold.ts"
import { median, ms } from "./stats.ts"
import { table } from "./table.ts"
import { threadTime } from "./threadClock.ts"

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "5" } } })

const rows = (shift: number) =>
  Array.from({ length: 60_000 }, (_, id) => ({
    id: id + shift,
    name: `a name ${id}`,
    tags: ["a", "b"],
    text: "x".repeat(30)
  }))
const values = [rows(0), rows(7), rows(9)]
const library = await makeLibrary("sliced", { routing: "sliced" })

/** Milliseconds: the longest turn, and all. */
const watch = async (output: "string" | "bytes", count: number): Promise<readonly [longest: number, all: number]> => {
  const state = { isOpen: true }
  let longest = 0
  const ticking = (async () => {
    let before = threadTime()
    while (state.isOpen) {
      await immediate()
      const now = threadTime()
      longest = Math.max(longest, now - before)
      before = now
    }
  })()
  const began = threadTime()
  await Promise.all(Array.from({ length: count }, (_, i) => library.run(values[i % 3], output, () => {})))
  const all = threadTime() - began
  state.isOpen = false
  await ticking
  return [longest, all]
}

const lines: Array<ReadonlyArray<string>> = []
for (const [output, count] of [
  ["string", 1],
  ["string", 30],
  ["bytes", 30]
] as const) {
  const readings: Array<readonly [number, number]> = []
  for (let round = -1; round < Number(flags.rounds); round++) {
    await settle()
    const reading = await watch(output, count)
    if (round >= 0) readings.push(reading)
  }
  const holds = readings.map(([longest]) => longest)
  const all = median(readings.map(([, all]) => all))
  lines.push([output, String(count), ms(median(holds)), ms(Math.max(...holds)), ms(all / count)])
}
await library.close()
console.log(`Node ${process.version} ${process.execArgv.join(" ")}`)
console.log(table(["output", "in flight", "longest turn ms", "worst", "own time a call ms"], lines))
