/**
 * Why tokens could not be counted, or a text not be made to fit.
 *
 * There is one error, {@link TokensError}, with a tagged `reason`: handle one with `Effect.catchReason`, all with
 * `Effect.catchTag("TokensError", ...)`.
 *
 * **Example** (An estimate where the model is not known)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Tokens } from "effect-serialization/tokens"
 *
 * const count = (text: string, model: string) =>
 *   Tokens.use((tokens) =>
 *     tokens.count(text, { model }).pipe(
 *       Effect.map((count) => count.tokens),
 *       Effect.catchReason("TokensError", "UnknownModel", () => Effect.succeed(tokens.estimate(text)))
 *     )
 *   )
 *
 * await Effect.runPromise(count("Hello, world!", "my-own-model").pipe(Effect.provide(Tokens.layerEstimate()))) // => 4
 * ```
 *
 * @since 0.1.0
 */
export {
  InvalidTokensOptions,
  isTokensError,
  PromptTooLarge,
  TokenizerFailed,
  TokenizerMissing,
  TokensError,
  TokensErrorReason,
  TokensWorkerFailed,
  UnknownModel
} from "../internal/errors/tokensError.ts"
