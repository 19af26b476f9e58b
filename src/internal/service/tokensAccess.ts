/**
 * Who counts tokens for a layer: the `Tokens` that it was given, or one of its own, made at the first call that needs it.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { TokensError } from "../errors/tokensError.ts"
import type { TokenCounter } from "../limit/tokenMeter.ts"
import type { TokenCount, TokensCallOptions, TokensOptions } from "../options/tokenOptions.ts"

export interface TokensAccess {
  /** Gives what counts for a model. */
  counter(model: string | undefined): Effect.Effect<TokenCounter, TokensError>
  /** Counts a text. */
  count(text: string, options: TokensCallOptions | undefined): Effect.Effect<TokenCount, TokensError>
}

const accesses = new WeakMap<object, TokensAccess>()

/** Says who counts for a service. */
export const registerAccess = (service: object, access: TokensAccess): void => void accesses.set(service, access)

/** Who counts for a service of this library; undefined for one that a program has made by hand. */
export const accessOf = (service: object): TokensAccess | undefined => accesses.get(service)

// Known by its name, so that nothing of it is loaded before it is needed.
const key = "effect-serialization/Tokens"

export const makeTokensAccess = Effect.fnUntraced(function* (
  options: TokensOptions | undefined
): Effect.fn.Return<TokensAccess, never, Scope.Scope> {
  const context = yield* Effect.context<Scope.Scope>()
  const given = context.mapUnsafe.get(key)
  const open = Effect.gen(function* () {
    // oxlint-disable-next-line eslint/no-restricted-imports -- the one domain that the core loads, when a call asks for tokens
    const { openTokens } = yield* Effect.promise(() => import("../../tokens/internal/openTokens.ts"))
    return yield* openTokens(given, options)
  })
  const opened = yield* Effect.cached(Effect.uninterruptible(Effect.provideContext(open, context)))
  return {
    counter: (model) => Effect.flatMap(opened, ({ counters }) => counters(model)),
    count: (text, options) => Effect.flatMap(opened, ({ count }) => count(text, options))
  }
})
