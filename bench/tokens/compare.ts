/** Who counts what: on real sets, and on texts that are known to be hard. */
import { Effect, ManagedRuntime } from "effect"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { median, ms } from "../stats.ts"
import { threadTime } from "../threadClock.ts"
import type { Part } from "./part.ts"
import { peers } from "./peers.ts"
import { realText, setNames } from "./realText.ts"

const open = async () => {
  const runtime = ManagedRuntime.make(Tokens.layer())
  const tokens = await runtime.runPromise(Effect.tap(Tokens, ({ warm }) => warm))
  const others = await Promise.all(peers.map(async ({ load, name }) => ({ name, count: await load() })))
  return { runtime, tokens, others }
}

const errorOf = (tokens: number, expected: number): string =>
  tokens === expected
    ? "right"
    : `${(100 * (tokens / expected - 1)).toFixed(Math.abs(tokens / expected - 1) < 0.001 ? 3 : 1)} %`

export const compare: Part = {
  title: "1 MB of each set: the time of the calling thread, and how far the count is from tiktoken's",
  head: ["set", ...peers.map(({ name }) => name), "`estimate`", "`count`"],
  rows: async (rounds) => {
    const { others, runtime, tokens } = await open()
    const contenders = [...others, { name: "estimate", count: (text: string) => tokens.estimate(text) }]
    const rows: Array<ReadonlyArray<string>> = []
    for (const name of setNames) {
      const text = realText(name, 1_000_000)
      let expected = 0
      const cells: Array<string> = []
      for (const [i, { count }] of contenders.entries()) {
        const times: Array<number> = []
        let counted = 0
        for (let round = 0; round < Math.min(rounds, 4); round++) {
          const began = threadTime()
          counted = count(text)
          times.push(threadTime() - began)
        }
        if (i === 0) expected = counted
        cells.push(`${ms(median(times))} ms, ${errorOf(counted, expected)}`)
      }
      const began = threadTime()
      const { tokens: counted } = await runtime.runPromise(tokens.count(text))
      rows.push([name, ...cells, `${ms(threadTime() - began)} ms, ${errorOf(counted, expected)}`])
    }
    await runtime.dispose()
    return rows
  }
}

const traps: ReadonlyArray<readonly [name: string, text: string]> = [
  ["a special token in the text", "say <|endoftext|> twice: <|endoftext|>"],
  ["a mark of byte order", '\uFEFF{"a":1}'],
  ["U+0085 for a line break", "one\u0085two  \u0085three"],
  ["half a surrogate pair", "a\uD83Db \uDE42"],
  ["2,048 letters without a space", "a".repeat(2048)],
  ["2,048 code units of emoji with joiners", "👩\u200D".repeat(683)],
  [
    "16 KB of base64",
    Buffer.from(Array.from({ length: 12_288 }, (_, i) => (i * 7919 + (i >> 3)) & 255)).toString("base64")
  ],
  ["2,048 Thai letters without a space", "กขคงจฉชซ".repeat(256)]
]

const attempt = ({ count }: { count(text: string): number }, text: string): readonly [number, number] | string => {
  const began = threadTime()
  try {
    const tokens = count(text)
    return [tokens, threadTime() - began]
  } catch (error) {
    return `throws: ${(error as Error).message.slice(0, 40)}`
  }
}

export const hard: Part = {
  title: "Texts that are hard: how many tokens, against tiktoken, and the time of the thread that counts",
  head: ["text", ...peers.map(({ name }) => name), "`count`", "says it is exact "],
  rows: async () => {
    const { others, runtime, tokens } = await open()
    const rows: Array<ReadonlyArray<string>> = []
    for (const [name, text] of traps) {
      let expected = 0
      const cells = others.map((peer, i) => {
        const result = attempt(peer, text)
        if (typeof result === "string") return result
        const [counted, time] = result
        if (i === 0) expected = counted
        return `${i === 0 ? counted : errorOf(counted, expected)}, ${ms(time)} ms`
      })
      const began = performance.now()
      const { exact, tokens: counted } = await runtime.runPromise(tokens.count(text))
      const wall = performance.now() - began
      rows.push([name, ...cells, `${errorOf(counted, expected)}, ${ms(wall)} ms wall`, exact ? "yes" : "no"])
    }
    await runtime.dispose()
    return rows
  }
}
