/**
 * Tokens of texts: counts off the event loop, and estimates.
 *
 * @since 0.1.0
 */
export { countTokensAsync, type CountTokensOptions, estimateTokens, shutdownTokens } from "./Async.ts"
export {
  type CustomTokenizer,
  type Encoding,
  type ModelRule,
  type TokenCount,
  Tokens,
  type TokensCallOptions,
  type TokensMetrics,
  type TokensOptions
} from "./Tokens.ts"
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
} from "./TokensError.ts"
