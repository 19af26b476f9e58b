/** What the guards cost the tokens thread, over the tokenizer alone; how runs grow; how fast the estimator is. */
import { get_encoding } from "tiktoken"
import { coefficients } from "../../src/tokens/internal/coefficients.ts"
import { estimateTokens } from "../../src/tokens/internal/estimate.ts"
import { countGuarded, mergeCacheSize, type Tokenizer } from "../../src/tokens/internal/guard.ts"
import { Pieces } from "../../src/tokens/internal/pieces.ts"
import { median, ms, ratio } from "../stats.ts"
import { threadTime } from "../threadClock.ts"
import type { Part } from "./part.ts"
import { realText, setNames } from "./realText.ts"

interface Loaded extends Tokenizer {
  clearMergeCache(): void
}

// One for each contender, so that none finds in its cache what another has merged.
const loadTwice = async (): Promise<readonly [Loaded, Loaded]> => {
  const url = import.meta.resolve("gpt-tokenizer/encoding/o200k_base")
  return [(await import(`${url}?alone`)) as Loaded, (await import(`${url}?guarded`)) as Loaded]
}

const timed = (run: () => number): readonly [time: number, tokens: number] => {
  const began = threadTime()
  const tokens = run()
  return [threadTime() - began, tokens]
}

/** As the tokens thread does it, cutting of pieces included. */
const guarded = (tokenizer: Tokenizer, text: string): number => {
  const pieces = new Pieces()
  pieces.push(text)
  pieces.end()
  let tokens = 0
  for (let piece = pieces.next(); piece !== undefined; piece = pieces.next()) {
    tokens += countGuarded(tokenizer, piece).tokens
  }
  return tokens
}

const none = { disallowedSpecial: new Set<string>() }

export const thread: Part = {
  title: "Counting 1 MB, o200k_base: the thread's time over gpt-tokenizer alone",
  head: ["set", "alone ms", "guarded, cold", "guarded, warm", "tiktoken", "counts"],
  rows: async (rounds) => {
    const [alone, own] = await loadTwice()
    own.setMergeCacheSize(mergeCacheSize)
    const tiktoken = get_encoding("o200k_base")
    const rows: Array<ReadonlyArray<string>> = []
    for (const name of setNames) {
      const text = realText(name, 1_000_000)
      const times = { alone: [], cold: [], own: [], warm: [], tiktoken: [] } as Record<string, Array<number>>
      const counts = new Set<number>()
      // As the thread gets it: a text that has just arrived. V8 finds words in one that has grown old a tenth faster.
      const bytes = Buffer.from(text)
      const take = (key: string, run: (text: string) => number) => {
        const fresh = bytes.toString()
        const [time, tokens] = timed(() => run(fresh))
        times[key]!.push(time)
        counts.add(tokens)
      }
      for (let i = 0; i <= rounds; i++) {
        alone.clearMergeCache()
        own.clearMergeCache()
        // Whoever comes second finds the text in the processor's caches.
        const cold = [
          () => take("cold", (text) => alone.countTokens(text, none)),
          () => take("own", (text) => guarded(own, text))
        ]
        const warm = [
          () => take("alone", (text) => alone.countTokens(text, none)),
          () => take("warm", (text) => guarded(own, text))
        ]
        for (const run of [...(i % 2 === 0 ? cold : cold.toReversed()), ...(i % 2 === 0 ? warm : warm.toReversed())])
          run()
        if (i < 2) take("tiktoken", (text) => tiktoken.encode(text, [], []).length)
        // The first round warms the compilers.
        if (i === 0) for (const key of Object.keys(times)) times[key] = []
      }
      const of = (key: string) => median(times[key]!)
      rows.push([
        name,
        ms(of("alone")),
        ratio(of("own") / of("cold")),
        ratio(of("warm") / of("alone")),
        ratio(of("tiktoken") / of("alone")),
        counts.size === 1 ? "all the same" : `differ: ${[...counts].join(", ")}`
      ])
    }
    return rows
  }
}

const classes: ReadonlyArray<readonly [string, string]> = [
  ["one letter", "a"],
  ["capitals", "Q"],
  ["digits", "7"],
  ["punctuation", "="],
  ["spaces", " "],
  ["line breaks", "\n"],
  ["marks", "\u0301"],
  ["emoji with joiners", "👩\u200D"],
  ["Han", "漢"],
  ["Thai", "กขคง"]
]

export const runs: Part = {
  title: "Runs of one class: 1 MB against a quarter of it, of code units",
  head: ["class", "262,144 ms", "1,048,576 ms", "times", "16,384 unguarded ms"],
  rows: async () => {
    const [alone, own] = await loadTwice()
    own.setMergeCacheSize(mergeCacheSize)
    return classes.map(([name, run]) => {
      const text = run.repeat(Math.ceil(1_048_576 / run.length)).slice(0, 1_048_576)
      const time = (size: number) => {
        own.clearMergeCache()
        return timed(() => guarded(own, text.slice(0, size)))[0]
      }
      time(65_536)
      const [short, long] = [time(262_144), time(1_048_576)]
      const [unguarded] = timed(() => alone.countTokens(text.slice(0, 16_384), none))
      return [name, ms(short), ms(long), ratio(long / short), ms(unguarded)]
    })
  }
}

export const estimate: Part = {
  title: "Estimating 1 MB",
  head: ["set", "MB/s", "bias, o200k"],
  rows: async (rounds) => {
    const [alone] = await loadTwice()
    return setNames.map((name) => {
      const text = realText(name, 1_000_000)
      const bytes = Buffer.byteLength(text)
      const times = Array.from({ length: rounds + 1 }, () => timed(() => estimateTokens(text, coefficients.o200k)))
      const [, estimated] = times[0]!
      const bias = estimated / alone.countTokens(text, none) - 1
      const time = median(times.slice(1).map(([time]) => time))
      return [name, (bytes / 1000 / time).toFixed(0), `${(bias * 100).toFixed(1)} %`]
    })
  }
}
