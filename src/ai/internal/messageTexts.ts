/**
 * What of a message a model is given as text.
 */
import * as Effect from "effect/Effect"
import * as Prompt from "effect/ai/Prompt"
import type { Serialization } from "../../Serialization.ts"
import type { SerializationError } from "../../SerializationError.ts"

type Serialize = Serialization["Service"]["serialize"]

/** The texts of a message, those of tool results by themselves, and how many files it has. */
export interface MessageTexts {
  readonly texts: ReadonlyArray<string>
  readonly results: ReadonlyArray<string>
  readonly files: number
}

/** The parts of a message; a system message has none. */
export const partsOf = (message: Prompt.Message): ReadonlyArray<Prompt.Part> =>
  message.role === "system" ? [] : message.content

export const isResult = (part: Prompt.Part): part is Prompt.ToolResultPart => part.type === "tool-result"

/** Reads a message. Values become JSON in turns; what has none fails. */
export const textsOf = Effect.fnUntraced(function* (
  message: Prompt.Message,
  serialize: Serialize
): Effect.fn.Return<MessageTexts, SerializationError> {
  if (message.role === "system") return { texts: [message.content], results: [], files: 0 }
  const texts: Array<string> = []
  const results: Array<string> = []
  let files = 0
  for (const part of message.content) {
    if (part.type === "text" || part.type === "reasoning") texts.push(part.text)
    else if (part.type === "file") files++
    else if (part.type === "tool-call") texts.push(part.name, yield* jsonOf(part.params, serialize))
    else if (part.type === "tool-result") results.push(yield* textOfResult(part, serialize))
    else if (part.type === "tool-approval-response" && part.reason !== undefined) texts.push(part.reason)
  }
  return { texts, results, files }
})

/** What a model reads of a result: its `modelOutput`, else its string, else its JSON. */
const textOfResult = ({ modelOutput, result }: Prompt.ToolResultPart, serialize: Serialize) => {
  if (modelOutput !== undefined) return Effect.succeed(Prompt.toolModelOutputToText(modelOutput))
  return typeof result === "string" ? Effect.succeed(result) : jsonOf(result, serialize)
}

const jsonOf = (value: unknown, serialize: Serialize): Effect.Effect<string, SerializationError> =>
  value === undefined ? Effect.succeed("") : Effect.map(serialize(value), ({ serialized }) => serialized)
