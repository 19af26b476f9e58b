/**
 * A conversation that never outgrows its model.
 *
 * An agent asks its tool two hundred times. The history stays within the budget: old results
 * are shortened, then cleared, then old rounds go. Between two such rewrites the beginning of the prompt is the same, so a provider's
 * cache of prompts is of use. The model is a script here, so that the example needs no key.
 *
 * In a clone, run it with `npm run build` and `node examples/context-conversation.ts`.
 */
import { Effect, Layer } from "effect"
import { Prompt } from "effect/ai"
import { SerializationLive } from "effect-serialization"
import { countPrompt, fitPrompt } from "effect-serialization/ai"
import { Tokens } from "effect-serialization/tokens"

const budget = 8000
const rounds = 200

/** What the model and its tool say in one round. */
const round = (id: number): Prompt.Prompt =>
  Prompt.make([
    { role: "user", content: `What do we know of customer ${id}?` },
    { role: "assistant", content: [{ type: "tool-call", id: `call-${id}`, name: "lookup", params: { id } }] },
    {
      role: "tool",
      content: [
        {
          type: "tool-result",
          id: `call-${id}`,
          name: "lookup",
          isFailure: false,
          result: { id, orders: Array.from({ length: id % 12 }, (_, order) => ({ order, total: order * 9.5 })) }
        }
      ]
    },
    { role: "assistant", content: `Customer ${id} has ${id % 12} orders.` }
  ])

const program = Effect.gen(function* () {
  let history = Prompt.make([{ role: "system", content: "You answer questions about customers, briefly." }])
  let rewrites = 0
  let longest = 0
  for (let id = 0; id < rounds; id++) {
    const grown = Prompt.concat(history, round(id))
    const { changes, prompt, tokens } = yield* fitPrompt(grown, { maxTokens: budget })
    if (tokens > budget) throw new Error(`round ${id} is over the budget: ${tokens}`)
    if (changes.length > 0) rewrites++
    else if (!history.content.every((message, i) => prompt.content[i] === message))
      throw new Error("the beginning has changed")
    longest = Math.max(longest, tokens)
    history = prompt
  }
  const { exact, tokens } = yield* countPrompt(history)
  console.log(`${rounds} rounds, never over ${budget} tokens (at most ${longest}), rewritten ${rewrites} times.`)
  console.log(
    `The last prompt has ${history.content.length} messages and ${tokens} tokens, counted ${exact ? "exactly" : "about"}.`
  )
})

await Effect.runPromise(program.pipe(Effect.provide(Layer.merge(SerializationLive, Tokens.layer()))))
