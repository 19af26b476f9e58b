/**
 * Counting with a tokenizer of the caller's, which is given whole texts: nothing is known of how its counts add up.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { isWhole } from "../../internal/options/validators.ts"
import { describeValue } from "../../internal/value/describeValue.ts"
import { TokenizerFailed, TokensError, UnknownModel } from "../TokensError.ts"
import { makeStats } from "./layers.ts"
import { counterOver, registerCounter } from "./counters.ts"
import { multiplied } from "./counts.ts"
import { callOf, estimate, type TokensService } from "./service.ts"
import { checkLimit, checkText, checkTexts, estimatingOfCall } from "./settings.ts"
import type { TokenCount, TokensCallOptions } from "../../internal/options/tokenOptions.ts"
import { Utf8 } from "./utf8.ts"

/**
 * A tokenizer of the caller's, for `Tokens.layerCustom`.
 *
 * @category models
 * @since 0.1.0
 */
export interface CustomTokenizer {
  /** The tokens of a text. It may fail, or throw: calls then fail with `TokenizerFailed`. */
  readonly count: (text: string) => number | Effect.Effect<number, unknown>
  /** Whether its counts are the model's. Default `false`. */
  readonly exact?: boolean | undefined
  /** Tells the metrics of two layers apart. Default `"default"`. */
  readonly name?: string | undefined
}

const defaults = { model: undefined, encoding: undefined, models: [] }

export const makeCustom = Effect.fnUntraced(function* ({
  count,
  exact = false,
  name = "default"
}: CustomTokenizer): Effect.fn.Return<TokensService, never, Scope.Scope> {
  const stats = yield* makeStats(name, () => 0)

  const tokensOf = (text: string): Effect.Effect<number, TokensError> =>
    Effect.try({ try: () => count(text), catch: failed }).pipe(
      Effect.flatMap((counted) =>
        Effect.isEffect(counted) ? Effect.mapError(counted, failed) : Effect.succeed(counted)
      ),
      Effect.filterOrFail(
        (tokens) => isWhole(tokens, 0),
        (tokens) => failed(new TypeError(`It counted ${describeValue(tokens)}, not a whole number from 0 up`))
      )
    )

  const countText = (text: string, factor = 1): Effect.Effect<TokenCount, TokensError> =>
    Effect.map(tokensOf(text), (tokens) => {
      const result: TokenCount = {
        tokens: multiplied(tokens, factor),
        exact: exact && factor === 1,
        encoding: "custom"
      }
      stats.counted(result, Buffer.byteLength(text))
      return result
    })

  // A model or an encoding is nothing that a tokenizer of the caller's knows.
  const factorOf = (options: TokensCallOptions | undefined) => (options === undefined ? {} : { factor: options.factor })
  const call = callOf(defaults, stats)

  const service: TokensService = {
    count: (text, options) =>
      Effect.withSpan(
        call(factorOf(options), checkText(text), ({ factor }) => countText(text, factor)),
        "Tokens.count"
      ),
    countAll: (texts, options) =>
      call(factorOf(options), checkTexts(texts), ({ factor }) =>
        Effect.forEach(texts, (text) => countText(text, factor))
      ),
    countStream: (text, options) =>
      call(factorOf(options), undefined, ({ factor }) => {
        const utf8 = new Utf8()
        const parts: Array<string> = []
        const added = Stream.runForEach(text, (chunk) => Effect.sync(() => void parts.push(...utf8.push(chunk))))
        return Effect.andThen(
          added,
          Effect.suspend(() => countText(parts.join("") + utf8.end(), factor))
        )
      }),
    fits: (text, limit, options) =>
      call(factorOf(options), checkText(text) ?? checkLimit(limit), ({ factor }) =>
        Effect.map(countText(text, factor), ({ tokens }) => tokens <= limit)
      ),
    encode: (text, options) =>
      call(factorOf(options), checkText(text), () =>
        Effect.fail(new TokensError({ reason: new UnknownModel({ model: options?.model ?? "custom" }) }))
      ),
    estimate: (text, options) => estimate(text, estimatingOfCall(defaults, options)),
    warm: Effect.void,
    metrics: Effect.sync(() => stats.snapshot(0))
  }
  registerCounter(service, () => Effect.succeed(counterOver(service)))
  return service
})

const failed = (cause: unknown): TokensError => new TokensError({ reason: new TokenizerFailed({ cause }) })
