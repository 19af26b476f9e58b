/**
 * What messages come to in tokens, in one trip. A message that was counted before is not counted again.
 */
import * as Effect from "effect/Effect"
import type * as Prompt from "effect/ai/Prompt"
import type { Serialization } from "../../Serialization.ts"
import type { SerializationError } from "../../SerializationError.ts"
import type { TokenCount, Tokens } from "../../tokens/Tokens.ts"
import { onNextTurn } from "../../internal/turns/nextTurn.ts"
import type { TokensError } from "../../tokens/TokensError.ts"
import { type MessageTexts, textsOf } from "./messageTexts.ts"

/** What makes the counts. */
export interface Counting {
  readonly tokens: Tokens["Service"]
  readonly serialize: Serialization["Service"]["serialize"]
  readonly model: string | undefined
}

/** Tokens of a message: of its results each, and of all its other texts together. */
export interface MessageCount {
  readonly texts: number
  readonly results: ReadonlyArray<number>
  readonly files: number
  readonly exact: boolean
  readonly encoding: TokenCount["encoding"] | undefined
}

// Messages are values that nobody changes. The same one may be counted by several services and for several models.
const known = new WeakMap<object, WeakMap<Prompt.Message, Map<string | undefined, MessageCount>>>()

const knownBy = (tokens: object): WeakMap<Prompt.Message, Map<string | undefined, MessageCount>> => {
  let counts = known.get(tokens)
  if (counts === undefined) known.set(tokens, (counts = new WeakMap()))
  return counts
}

/** Messages whose texts are read in a turn of the event loop: about a millisecond's work where all are short. */
const messagesOfTurn = 250

const nextTurn = Effect.callback<void>((resume) => void onNextTurn(() => resume(Effect.void)))

export const countMessages = Effect.fnUntraced(function* (
  messages: ReadonlyArray<Prompt.Message>,
  { model, serialize, tokens }: Counting
): Effect.fn.Return<ReadonlyArray<MessageCount>, TokensError | SerializationError> {
  const counts = knownBy(tokens)
  const unknown = messages.filter((message) => !counts.get(message)?.has(model))
  const read: Array<MessageTexts> = []
  for (let from = 0; from < unknown.length; from += messagesOfTurn) {
    if (from > 0) yield* nextTurn
    const some = unknown.slice(from, from + messagesOfTurn)
    read.push(...(yield* Effect.forEach(some, (message) => textsOf(message, serialize))))
  }
  const all = read.flatMap(({ results, texts }) => [...texts, ...results])
  const counted = all.length === 0 ? [] : yield* tokens.countAll(all, { model })
  let at = 0
  for (const [i, message] of unknown.entries()) {
    const { results, texts } = read[i]!
    const end = at + texts.length + results.length
    const ofMessage = counts.get(message) ?? new Map<string | undefined, MessageCount>()
    ofMessage.set(model, countOf(read[i]!, counted.slice(at, end)))
    counts.set(message, ofMessage)
    at = end
  }
  return messages.map((message) => counts.get(message)!.get(model)!)
})

const countOf = ({ files, texts }: MessageTexts, counted: ReadonlyArray<TokenCount>): MessageCount => ({
  texts: sum(counted.slice(0, texts.length)),
  results: counted.slice(texts.length).map(({ tokens }) => tokens),
  files,
  exact: counted.every(({ exact }) => exact),
  encoding: counted.find(({ exact }) => !exact)?.encoding ?? counted[0]?.encoding
})

const sum = (counts: ReadonlyArray<TokenCount>): number => counts.reduce((sum, { tokens }) => sum + tokens, 0)

/** What a message and a file cost besides their texts. */
export interface Frame {
  readonly messageTokens: number
  readonly fileTokens: number
}

/** What a message comes to. */
export const totalOf = ({ files, results, texts }: MessageCount, { fileTokens, messageTokens }: Frame): number =>
  texts + results.reduce((sum, tokens) => sum + tokens, 0) + messageTokens + files * fileTokens
