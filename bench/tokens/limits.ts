/** Texts and prompts within a limit: how much of it is used, what it costs, what is tokenized. */
import { AIMessage, type BaseMessage, HumanMessage, SystemMessage, trimMessages } from "@langchain/core/messages"
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
  title: "A value within so many tokens: its beginning, `true`, or something of everything, `{}`",
  head: ["set", "of", "maxTokens", "truncate", "used", "CPU ms", "without the count", "longest hold ms", "wall ms"],
  rows: async (rounds) => {
    const runtime = live()
    const json = await runtime.runPromise(Effect.tap(Serialization, () => Tokens.use(({ warm }) => warm)))
    // As many tokens, about, by a count that takes no time.
    const uncounted = ManagedRuntime.make(
      Layer.provide(Serialization.layer(), Tokens.layerCustom({ count: (text) => Math.ceil(text.length / 3.3) }))
    )
    const free = await uncounted.runPromise(Effect.map(Serialization, (json) => json))
    const rows: Array<ReadonlyArray<string>> = []
    for (const [name, maxTokens, truncate] of [
      ["bcd", 1000, true],
      ["bcd", 8000, true],
      ["bcd", 100_000, true],
      ["records@2", 8000, true],
      ["records@200", 8000, true],
      ["bcd", 2000, {}],
      ...["bcd", "cities", "licenses", "coastlines", "atlas", "icons", "transcript"].map(
        (set) => [set, 8000, {}] as const
      ),
      ["records@2", 8000, {}],
      ["records@20", 8000, {}],
      ["records@200", 8000, {}]
    ] as const) {
      const set = dataSet(name)
      const value = set.load(1)
      const options = { maxTokens, truncate }
      const call = () => runtime.runPromise(json.serialize(value, options))
      const { tokens } = await call()
      const without: Array<number> = []
      for (let i = 0; i <= rounds; i++) {
        await settle()
        const { cpu } = await measure(() => uncounted.runPromise(free.serialize(value, options)))
        if (i > 0) without.push(cpu)
      }
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
        truncate === true ? "`true`" : "`{}`",
        `${((tokens! / maxTokens) * 100).toFixed(1)} %`,
        of(({ cpu }) => cpu),
        ms(median(without)),
        of(({ hold }) => hold),
        of(({ wall }) => wall)
      ])
    }
    await uncounted.dispose()
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

const toLangChain = ({ content, role }: Prompt.Message): BaseMessage => {
  const text = typeof content === "string" ? content : JSON.stringify(content)
  return role === "user" ? new HumanMessage(text) : role === "system" ? new SystemMessage(text) : new AIMessage(text)
}

export const prompt: Part = {
  title: "A conversation that grows by one round at a time, within 6,000 tokens; 2,000 messages at once",
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
    const long = Prompt.make(Array.from({ length: 500 }, (_, id) => round(id)).flat())
    characters = 0
    await settle()
    const { hold, wall } = await measure(() => runtime.runPromise(fitPrompt(long, { maxTokens: 30_000 })))
    const atOnce = ["500", String(characters), "0", ms(hold), ms(wall)]
    // Under the limit: the second call has only a new round to count.
    const more = Prompt.concat(long, Prompt.make(round(500)))
    await runtime.runPromise(fitPrompt(long, { maxTokens: 1e6 }))
    characters = 0
    const grown = await measure(() => runtime.runPromise(fitPrompt(more, { maxTokens: 1e6 })))
    const oneMore = ["501", String(characters), "0", ms(grown.hold), ms(grown.wall)]
    await runtime.dispose()
    const most = 30_000
    characters = 0
    const byTokenizer = await measure(() => Effect.runPromise(tokenizer.truncate(long, most)))
    const truncated = ["500", String(characters), "", ms(byTokenizer.hold), ms(byTokenizer.wall)]
    const messages = long.content.map(toLangChain)
    characters = 0
    const tokenCounter = (messages: ReadonlyArray<BaseMessage>): number => {
      const text = messages.map(({ content }) => JSON.stringify(content)).join("")
      characters += text.length
      return Math.ceil(text.length / 4)
    }
    const byLangChain = await measure(() => trimMessages(messages, { maxTokens: most, tokenCounter, strategy: "last" }))
    const trimmed = ["500", String(characters), "", ms(byLangChain.hold), ms(byLangChain.wall)]
    return [
      ["`fitPrompt`, round by round", ...ours],
      ["`fitPrompt`, 2,000 messages into 30,000 tokens", ...atOnce],
      ["`fitPrompt`, one round more, under the limit", ...oneMore],
      ["Tokenizer.truncate of effect/ai, round by round, estimating", ...theirs],
      ["Tokenizer.truncate of effect/ai, 2,000 messages into 30,000 tokens, estimating", ...truncated],
      ["trimMessages of LangChain, 2,000 messages into 30,000 tokens, characters / 4", ...trimmed]
    ]
  }
}
