/**
 * What messages come to in tokens, in one trip. A message that was counted before is not counted again.
 */
import * as Effect from "effect/Effect"
import type * as Prompt from "effect/ai/Prompt"
import type { Serialization } from "../../Serialization.ts"
import type { SerializationError } from "../../SerializationError.ts"
import type { TokenCount, Tokens } from "../../tokens/Tokens.ts"
import { safeTokens } from "../../internal/limit/tokenMeter.ts"
import { onNextTurn } from "../../internal/turns/nextTurn.ts"
import { countedText, isFallback } from "../../tokens/internal/fallbacks.ts"
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

/** What a count comes to in a message. */
export type TokensOf = (count: TokenCount) => number

/** The tokens that were counted. */
export const countedTokens: TokensOf = ({ tokens }) => tokens

/** The tokens that a limit has to have room for: more where threads failed and some were estimated. */
export const limitedTokens: TokensOf = (count) => safeTokens(countedText(count))

export const countMessages = Effect.fnUntraced(function* (
  messages: ReadonlyArray<Prompt.Message>,
  { model, serialize, tokens }: Counting,
  tokensOf: TokensOf
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
  const estimated = new Map<Prompt.Message, MessageCount>()
  let at = 0
  for (const [i, message] of unknown.entries()) {
    const { results, texts } = read[i]!
    const end = at + texts.length + results.length
    const ofTexts = counted.slice(at, end)
    const count = countOf(read[i]!, ofTexts, tokensOf)
    at = end
    // Threads fail for a while. The next call is to count what was only estimated.
    if (ofTexts.some(isFallback)) {
      estimated.set(message, count)
      continue
    }
    const ofMessage = counts.get(message) ?? new Map<string | undefined, MessageCount>()
    ofMessage.set(model, count)
    counts.set(message, ofMessage)
  }
  return messages.map((message) => estimated.get(message) ?? counts.get(message)!.get(model)!)
})

const countOf = (
  { files, texts }: MessageTexts,
  counted: ReadonlyArray<TokenCount>,
  tokensOf: TokensOf
): MessageCount => ({
  texts: sum(counted.slice(0, texts.length).map(tokensOf)),
  results: counted.slice(texts.length).map(tokensOf),
  files,
  exact: counted.every(({ exact }) => exact),
  encoding: counted.find(({ exact }) => !exact)?.encoding ?? counted[0]?.encoding
})

const sum = (counts: ReadonlyArray<number>): number => counts.reduce((sum, tokens) => sum + tokens, 0)

/** What a message and a file cost besides their texts. */
export interface Frame {
  readonly messageTokens: number
  readonly fileTokens: number
}

/** What a message comes to. */
export const totalOf = ({ files, results, texts }: MessageCount, { fileTokens, messageTokens }: Frame): number =>
  texts + sum(results) + messageTokens + files * fileTokens
