/**
 * The rounds of a conversation: a user message up to the next one. What calls a tool and what answers it stay together.
 */
import type * as Prompt from "effect/ai/Prompt"
import { isResult, partsOf } from "./messageTexts.ts"

/** In which message each call is, by its id. */
const callIndexes = (messages: ReadonlyArray<Prompt.Message>): ReadonlyMap<string, number> => {
  const calls = new Map<string, number>()
  for (const [i, message] of messages.entries()) {
    for (const part of partsOf(message)) if (part.type === "tool-call" && !calls.has(part.id)) calls.set(part.id, i)
  }
  return calls
}

/** The first of the last `keepLast` messages, or an earlier one, so that none of them has a result without its call. */
export const keptFrom = (messages: ReadonlyArray<Prompt.Message>, keepLast: number): number => {
  const calls = callIndexes(messages)
  let from = Math.max(0, messages.length - keepLast)
  for (let i = messages.length - 1; i >= from; i--) {
    for (const part of partsOf(messages[i]!)) if (isResult(part)) from = Math.min(from, calls.get(part.id) ?? i)
  }
  return from
}

/**
 * The rounds, oldest first, each as the indexes of its messages, system messages left out. Rounds between which a call
 * and its result are divided are one.
 */
export const roundsOf = (messages: ReadonlyArray<Prompt.Message>): ReadonlyArray<ReadonlyArray<number>> => {
  const calls = callIndexes(messages)
  const rounds: Array<Array<number>> = []
  for (const [i, message] of messages.entries()) {
    if (message.role === "system") continue
    if (message.role === "user" || rounds.length === 0) rounds.push([])
    for (const part of partsOf(message)) {
      const call = isResult(part) ? calls.get(part.id) : undefined
      if (call === undefined) continue
      while (rounds.length > 1 && call < (rounds.at(-1)![0] ?? i)) {
        const last = rounds.pop()!
        rounds.at(-1)!.push(...last)
      }
    }
    rounds.at(-1)!.push(i)
  }
  return rounds
}
