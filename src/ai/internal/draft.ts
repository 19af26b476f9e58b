/**
 * A prompt that is made to fit: what each message comes to, which results were shortened or cleared, which messages are
 * gone.
 */
import * as Prompt from "effect/ai/Prompt"
import type { TokenCount } from "../../tokens/Tokens.ts"
import type { PromptChange } from "./options.ts"
import { isResult, partsOf } from "./messageTexts.ts"
import { limitedTokens, type MessageCount } from "./countMessages.ts"

/** A tool result in a draft. */
export class ResultSlot {
  readonly message: number
  readonly part: Prompt.ToolResultPart
  /** What it came to. */
  readonly before: number
  /** What it comes to. */
  tokens: number
  change: { readonly kind: "shortened" | "cleared"; readonly text: string } | undefined

  constructor(message: number, part: Prompt.ToolResultPart, tokens: number) {
    this.message = message
    this.part = part
    this.before = tokens
    this.tokens = tokens
  }

  /** The result as it goes into the prompt. */
  get output(): Prompt.ToolResultPart {
    const { change, part } = this
    return change === undefined ? part : { ...part, modelOutput: [Prompt.textPart({ text: change.text })] }
  }
}

export class Draft {
  readonly messages: ReadonlyArray<Prompt.Message>
  readonly slots: ReadonlyArray<ResultSlot>
  total = 0
  /** Whether all that was counted, and may be in the prompt, was counted exactly. */
  isExact: boolean
  private readonly totals: ReadonlyArray<number>
  private readonly dropped = new Set<number>()
  private readonly slotsByMessage: ReadonlyMap<number, ReadonlyArray<ResultSlot>>

  constructor(
    messages: ReadonlyArray<Prompt.Message>,
    counts: ReadonlyArray<MessageCount>,
    totals: ReadonlyArray<number>
  ) {
    this.messages = messages
    this.totals = totals
    this.slots = messages.flatMap((message, i) =>
      partsOf(message)
        .filter(isResult)
        .map((part, j) => new ResultSlot(i, part, counts[i]!.results[j]!))
    )
    this.slotsByMessage = Map.groupBy(this.slots, ({ message }) => message)
    for (const total of totals) this.total += total
    this.isExact = counts.every(({ exact }) => exact)
  }

  /** Puts a text in the place of a result, if that makes it smaller. */
  replace(slot: ResultSlot, kind: "shortened" | "cleared", text: string, count: TokenCount): void {
    const tokens = limitedTokens(count)
    if (tokens >= slot.tokens) return
    this.isExact &&= count.exact
    this.total -= slot.tokens - tokens
    slot.tokens = tokens
    slot.change = { kind, text }
  }

  /** Takes messages out. */
  drop(indexes: ReadonlyArray<number>): void {
    for (const index of indexes) {
      this.dropped.add(index)
      this.total -= this.totals[index]!
      for (const { before, tokens } of this.slotsOf(index)) this.total += before - tokens
    }
  }

  /** The prompt as it is now. Messages that were not changed are the very same. */
  get prompt(): Prompt.Prompt {
    const outputs = new Map(
      this.slots.filter(({ change }) => change !== undefined).map((slot) => [slot.part, slot.output])
    )
    const changed = new Set(this.slots.filter(({ change }) => change !== undefined).map(({ message }) => message))
    return Prompt.fromMessages(
      this.messages.flatMap((message, i) => {
        if (this.dropped.has(i)) return []
        return changed.has(i) ? [withOutputs(message, outputs)] : [message]
      })
    )
  }

  /** What was done, in the order of the messages. */
  get changes(): ReadonlyArray<PromptChange> {
    return this.messages.flatMap((_, message): ReadonlyArray<PromptChange> => {
      if (this.dropped.has(message)) {
        return [{ kind: "dropped", message, toolCallId: undefined, before: this.totals[message]!, after: 0 }]
      }
      return this.slotsOf(message).flatMap(({ before, change, part, tokens }) =>
        change === undefined ? [] : [{ kind: change.kind, message, toolCallId: part.id, before, after: tokens }]
      )
    })
  }

  private slotsOf(message: number): ReadonlyArray<ResultSlot> {
    return this.slotsByMessage.get(message) ?? []
  }
}

const withOutputs = (
  message: Prompt.Message,
  outputs: ReadonlyMap<Prompt.ToolResultPart, Prompt.ToolResultPart>
): Prompt.Message => {
  const outputOf = <A extends Prompt.Part>(part: A): A => (isResult(part) ? ((outputs.get(part) ?? part) as A) : part)
  if (message.role === "tool") return { ...message, content: message.content.map(outputOf) }
  return message.role === "assistant" ? { ...message, content: message.content.map(outputOf) } : message
}
