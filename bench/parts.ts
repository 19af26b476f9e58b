/**
 * Where the time of a call goes, on the calling thread alone:
 *
 *     node bench/parts.ts [--data bcd,cities] [--rounds 9] [--node 24]
 *
 * prints, per data set, planning, making text, gathering bytes and the last step as shares of what `JSON.stringify` and the
 * encoding of its text take. There are no turns of the event loop in between. One process a data set.
 */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { encodeText } from "../src/internal/frame/encodeFrame.ts"
import { Plan } from "../src/internal/plan/planner.ts"
import { BytesSink } from "../src/internal/output/bytesSink.ts"
import { dataSet } from "./data.ts"
import { settle } from "./hold.ts"
import { inProcess } from "./processes.ts"
import { median, ms, ratio } from "./stats.ts"
import { table } from "./table.ts"

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "bcd,cities,records,licenses,coastlines,atlas,icons,transcript,vectors" },
    rounds: { type: "string", default: "9" },
    node: { type: "string" },
    child: { type: "string" }
  }
})

const frameSize = 32_768
const encoder = new TextEncoder()

interface Parts {
  native: number
  plan: number
  text: number
  gather: number
  last: number
  frames: number
}

const nativeTime = (value: unknown): number => {
  const begin = performance.now()
  encoder.encode(JSON.stringify(value))
  return performance.now() - begin
}

const partTimes = (value: unknown): Omit<Parts, "native"> => {
  const plan = new Plan(value, {
    replacer: null,
    list: null,
    gap: "",
    output: "bytes",
    exactFirst: 0,
    tracksLevels: false
  })
  const sink = new BytesSink()
  const parts = { plan: 0, text: 0, gather: 0, last: 0, frames: 0 }
  while (!plan.isDone) {
    const begin = performance.now()
    const frame = plan.next(frameSize)
    const planned = performance.now()
    const text = encodeText(frame.task).text
    const made = performance.now()
    sink.text(text)
    parts.gather += performance.now() - made
    parts.text += made - planned
    parts.plan += planned - begin
    parts.frames++
  }
  const begin = performance.now()
  while (sink.finish());
  parts.last = performance.now() - begin
  return parts
}

const watch = async (name: string): Promise<Array<Parts>> => {
  const value = dataSet(name).load(1)
  const rounds: Array<Parts> = []
  for (let round = -3; round < Number(flags.rounds); round++) {
    // The first of each after a collection is for V8 to set up anew what it threw away: see `shadow/compareSink.ts`.
    await settle()
    nativeTime(value)
    const native = nativeTime(value)
    await settle()
    partTimes(value)
    const parts = { native, ...partTimes(value) }
    if (round >= 0) rounds.push(parts)
  }
  return rounds
}

if (flags.child !== undefined) process.send!(await watch(flags.child))
else {
  const rows: Array<Array<string>> = []
  for (const name of flags.data.split(",")) {
    const args = [...process.argv.slice(2), "--child", name]
    const rounds = (await inProcess<Array<Parts>>(fileURLToPath(import.meta.url), args, flags))!
    const share = (of: (parts: Parts) => number) => ratio(median(rounds.map((parts) => of(parts) / parts.native)))
    rows.push([
      name,
      ms(median(rounds.map((parts) => parts.native))),
      String(rounds[0]!.frames),
      share((parts) => parts.plan),
      share((parts) => parts.text),
      share((parts) => parts.gather),
      share((parts) => parts.last),
      share((parts) => parts.plan + parts.text + parts.gather + parts.last)
    ])
  }
  console.log(table(["data", "native ms", "frames", "planning", "text", "gathering", "last step", "sum"], rows))
}
