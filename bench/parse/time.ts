/** One set in a process of its own: CPU of the calling thread in paired rounds, then the longest gaps. */
import * as Effect from "effect/Effect"
import { parse } from "../../src/parse/index.ts"
import { settle } from "../hold.ts"
import { median } from "../stats.ts"
import { textSet } from "./sets.ts"
import { cpuNow, idle, watch } from "./watch.ts"

export interface TimeRow {
  readonly name: string
  readonly megabytes: number
  readonly native: number
  readonly ours: number
  /** Median of the rounds' ratios. */
  readonly ratio: number
  /** The longest gap in CPU time: of native, of ours, of ours without collections, of an idle loop. */
  readonly nativeGap: number
  readonly gap: number
  readonly netGap: number
  readonly idleGap: number
}

const [name = "bcd", seconds = "5"] = process.argv.slice(2)
const bytes = textSet(name).load()
/** Runs a round, so that a round is long against the ticks of the CPU clock. */
const repeats = Math.max(1, Math.round(2.5e7 / bytes.length))

const native = () => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()) as unknown
const ours = () => Effect.runPromise(parse(bytes))

const round = async (run: () => unknown): Promise<number> => {
  await settle()
  const began = cpuNow()
  for (let i = 0; i < repeats; i++) await run()
  return (cpuNow() - began) / repeats
}

const natives: Array<number> = []
const own: Array<number> = []
await round(native)
await round(ours)
const end = performance.now() + Number(seconds) * 1000
while (performance.now() < end || own.length < 5) {
  const isOursFirst = own.length % 2 === 0
  if (isOursFirst) own.push(await round(ours))
  natives.push(await round(native))
  if (!isOursFirst) own.push(await round(ours))
}

const gaps = {
  native: [] as Array<number>,
  ours: [] as Array<number>,
  net: [] as Array<number>,
  idle: [] as Array<number>
}
for (let i = 0; i < 5; i++) {
  await settle()
  gaps.native.push((await watch(native)).cpuGap)
  await settle()
  const watched = await watch(ours)
  gaps.ours.push(watched.cpuGap)
  gaps.net.push(watched.netGap)
  gaps.idle.push((await idle(watched.wall)).cpuGap)
}

const row: TimeRow = {
  name,
  megabytes: bytes.length / 1e6,
  native: median(natives),
  ours: median(own),
  ratio: median(own.map((cpu, i) => cpu / natives[i]!)),
  nativeGap: median(gaps.native),
  gap: median(gaps.ours),
  netGap: median(gaps.net),
  idleGap: median(gaps.idle)
}
process.send?.(row)
