/**
 * `Tokens` as the tokenizer of Effect, and the other way round.
 */
import * as Effect from "effect/Effect"
import * as AiError from "effect/ai/AiError"
import * as Prompt from "effect/ai/Prompt"
import type * as Tokenizer from "effect/ai/Tokenizer"
import type { SerializationError } from "../../SerializationError.ts"
import type { TokensError } from "../../tokens/TokensError.ts"
import { type Counting, countMessages, limitedTokens, totalOf } from "./countMessages.ts"
import { textsOf } from "./messageTexts.ts"
import { roundsOf } from "./rounds.ts"

// A tokenizer tells of texts alone.
const noFrame = { messageTokens: 0, fileTokens: 0 }

export const makeTokenizer = (counting: Counting): Tokenizer.Service => ({
  tokenize: (input) =>
    Effect.gen(function* () {
      const ids: Array<number> = []
      for (const message of Prompt.make(input).content) {
        const { results, texts } = yield* textsOf(message, counting.serialize)
        for (const text of [...texts, ...results]) {
          for (const id of yield* counting.tokens.encode(text)) ids.push(id)
        }
      }
      return ids
    }).pipe(Effect.mapError(aiError("tokenize"))),
  truncate: (input, limit) =>
    Effect.map(newestRounds(Prompt.make(input), limit, counting), Prompt.fromMessages).pipe(
      Effect.mapError(aiError("truncate"))
    )
})

/** The system messages, and the newest whole rounds that fit beside them. */
const newestRounds = Effect.fnUntraced(function* ({ content }: Prompt.Prompt, limit: number, counting: Counting) {
  const counts = yield* countMessages(content, counting, limitedTokens)
  const totals = counts.map((count) => totalOf(count, noFrame))
  const kept = new Set(content.flatMap(({ role }, i) => (role === "system" ? [i] : [])))
  const sum = (indexes: Iterable<number>) => [...indexes].reduce((sum, index) => sum + totals[index]!, 0)
  let total = sum(kept)
  for (const round of roundsOf(content).toReversed()) {
    total += sum(round)
    if (total > limit) break
    for (const index of round) kept.add(index)
  }
  return content.filter((_, i) => kept.has(i))
})

const aiError =
  (method: string) =>
  (error: TokensError | SerializationError): AiError.AiError =>
    AiError.make({ module: "Ai", method, reason: new AiError.UnknownError({ description: error.message }) })
