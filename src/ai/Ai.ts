/**
 * Prompts within a budget, and tool results that a model reads in part, over `effect/ai`.
 *
 * `fitPrompt` brings a conversation under a limit: old tool results are shortened, then cleared, then the oldest rounds
 * go. It tokenizes only what it has not seen, and leaves the history alone while it fits, so that a provider's cache of
 * prompts stays of use. `shapeToolkit` gives large tool results a shorter form for the model.
 *
 * **Example** (A history within a budget)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Prompt } from "effect/ai"
 * import { SerializationLive } from "effect-serialization"
 * import { fitPrompt } from "effect-serialization/ai"
 * import { Tokens } from "effect-serialization/tokens"
 *
 * const history = Prompt.make([
 *   { role: "system", content: "You are brief." },
 *   { role: "user", content: "One ".repeat(400) },
 *   { role: "assistant", content: "Yes." },
 *   { role: "user", content: "And now?" }
 * ])
 *
 * const program = fitPrompt(history, { maxTokens: 100, keepLast: 1 })
 * const live = Layer.merge(SerializationLive, Tokens.layer())
 * const { prompt } = await Effect.runPromise(program.pipe(Effect.provide(live)))
 * prompt.content.map((message) => message.role) // => ["system", "user"]
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Prompt from "effect/ai/Prompt"
import * as Tokenizer from "effect/ai/Tokenizer"
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import { layerSliced } from "../Layer.ts"
import { Serialization } from "../Serialization.ts"
import type { SerializationError } from "../SerializationError.ts"
import { type TokenCount, Tokens } from "../tokens/Tokens.ts"
import { InvalidTokensOptions, TokensError } from "../tokens/TokensError.ts"
import { countedTokens, countMessages, totalOf } from "./internal/countMessages.ts"
import { fit } from "./internal/fit.ts"
import { type CountPromptOptions, type FitPromptOptions, fitSettings, type FittedPrompt } from "./internal/options.ts"
import { type ShapeToolkitOptions, wrapToolkit } from "./internal/shapeToolkit.ts"
import { makeTokenizer } from "./internal/tokenizer.ts"

export type { CountPromptOptions, FitPromptOptions, FittedPrompt, PromptChange } from "./internal/options.ts"
export type { ShapeToolkitOptions } from "./internal/shapeToolkit.ts"

/**
 * Layer of Effect's `Tokenizer` over `Tokens`.
 *
 * **Details**
 *
 * `tokenize` gives the ids of all texts of a prompt. `truncate` keeps the system messages and the newest whole rounds
 * (a user message up to the next) that fit beside them, each counted once. Failures are an `AiError` of kind
 * `UnknownError`, which says what has failed.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerTokenizer: Layer.Layer<Tokenizer.Tokenizer, never, Tokens> = Layer.effect(
  Tokenizer.Tokenizer,
  Effect.gen(function* () {
    const tokens = yield* Tokens
    const { serialize } = yield* Serialization
    return Tokenizer.Tokenizer.of(makeTokenizer({ tokens, serialize, model: undefined }))
  })
).pipe(Layer.provide(layerSliced({ name: "tokenizer" })))

/**
 * Layer of `Tokens` over a `Tokenizer` of Effect's: a text has as many tokens as it gives ids. What it fails with is
 * the cause of a `TokenizerFailed`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerFromTokenizer: Layer.Layer<Tokens, never, Tokenizer.Tokenizer> = Layer.unwrap(
  Effect.map(Tokenizer.Tokenizer, ({ tokenize }) =>
    Tokens.layerCustom({ count: (text) => Effect.map(tokenize(text), ({ length }) => length) })
  )
)

const countingOf = (model: string | undefined) =>
  Effect.gen(function* () {
    const tokens = yield* Tokens
    const { serialize } = yield* Serialization
    return { tokens, serialize, model }
  })

const settingsOf = (options: FitPromptOptions) =>
  Effect.suspend(() => {
    const settings = fitSettings(options)
    return typeof settings === "string"
      ? Effect.fail(new TokensError({ reason: new InvalidTokensOptions({ message: settings }) }))
      : Effect.succeed(settings)
  })

/**
 * Counts the tokens of a prompt: its texts and reasoning, the names and parameters of calls, and of results what the
 * model reads; besides `messageTokens` for each message and `fileTokens` for each file.
 *
 * **Details**
 *
 * All texts go to the thread in one trip. A message that was counted before, for the same model, is not counted again,
 * so a growing history costs what is new in it. What was estimated because threads failed is counted the next time.
 *
 * @category counting
 * @since 0.1.0
 */
export const countPrompt: (
  prompt: Prompt.RawInput,
  options?: CountPromptOptions
) => Effect.Effect<TokenCount, TokensError | SerializationError, Tokens | Serialization> = Effect.fnUntraced(
  function* (prompt, options) {
    const { frame, model } = yield* settingsOf({ ...options, maxTokens: Infinity })
    const counts = yield* countMessages(Prompt.make(prompt).content, yield* countingOf(model), countedTokens)
    const inexact = counts.find(({ exact }) => !exact)
    const encoding = (inexact ?? counts.find(({ encoding }) => encoding !== undefined))?.encoding ?? "o200k_base"
    const tokens = counts.reduce((sum, count) => sum + totalOf(count, frame), 0)
    return { tokens, exact: inexact === undefined, encoding }
  }
)

/**
 * Brings a prompt within `maxTokens`. A prompt that fits comes back as it was.
 *
 * **Details**
 *
 * Over the limit it is brought down to `target`, oldest first and only as far as needed: results over `resultTokens`
 * get a `modelOutput` of that size (`result` stays, for the program); then results are cleared,
 * `[result of NAME cleared]`; then whole rounds are dropped, calls and results together. System messages are never
 * touched, nor the last `keepLast` messages, nor what those results answer to. If it is still over `maxTokens`, the
 * results among the last ones share what is left, small ones whole. Then it fails with `PromptTooLarge`.
 *
 * Messages that were not changed are the very same objects. Fitting twice changes nothing.
 *
 * @category fitting
 * @since 0.1.0
 */
export const fitPrompt = (
  prompt: Prompt.RawInput,
  options: FitPromptOptions
): Effect.Effect<FittedPrompt, TokensError | SerializationError, Tokens | Serialization> =>
  Effect.gen(function* () {
    const settings = yield* settingsOf(options)
    return yield* fit(Prompt.make(prompt), settings, yield* countingOf(settings.model))
  }).pipe(Effect.withSpan("Ai.fitPrompt"))

/**
 * Wraps a toolkit, so that the model reads results over `maxTokens` in a shorter form: they get a `modelOutput`, made
 * by `shape`.
 *
 * **Details**
 *
 * That goes for the final results of calls that have succeeded, of the tools in `only`, unless they have a
 * `modelOutput` already. A result that cannot be shortened (it has a cycle, say) is left out,
 * `[result of NAME omitted: REASON]`, with a warning. A text comes without the quotes of JSON, and is counted so; it
 * keeps them where only with them it is known to fit. The program still gets the whole result.
 *
 * @category fitting
 * @since 0.1.0
 */
export const shapeToolkit = <Tools extends Record<string, Tool.Any>>(
  handler: Toolkit.WithHandler<Tools>,
  options: ShapeToolkitOptions
): Effect.Effect<Toolkit.WithHandler<Tools>, never, Serialization> =>
  Effect.map(Serialization, (serialization) => wrapToolkit(handler, options, serialization))
