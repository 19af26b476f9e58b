/**
 * `Tokens` for tests: implementations that load no table and start no thread.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { WorkerCrashed, WorkerPoolError } from "../WorkerPool.ts"
import { Tokens } from "./Tokens.ts"
import {
  InvalidTokensOptions,
  PromptTooLarge,
  TokenizerFailed,
  TokenizerMissing,
  TokensError,
  type TokensErrorReason,
  TokensWorkerFailed,
  UnknownModel
} from "./TokensError.ts"

/**
 * Layer in which so many characters are a token, rounded up, and every count is exact.
 *
 * **Example** (Four characters a token)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Tokens } from "effect-serialization/tokens"
 * import { layerTokensFixed } from "effect-serialization/tokens/testing"
 *
 * const program = Tokens.use((tokens) => tokens.count("nine char"))
 * const { tokens } = await Effect.runPromise(program.pipe(Effect.provide(layerTokensFixed(4))))
 * tokens // => 3
 * ```
 *
 * @category testing
 * @since 0.1.0
 */
export const layerTokensFixed = (charactersPerToken: number): Layer.Layer<Tokens> =>
  Tokens.layerCustom({ count: (text) => Math.ceil(text.length / charactersPerToken), exact: true })

/**
 * Layer in which every call fails, for a reason of your choice or an example of the reason of a name. `estimate` still
 * estimates.
 *
 * @category testing
 * @since 0.1.0
 */
export const layerTokensFailing = (
  reason: TokensErrorReason | TokensErrorReason["_tag"] = "TokenizerMissing"
): Layer.Layer<Tokens> => {
  const error = new TokensError({ reason: typeof reason === "string" ? examples[reason]() : reason })
  return layerWith(Effect.fail(error))
}

/**
 * Layer in which no call ever ends. Calls can be interrupted. `estimate` still estimates.
 *
 * @category testing
 * @since 0.1.0
 */
export const layerTokensHanging: Layer.Layer<Tokens> = Layer.suspend(() => layerWith(Effect.never))

const layerWith = (end: Effect.Effect<never, TokensError>): Layer.Layer<Tokens> =>
  Layer.effect(
    Tokens,
    Effect.map(Effect.provide(Tokens, Tokens.layerEstimate()), ({ estimate, metrics }) =>
      Tokens.of({
        count: () => end,
        countAll: () => end,
        countStream: () => end,
        fits: () => end,
        encode: () => end,
        estimate,
        warm: end,
        metrics
      })
    )
  )

const examples: {
  readonly [Tag in TokensErrorReason["_tag"]]: () => Extract<TokensErrorReason, { _tag: Tag }>
} = {
  UnknownModel: () => new UnknownModel({ model: "some-model" }),
  TokenizerMissing: () =>
    new TokenizerMissing({ encoding: "o200k_base", cause: new Error("Cannot find package 'gpt-tokenizer'") }),
  TokenizerFailed: () => new TokenizerFailed({ cause: new Error("The provider did not answer") }),
  TokensWorkerFailed: () =>
    new TokensWorkerFailed({ cause: new WorkerPoolError({ reason: new WorkerCrashed({ exitCode: 1 }) }) }),
  InvalidTokensOptions: () => new InvalidTokensOptions({ message: "Expected `model` to be a string, but it is 1" }),
  PromptTooLarge: () => new PromptTooLarge({ tokens: 2000, maxTokens: 1000 })
}
