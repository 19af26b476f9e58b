/**
 * Bringing a prompt within a limit: old results first, then old rounds, then what is left to shorten. Oldest first, and
 * only as far as it is needed.
 */
import * as Effect from "effect/Effect"
import * as Prompt from "effect/ai/Prompt"
import type { SerializationError } from "../../SerializationError.ts"
import { PromptTooLarge, TokensError } from "../../tokens/TokensError.ts"
import { type Counting, countMessages, limitedTokens, totalOf } from "./countMessages.ts"
import { Draft, type ResultSlot } from "./draft.ts"
import type { FitSettings, FittedPrompt } from "./options.ts"
import { keptFrom, roundsOf } from "./rounds.ts"
import { equalShare } from "./share.ts"

/** A try to share what is left may come out over the limit, since a shortened string is counted without its escapes. */
const shareTries = 4

export const fit = Effect.fnUntraced(function* (
  prompt: Prompt.Prompt,
  settings: FitSettings,
  counting: Counting
): Effect.fn.Return<FittedPrompt, TokensError | SerializationError> {
  const { frame, maxTokens } = settings
  const messages = prompt.content
  const counts = yield* countMessages(messages, counting, limitedTokens)
  const totals = counts.map((count) => totalOf(count, frame))
  const draft = new Draft(messages, counts, totals)
  if (draft.total <= maxTokens) return { prompt, tokens: draft.total, exact: draft.isExact, changes: [] }

  const goal = Math.floor(maxTokens * settings.target)
  const kept = keptFrom(messages, settings.keepLast)
  const old = draft.slots.filter(({ message }) => message < kept)
  yield* shortenOld(draft, old, goal, settings, counting)
  yield* clearOld(draft, old, goal, counting)
  for (const round of roundsOf(messages)) {
    if (draft.total <= goal || round.at(-1)! >= kept) break
    draft.drop(round)
  }
  if (draft.total > maxTokens) {
    const recent = draft.slots.filter(({ message }) => message >= kept)
    yield* shareRest(draft, recent, settings, counting)
  }
  const { changes, isExact: exact, total: tokens } = draft
  if (tokens > maxTokens) return yield* new TokensError({ reason: new PromptTooLarge({ tokens, maxTokens }) })
  return { prompt: draft.prompt, tokens, exact, changes }
})

const shortenOld = Effect.fnUntraced(function* (
  draft: Draft,
  slots: ReadonlyArray<ResultSlot>,
  goal: number,
  settings: FitSettings,
  counting: Counting
) {
  for (const slot of slots) {
    if (draft.total <= goal) return
    if (slot.tokens > settings.resultTokens) yield* shorten(draft, slot, settings.resultTokens, settings, counting)
  }
})

const clearOld = Effect.fnUntraced(function* (
  draft: Draft,
  slots: ReadonlyArray<ResultSlot>,
  goal: number,
  { model, tokens }: Counting
) {
  if (draft.total <= goal) return
  const names = [...new Set(slots.map(({ part }) => part.name))]
  const counts = yield* tokens.countAll(names.map(clearedText), { model })
  for (const slot of slots) {
    if (draft.total <= goal) return
    const { name } = slot.part
    draft.replace(slot, "cleared", clearedText(name), counts[names.indexOf(name)]!)
  }
})

const clearedText = (name: string): string => `[result of ${name} cleared]`

const shareRest = Effect.fnUntraced(function* (
  draft: Draft,
  slots: ReadonlyArray<ResultSlot>,
  settings: FitSettings,
  counting: Counting
) {
  const needs = slots.map(({ before }) => before)
  const rest = settings.maxTokens - (draft.total - needs.reduce((sum, need) => sum + need, 0))
  let budget = rest
  for (let i = 0; i < shareTries && draft.total > settings.maxTokens; i++) {
    const share = equalShare(needs, budget)
    if (share < 1) return
    for (const slot of slots) {
      if (slot.tokens > share) yield* shorten(draft, slot, share, settings, counting)
    }
    budget = Math.floor(budget * 0.9)
  }
})

const shorten = Effect.fnUntraced(function* (
  draft: Draft,
  slot: ResultSlot,
  maxTokens: number,
  { model, shape }: FitSettings,
  { serialize, tokens }: Counting
) {
  const text = yield* shapedText(slot.part, { maxTokens, model, truncate: shape }, serialize)
  const count = yield* tokens.count(text, { model })
  draft.replace(slot, "shortened", text, count)
})

/** A result within a limit, as a model reads it: a string without its quotes. */
export const shapedText = (
  { modelOutput, result }: Pick<Prompt.ToolResultPart, "modelOutput" | "result">,
  options: { readonly maxTokens: number; readonly model: string | undefined; readonly truncate: FitSettings["shape"] },
  serialize: Counting["serialize"]
): Effect.Effect<string, SerializationError> => {
  const value = modelOutput === undefined ? result : Prompt.toolModelOutputToText(modelOutput)
  return Effect.map(serialize(value, options), ({ serialized }) =>
    typeof value === "string" ? String(JSON.parse(serialized)) : serialized
  )
}
