/** Texts and prompts within a limit: how much of it is used, what it costs, what is tokenized. */
import { Effect, Layer, ManagedRuntime } from "effect"
import { Prompt, Tokenizer } from "effect/ai"
import { fitPrompt } from "../../src/ai/index.ts"
import { Serialization } from "../../src/Serialization.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { dataSet } from "../data.ts"
import { measure, type Reading, settle } from "../hold.ts"
import { median, megabytes, ms } from "../stats.ts"
import type { Part } from "./part.ts"

const live = () => ManagedRuntime.make(Layer.provideMerge(Serialization.layer(), Tokens.layer()))

export const limit: Part = {
  title: "The beginning of a value within so many tokens, `truncate: true`",
  head: ["set", "of", "maxTokens", "used", "caller's CPU ms", "longest hold ms", "wall ms"],
  rows: async (rounds) => {
    const runtime = live()
    const json = await runtime.runPromise(Effect.tap(Serialization, () => Tokens.use(({ warm }) => warm)))
    const rows: Array<ReadonlyArray<string>> = []
    for (const [name, maxTokens] of [
      ["bcd", 1000],
      ["bcd", 8000],
      ["bcd", 100_000],
      ["bcd@200", 8000],
      ["licenses", 8000],
      ["records@2", 8000],
      ["records@200", 8000]
    ] as const) {
      const set = dataSet(name)
      const value = set.load(1)
      const call = () => runtime.runPromise(json.serialize(value, { maxTokens, truncate: true }))
      const { tokens } = await call()
      const readings: Array<Reading<unknown>> = []
      for (let i = 0; i < rounds; i++) {
        await settle()
        readings.push(await measure(call))
      }
      const of = (pick: (reading: Reading<unknown>) => number) => ms(median(readings.map(pick)))
      rows.push([
        name,
        megabytes(set.megabytes * 1e6),
        String(maxTokens),
        `${((tokens! / maxTokens) * 100).toFixed(1)} %`,
        of(({ cpu }) => cpu),
        of(({ hold }) => hold),
        of(({ wall }) => wall)
      ])
    }
    await runtime.dispose()
    return rows
  }
}

const maxTokens = 6000

const round = (id: number): ReadonlyArray<Prompt.MessageEncoded> => [
  { role: "user", content: `Question ${id}: what is in the report?` },
  { role: "assistant", content: [{ type: "tool-call", id: `c${id}`, name: "report", params: { id } }] },
  {
    role: "tool",
    content: [
      { type: "tool-result", id: `c${id}`, name: "report", isFailure: false, result: `line ${id} of it. `.repeat(8) }
    ]
  },
  { role: "assistant", content: `The answer to question ${id}. `.repeat(10) }
]

export const prompt: Part = {
  title: "A conversation that grows by one round at a time, within 6,000 tokens",
  head: ["who", "rounds", "characters tokenized", "over the limit", "longest hold ms", "wall ms"],
  rows: async () => {
    let characters = 0
    const counting = Layer.effect(
      Tokens,
      Effect.map(Tokens, (tokens) =>
        Tokens.of({
          ...tokens,
          count: (text, options) => {
            characters += text.length
            return tokens.count(text, options)
          },
          countAll: (texts, options) => {
            for (const text of texts) characters += text.length
            return tokens.countAll(texts, options)
          }
        })
      )
    ).pipe(Layer.provide(Tokens.layer()))
    const runtime = ManagedRuntime.make(Layer.merge(Serialization.layer(), counting))
    await runtime.runPromise(Tokens.use(({ warm }) => warm))
    const rounds = 100
    const grow = async (fit: (prompt: Prompt.Prompt) => Promise<readonly [Prompt.Prompt, number]>) => {
      characters = 0
      let history = Prompt.make([{ role: "system", content: "You answer questions about reports." }])
      let over = 0
      let hold = 0
      const began = performance.now()
      for (let id = 0; id < rounds; id++) {
        const grown = Prompt.concat(history, Prompt.make(round(id)))
        const reading = await measure(() => fit(grown))
        hold = Math.max(hold, reading.hold)
        const [fitted, tokens] = reading.value
        history = fitted
        if (tokens > maxTokens) over++
      }
      return [String(rounds), String(characters), String(over), ms(hold), ms(performance.now() - began)]
    }
    const ours = await grow(async (prompt) => {
      const { prompt: fitted, tokens } = await runtime.runPromise(fitPrompt(prompt, { maxTokens }))
      return [fitted, tokens]
    })
    // Effect's own: each try tokenizes all that it would keep.
    const tokenizer = Tokenizer.make({
      tokenize: ({ content }) =>
        Effect.gen(function* () {
          const text = JSON.stringify(content)
          characters += text.length
          const tokens = yield* Tokens
          return Array<number>((yield* Effect.orDie(tokens.count(text))).tokens).fill(0)
        }).pipe(Effect.provideService(Tokens, own))
    })
    const own = await runtime.runPromise(
      Effect.provide(
        Effect.map(Tokens, (tokens) => tokens),
        Tokens.layerEstimate()
      )
    )
    const theirs = await grow(async (prompt) => [await runtime.runPromise(tokenizer.truncate(prompt, maxTokens)), 0])
    await runtime.dispose()
    return [
      ["fitPrompt", ...ours],
      ["Tokenizer.truncate of effect/ai, estimating", ...theirs]
    ]
  }
}
