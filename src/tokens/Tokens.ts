/**
 * Tokens of texts, counted exactly and without blocking the event loop.
 *
 * `Tokens` counts what a model's own tokenizer would give: on a thread of its own, piece by piece, so that 20 MB hold
 * the event loop no longer than a line does. For OpenAI's models that is exact. Other providers publish no tokenizer;
 * there counts are what OpenAI's table gives times a factor, or an estimate, and say so. `estimate` needs no thread and
 * no table.
 *
 * The tokenizer is the optional package `gpt-tokenizer`, loaded on the thread at the first count:
 * `npm install gpt-tokenizer@4`.
 *
 * **Example** (A count, and whether a text fits)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Tokens } from "effect-serialization/tokens"
 *
 * const program = Effect.gen(function* () {
 *   const tokens = yield* Tokens
 *   const { exact, tokens: count } = yield* tokens.count("Hello, world!", { model: "gpt-5" })
 *   return [count, exact, yield* tokens.fits("Hello, world!".repeat(100_000), 1000)]
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.provide(Tokens.layer()))) // => [4, true, false]
 * ```
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { type CustomTokenizer, makeCustom } from "./internal/custom.ts"
import { makeEstimating, makeThreaded } from "./internal/layers.ts"
import { invalidTokensOptions, type TokensSettings, tokensSettings } from "./internal/settings.ts"
import type { TokenCount, TokensCallOptions, TokensMetrics, TokensOptions } from "../internal/options/tokenOptions.ts"
import type { TokensError } from "./TokensError.ts"

export type { CustomTokenizer } from "./internal/custom.ts"
export type {
  Encoding,
  ModelRule,
  TokenCount,
  TokensCallOptions,
  TokensMetrics,
  TokensOptions
} from "../internal/options/tokenOptions.ts"

/**
 * Counts the tokens of texts.
 *
 * **Details**
 *
 * Texts are counted as they are: `<|endoftext|>` as the characters that it is written with, half a surrogate pair as
 * U+FFFD, and no frame of a chat is added. A count is `exact` if it is the reference's, `tiktoken`'s, for the model's
 * table. It is not where a factor or an estimate comes in, where a text holds U+FEFF or U+0085 (the tokenizer takes
 * other characters for white space than the reference), or where a run of more than 512 characters without a place to
 * cut it was cut (a quarter of a percent more at most, mostly nothing).
 *
 * A thread that fails is replaced once. Then the rest of the text is estimated and the count is not exact; with
 * `fallback: false` the call fails with `TokensWorkerFailed`. A call that is interrupted sends nothing more to the
 * thread.
 *
 * **Gotchas**
 *
 * - The first count starts the thread and loads the table, which takes a third of a second. `warm` does that
 *   beforehand.
 * - A text that V8 has not flattened yet (put together by `+=`) is flattened when it is first read, in one go.
 *
 * **Example** (What a stream comes to, counted as it passes)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Tokens } from "effect-serialization/tokens"
 *
 * const program = Tokens.use((tokens) => tokens.countStream(Stream.make("Hello, ", "world!")))
 *
 * const { tokens } = await Effect.runPromise(program.pipe(Effect.provide(Tokens.layer())))
 * tokens // => 4
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Tokens extends Context.Service<
  Tokens,
  {
    /** Counts the tokens of a text. */
    count(text: string, options?: TokensCallOptions): Effect.Effect<TokenCount, TokensError>
    /** Counts each of several texts. Short ones go to the thread together. */
    countAll(
      texts: ReadonlyArray<string>,
      options?: TokensCallOptions
    ): Effect.Effect<ReadonlyArray<TokenCount>, TokensError>
    /** Counts a stream of text or of UTF-8 as it comes. Words, pairs and sequences may be divided between chunks. */
    countStream<E, R>(
      text: Stream.Stream<string | Uint8Array, E, R>,
      options?: TokensCallOptions
    ): Effect.Effect<TokenCount, E | TokensError, R>
    /**
     * Whether a text has no more tokens than `limit`, a whole number from 0 up or `Infinity`. Counts no more of it than
     * that takes: nothing where its length says enough. A tokenizer of the caller's is given all of it.
     */
    fits(text: string, limit: number, options?: TokensCallOptions): Effect.Effect<boolean, TokensError>
    /**
     * The ids of the tokens of a text, in the model's table. Fails with `UnknownModel` where there is none. A factor
     * means nothing here.
     */
    encode(text: string, options?: TokensCallOptions): Effect.Effect<Array<number>, TokensError>
    /**
     * About how many tokens a text has, at once and on the calling thread, at some 50 MB a second. Where the model is
     * not known it estimates for `o200k_base`.
     */
    estimate(text: string, options?: TokensCallOptions): number
    /** Starts the thread and loads the layer's table, so that the first count need not wait for it. */
    readonly warm: Effect.Effect<void, TokensError>
    /** What this layer has done so far. */
    readonly metrics: Effect.Effect<TokensMetrics>
  }
>()("effect-serialization/Tokens") {
  /**
   * Layer that counts on a thread of its own. The thread starts at the first count, ends when it was idle for
   * `idleTimeout`, and never keeps the process alive.
   *
   * **Gotchas**
   *
   * Options out of range are a defect, a `TokensError` with reason `InvalidTokensOptions`, when the layer is built.
   * Every un-nested `Effect.provide` of a layer has a thread of its own, with 60 MB for each table that it was asked
   * for: provide it once.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layer = (options?: TokensOptions): Layer.Layer<Tokens> =>
    Layer.effect(Tokens, Effect.flatMap(checked(options), makeThreaded))

  /**
   * Layer whose options are read from the environment, or wherever the `ConfigProvider` looks: `TOKENS_MODEL`,
   * `TOKENS_ENCODING`, `TOKENS_IDLE_TIMEOUT` and `TOKENS_FALLBACK`, each optional.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layerConfig = (
    options: Config.Wrap<TokensOptions> = config
  ): Layer.Layer<Tokens, Config.ConfigError> =>
    Layer.unwrap(Effect.map(Config.unwrap(options), (options) => Tokens.layer(options)))

  /**
   * Layer that estimates everything, on the calling thread, in turns: never a table or a thread. No count is exact.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layerEstimate = (
    options?: Pick<TokensOptions, "model" | "encoding" | "models" | "name">
  ): Layer.Layer<Tokens> => Layer.effect(Tokens, Effect.flatMap(checked(options), makeEstimating))

  /**
   * Layer over a tokenizer of the caller's, a provider's own counter for example. It is given whole texts.
   *
   * **Details**
   *
   * `factor` multiplies its counts as it does others; `model` and `encoding` mean nothing to it. `encode` fails with
   * `UnknownModel`.
   *
   * **Example** (A counter of another kind)
   *
   * ```ts
   * import { Effect } from "effect"
   * import { Tokens } from "effect-serialization/tokens"
   *
   * const words = Tokens.layerCustom({ count: (text) => text.split(" ").length })
   *
   * const program = Tokens.use((tokens) => tokens.count("to be or not to be"))
   * const { encoding, tokens } = await Effect.runPromise(program.pipe(Effect.provide(words)))
   * tokens // => 6
   * encoding // => "custom"
   * ```
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layerCustom = (tokenizer: CustomTokenizer): Layer.Layer<Tokens> =>
    Layer.effect(Tokens, makeCustom(tokenizer))
}

const { Boolean, Duration, Literals, String: Text } = Config

const optional = <A>(self: Config.Config<A>): Config.Config<A | undefined> => Config.withDefault(self, undefined)

/**
 * The options of a layer in the environment, as `Tokens.layerConfig` reads them.
 *
 * @category config
 * @since 0.1.0
 */
export const config: Config.Wrap<TokensOptions> = {
  model: optional(Text("TOKENS_MODEL")),
  encoding: optional(Literals(["o200k_base", "o200k_harmony", "cl100k_base"], "TOKENS_ENCODING")),
  idleTimeout: optional(Duration("TOKENS_IDLE_TIMEOUT")),
  fallback: optional(Boolean("TOKENS_FALLBACK"))
}

const checked = (options: TokensOptions | undefined): Effect.Effect<TokensSettings> =>
  Effect.suspend(() => {
    const settings = tokensSettings(options)
    return typeof settings === "string" ? Effect.die(invalidTokensOptions(settings)) : Effect.succeed(settings)
  })
