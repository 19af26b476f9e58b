/** What it takes until the first count, and the memory that stays: each in a process of its own. */
import { fileURLToPath } from "node:url"
import { inProcess } from "../processes.ts"
import { ms } from "../stats.ts"
import type { Part } from "./part.ts"

interface Loading {
  readonly wall: number
  readonly memory: number
}

const script = fileURLToPath(new URL("./loadChild.ts", import.meta.url))

const contenders = [
  "nothing",
  "serialization",
  "tokens thread",
  "gpt-tokenizer",
  "tiktoken",
  "js-tiktoken",
  "tokenx"
] as const

export type Contender = (typeof contenders)[number]

export const load: Part = {
  title: "The first count of a process, of one line: wall time, and memory over an empty process",
  head: ["who", "ms", "MB"],
  rows: async (rounds) => {
    const times = new Map<Contender, Array<Loading>>(contenders.map((name) => [name, []]))
    for (let i = 0; i < Math.min(rounds, 5); i++) {
      for (const name of contenders) times.get(name)!.push((await inProcess<Loading>(script, [name]))!)
    }
    const best = (name: Contender, pick: (loading: Loading) => number) => {
      const sorted = times
        .get(name)!
        .map(pick)
        .toSorted((a, b) => a - b)
      return sorted[Math.floor(sorted.length / 2)]!
    }
    const empty = best("nothing", ({ memory }) => memory)
    return contenders.map((name) => [
      name,
      ms(best(name, ({ wall }) => wall)),
      (best(name, ({ memory }) => memory) - empty).toFixed(1)
    ])
  }
}
