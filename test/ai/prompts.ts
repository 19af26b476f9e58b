/** Prompts for tests, and layers to count and shorten them without a thread: a token is four characters. */
import { Layer } from "effect"
import { Prompt } from "effect/ai"
import * as fc from "fast-check"
import { Serialization } from "../../src/Serialization.ts"
import { layerTokensFixed } from "../../src/tokens/testing.ts"
import type { Tokens } from "../../src/tokens/Tokens.ts"

export const system = (content: string) => Prompt.systemMessage({ content })

export const user = (text: string) => Prompt.userMessage({ content: [Prompt.textPart({ text })] })

export const assistant = (...content: ReadonlyArray<Prompt.AssistantMessagePart>) =>
  Prompt.assistantMessage({ content })

export const call = (id: string, params: unknown = {}, name = "search") =>
  Prompt.toolCallPart({ id, name, params, providerExecuted: false })

export const result = (id: string, value: unknown, name = "search") =>
  Prompt.toolResultPart({ id, name, result: value, isFailure: false, providerExecuted: false })

export const tool = (...content: ReadonlyArray<Prompt.ToolResultPart>) => Prompt.toolMessage({ content })

export const say = (text: string) => assistant(Prompt.textPart({ text }))

/** Rounds of a question, a call, its result of so many characters, and an answer. */
export const round = (id: string, size: number): ReadonlyArray<Prompt.Message> => [
  user(`Question ${id}?`),
  assistant(call(id, { query: id })),
  tool(result(id, "r".repeat(size))),
  say(`Answer ${id}.`)
]

export const layerTest: Layer.Layer<Serialization | Tokens> = Layer.provideMerge(
  Serialization.layerSliced(),
  layerTokensFixed(4)
)

const text = fc.nat(3000).map((size) => "t".repeat(size))

const anyRound = (id: string): fc.Arbitrary<ReadonlyArray<Prompt.Message>> =>
  fc
    .tuple(text, fc.array(fc.oneof(text, fc.array(fc.nat(), { maxLength: 200 })), { maxLength: 3 }), text)
    .map(([question, results, answer]) => [
      user(question),
      ...results.flatMap((value, i) => [assistant(call(`${id}-${i}`, { i })), tool(result(`${id}-${i}`, value))]),
      say(answer)
    ])

/** Conversations of any kind: a system message anywhere, rounds with several calls each. */
export const anyPrompt: fc.Arbitrary<Prompt.Prompt> = fc
  .tuple(
    fc.option(text.map(system)),
    fc.nat(8).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => anyRound(`c${i}`)))),
    fc.boolean()
  )
  .map(([first, rounds, isOpen]) =>
    Prompt.fromMessages([...(first === null ? [] : [first]), ...rounds.flat(), ...(isOpen ? [user("And now?")] : [])])
  )
