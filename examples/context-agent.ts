/**
 * An agent whose tool answers with megabytes.
 *
 * The model reads a result in five hundred tokens: something of everything, and what was left out. A second tool, `read_more`, shows a
 * part of it from any place on. The program still has the whole result. The model is a script here, so that the example needs no key.
 *
 * In a clone, run it with `npm run build` and `node examples/context-agent.ts`.
 */
import { Effect, Layer, Schema, Stream } from "effect"
import { LanguageModel, Prompt, Tool, Toolkit } from "effect/ai"
import { Serialization } from "effect-serialization"
import { fitPrompt, shapeToolkit } from "effect-serialization/ai"
import { Tokens } from "effect-serialization/tokens"

const resultTokens = 500

const report = {
  title: "Orders of the year",
  orders: Array.from({ length: 130_000 }, (_, id) => ({
    id,
    customer: `customer ${id % 900}`,
    note: id === 41_000 ? "paid twice" : "as ordered",
    items: Array.from({ length: 2 + (id % 3) }, (_, item) => ({ sku: `A-${item}`, price: 9.5 * item }))
  }))
}

const GetReport = Tool.make("get_report", { description: "The orders of the year", success: Schema.Unknown })

const ReadMore = Tool.make("read_more", {
  description: "More of the report: what is at a JSON Pointer, from an entry on",
  parameters: Schema.Struct({ at: Schema.String, from: Schema.Number }),
  success: Schema.String
})

const tools = Toolkit.make(GetReport, ReadMore)

const handlers = tools.toLayer(
  Effect.gen(function* () {
    const json = yield* Serialization
    return {
      get_report: () => Effect.succeed(report),
      read_more: ({ at, from }) =>
        json.serialize(report, { maxTokens: resultTokens, truncate: { at, from } }).pipe(
          Effect.map(({ next, serialized }) =>
            next === undefined ? serialized : `${serialized}\nIt goes on at "${next.at}" from ${next.from}.`
          ),
          Effect.orDie
        )
    }
  })
)

const resultsOf = ({ content }: Prompt.Prompt): ReadonlyArray<string> =>
  content.flatMap((message) =>
    message.role === "tool"
      ? message.content.flatMap((part) =>
          part.type === "tool-result"
            ? [part.modelOutput === undefined ? String(part.result) : Prompt.toolModelOutputToText(part.modelOutput)]
            : []
        )
      : []
  )

/** Asks for the report, then for the place that it wants to see, then answers. */
const script = ({ prompt }: LanguageModel.ProviderOptions) => {
  const results = resultsOf(prompt)
  if (results.length === 0) return [{ type: "tool-call" as const, id: "1", name: "get_report", params: {} }]
  if (results.length === 1) {
    return [{ type: "tool-call" as const, id: "2", name: "read_more", params: { at: "/orders", from: 41_000 } }]
  }
  return [{ type: "text" as const, text: `Order 41000 was ${/"note":"(paid twice)"/.exec(results[1]!)![1]}.` }]
}

const scripted = Layer.effect(
  LanguageModel.LanguageModel,
  LanguageModel.make({
    generateText: (options) => Effect.succeed(script(options)),
    streamText: () => Stream.empty
  })
)

const program = Effect.gen(function* () {
  const toolkit = yield* shapeToolkit(yield* tools, { maxTokens: resultTokens, only: ["get_report"] })
  const tokens = yield* Tokens
  let history = Prompt.make("Was an order paid twice? Look at order 41000.")
  for (;;) {
    const { prompt } = yield* fitPrompt(history, { maxTokens: 4000 })
    const response = yield* LanguageModel.generateText({ prompt, toolkit })
    history = Prompt.concat(prompt, Prompt.fromResponseParts(response.content))
    const last = resultsOf(history).at(-1)
    if (response.toolResults.length === 0) return response.text
    const { tokens: read } = yield* tokens.count(last!)
    if (read > resultTokens + 30) throw new Error(`the model was to read ${read} tokens`)
    console.log(`The model reads ${read} tokens of ${response.toolResults[0]!.name}: ${last!.slice(0, 100)}...`)
  }
})

const json = Serialization.layer().pipe(Layer.provideMerge(Tokens.layer()))
const live = Layer.mergeAll(handlers, scripted).pipe(Layer.provideMerge(json))
console.log(await Effect.runPromise(program.pipe(Effect.provide(live))))
