/**
 * What the core loads when a call first asks for `maxTokens`.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { TokensOptions } from "../../internal/options/tokenOptions.ts"
import { type Countable, type Counters, countersOf } from "./counters.ts"
import { makeThreaded } from "./layers.ts"
import { invalidTokensOptions, tokensSettings } from "./settings.ts"

/** A `Tokens` as the core uses it. */
export interface OpenTokens {
  readonly counters: Counters
  readonly count: Countable["count"]
}

/** The `Tokens` that the program has provided, or one that lives as long as the scope. */
export const openTokens = Effect.fnUntraced(function* (
  given: Countable | undefined,
  options: TokensOptions | undefined
): Effect.fn.Return<OpenTokens, never, Scope.Scope> {
  if (given !== undefined) return open(given)
  const settings = tokensSettings(options)
  if (typeof settings !== "string") return open(yield* makeThreaded(settings))
  const refused = Effect.fail(invalidTokensOptions(settings))
  return { counters: () => refused, count: () => refused }
})

const open = (service: Countable): OpenTokens => ({
  counters: countersOf(service),
  count: (text, options) => service.count(text, options)
})
