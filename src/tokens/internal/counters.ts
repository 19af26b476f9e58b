/**
 * What the core asks of a `Tokens` when it keeps to `maxTokens`.
 */
import * as Effect from "effect/Effect"
import {
  type CountedText,
  openEnd,
  passingLength,
  type RunningCount,
  safeTokens,
  type TokenCounter
} from "../../internal/limit/tokenMeter.ts"
import type { TokenCount, TokensCallOptions } from "../../internal/options/tokenOptions.ts"
import type { TokensError } from "../TokensError.ts"
import { countedText } from "./fallbacks.ts"
import { Utf8 } from "./utf8.ts"

/** What any `Tokens` can do. */
export interface Countable {
  count(text: string, options?: TokensCallOptions): Effect.Effect<TokenCount, TokensError>
}

/** Gives what counts for a model. */
export type Counters = (model: string | undefined) => Effect.Effect<TokenCounter, TokensError>

const counters = new WeakMap<object, Counters>()

/** Says how a service counts for the core. */
export const registerCounter = (service: Countable, of: Counters): void => void counters.set(service, of)

/** How any `Tokens` counts for the core: also one that a program has made by hand. */
export const countersOf = (service: Countable): Counters =>
  counters.get(service) ?? ((model) => Effect.succeed(counterOver(service, model)))

/** Over a service of which nothing is known but that it counts whole texts. */
export const counterOver = ({ count }: Countable, model?: string): TokenCounter => {
  const countText = (text: string) => Effect.map(count(text, { model }), countedText)
  return { perByte: undefined, count: countText, start: (maxTokens) => new Collecting(countText, maxTokens) }
}

/** How much further a text goes before its beginning is counted again. */
const growth = 3

/**
 * Collects a text, since it can only be counted whole. Once it is so long that it must be over the limit, what there is
 * of it is counted; where it is not over, again when there is three times as much. So a text without end costs what the
 * limit costs, and few counts.
 */
class Collecting implements RunningCount {
  soFar = 0
  private readonly count: TokenCounter["count"]
  private readonly utf8 = new Utf8()
  private text = ""
  private next: number
  /** The count of all that there is, where nothing has come since. */
  private counted: CountedText | undefined = undefined

  constructor(count: TokenCounter["count"], maxTokens: number) {
    this.count = count
    this.next = passingLength(maxTokens)
  }

  add(part: string | Uint8Array): Effect.Effect<void, TokensError> {
    return Effect.suspend(() => {
      for (const text of this.utf8.push(part)) this.text += text
      this.counted = undefined
      return this.text.length < this.next ? Effect.void : this.countBeginning
    })
  }

  readonly end: Effect.Effect<CountedText, TokensError> = Effect.suspend(() => {
    const rest = this.utf8.end()
    return rest === "" && this.counted !== undefined ? Effect.succeed(this.counted) : this.count(this.text + rest)
  })

  private readonly countBeginning: Effect.Effect<void, TokensError> = Effect.suspend(() =>
    Effect.map(this.count(this.text), (counted) => {
      this.counted = counted
      this.next = growth * this.text.length
      // Counts need not grow with the text: what goes on may come to a little less.
      this.soFar = Math.max(0, safeTokens(counted) - openEnd)
    })
  )
}
