/**
 * Why tokens could not be counted. The classes are made here, and exported by `tokens/TokensError.ts`, because
 * `SerializationError` holds a `TokensError` as a reason.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { WorkerPoolError } from "../pool/workerPoolError.ts"
import { describeThrown } from "../value/describeValue.ts"

const TypeId = "~effect-serialization/TokensError"

const id = (name: string) => `effect-serialization/TokensError/${name}`

/**
 * No rule says how the tokens of this model are counted, or it has no table to encode with.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnknownModel extends Schema.TaggedError<UnknownModel>(id("UnknownModel"))("UnknownModel", {
  model: Schema.String
}) {
  override get message(): string {
    return `No table of tokens is known for the model "${this.model}". Give its \`encoding\`, a rule in the layer's \`models\`, or the provider's own counter with \`Tokens.layerCustom\``
  }
}

/**
 * The optional package `gpt-tokenizer` is not installed, or failed to load on the tokens thread.
 *
 * @category errors
 * @since 0.1.0
 */
export class TokenizerMissing extends Schema.TaggedError<TokenizerMissing>(id("TokenizerMissing"))("TokenizerMissing", {
  /** The table that was to be loaded. */
  encoding: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The table ${this.encoding} could not be loaded: ${describeThrown(this.cause)}. Run \`npm install gpt-tokenizer@4\`, or estimate with \`Tokens.layerEstimate\``
  }
}

/**
 * The tokenizer failed: that of `Tokens.layerCustom`, or one of Effect's.
 *
 * @category errors
 * @since 0.1.0
 */
export class TokenizerFailed extends Schema.TaggedError<TokenizerFailed>(id("TokenizerFailed"))("TokenizerFailed", {
  /** The very value that it failed with. */
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The tokenizer failed: ${describeThrown(this.cause)}`
  }
}

/**
 * The tokens thread failed, and failed again. Counts fail so only with `fallback: false`: by default the rest of the
 * text is estimated. `encode` and `warm` have nothing to estimate.
 *
 * @category errors
 * @since 0.1.0
 */
export class TokensWorkerFailed extends Schema.TaggedError<TokensWorkerFailed>(id("TokensWorkerFailed"))(
  "TokensWorkerFailed",
  { cause: WorkerPoolError }
) {
  override get message(): string {
    return this.cause.message
  }
}

/**
 * An option is out of range or of the wrong type.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidTokensOptions extends Schema.TaggedError<InvalidTokensOptions>(id("InvalidTokensOptions"))(
  "InvalidTokensOptions",
  { message: Schema.String }
) {}

/**
 * A prompt does not fit, whatever may be shortened and left out of it.
 *
 * @category errors
 * @since 0.1.0
 */
export class PromptTooLarge extends Schema.TaggedError<PromptTooLarge>(id("PromptTooLarge"))("PromptTooLarge", {
  /** The least it comes to. */
  tokens: Schema.Number,
  maxTokens: Schema.Number
}) {
  override get message(): string {
    return `The prompt does not fit into ${this.maxTokens} tokens: what may not be touched comes to ${this.tokens}. Raise \`maxTokens\`, lower \`keepLast\`, or shorten the system messages`
  }
}

/**
 * Why tokens could not be counted.
 *
 * @category errors
 * @since 0.1.0
 */
export type TokensErrorReason =
  | UnknownModel
  | TokenizerMissing
  | TokenizerFailed
  | TokensWorkerFailed
  | InvalidTokensOptions
  | PromptTooLarge

/**
 * Schema of the reasons of a {@link TokensError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const TokensErrorReason: Schema.Union<
  [
    typeof UnknownModel,
    typeof TokenizerMissing,
    typeof TokenizerFailed,
    typeof TokensWorkerFailed,
    typeof InvalidTokensOptions,
    typeof PromptTooLarge
  ]
> = Schema.Union([
  UnknownModel,
  TokenizerMissing,
  TokenizerFailed,
  TokensWorkerFailed,
  InvalidTokensOptions,
  PromptTooLarge
])

/**
 * Tokens could not be counted; `reason` says why.
 *
 * @category errors
 * @since 0.1.0
 */
export class TokensError extends Schema.TaggedError<TokensError>("effect-serialization/TokensError")("TokensError", {
  reason: TokensErrorReason
}) {
  /** Marks this value for {@link isTokensError}. */
  readonly [TypeId] = TypeId

  /** The reason, as the `cause` that JavaScript's own tools print. */
  override readonly cause = this.reason

  override get message(): string {
    return this.reason.message
  }
}

/**
 * Returns `true` if the value is a {@link TokensError}.
 *
 * @category guards
 * @since 0.1.0
 */
export const isTokensError = (u: unknown): u is TokensError => Predicate.hasProperty(u, TypeId)
