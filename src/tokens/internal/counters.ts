/**
 * What the core asks of a `Tokens` when it keeps to `maxTokens`.
 */
import * as Effect from "effect/Effect"
import type { RunningCount, TokenCounter } from "../../internal/limit/tokenMeter.ts"
import type { TokenCount, TokensCallOptions } from "../../internal/options/tokenOptions.ts"
import type { TokensError } from "../TokensError.ts"
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
  const countText = (text: string) =>
    Effect.map(count(text, { model }), ({ exact, tokens }) => ({ tokens, exact, isEstimated: false }))
  return { perByte: undefined, count: countText, start: () => collecting(countText) }
}

const collecting = (count: TokenCounter["count"]): RunningCount => {
  const utf8 = new Utf8()
  const parts: Array<string> = []
  return {
    add: (part) => Effect.sync(() => void parts.push(...utf8.push(part))),
    soFar: 0,
    end: Effect.suspend(() => count(parts.join("") + utf8.end()))
  }
}
