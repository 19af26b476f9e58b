/**
 * Counting as effects: the face of `Tokens`, over tables on threads or over the estimator alone.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { CountedText, RunningCount, TokenCounter } from "../../internal/limit/tokenMeter.ts"
import { withSpanIfTraced } from "../../internal/telemetry/spanIfTraced.ts"
import { realTimers } from "../../internal/turns/realTimers.ts"
import { TokensError, UnknownModel } from "../TokensError.ts"
import { coefficients } from "./coefficients.ts"
import { countTogether, countWhole, encodeWhole, fitsEstimate, fitsTable, multiplied } from "./counts.ts"
import { registerCounter } from "./counters.ts"
import { estimateTokens } from "./estimate.ts"
import { countedText, markFallback } from "./fallbacks.ts"
import type { Counting } from "./models.ts"
import { type CallDefaults, checkLimit, checkText, checkTexts, countingOfCall, estimatingOfCall } from "./settings.ts"
import type { TokensStats } from "./stats.ts"
import type { Table } from "./table.ts"
import { EstimatedCount, type RawCount, TableCount, type TextCount } from "./textCount.ts"
import type { Encoding, TokenCount, TokensCallOptions, TokensMetrics } from "../../internal/options/tokenOptions.ts"
import { Utf8 } from "./utf8.ts"

export interface TokensService {
  count(text: string, options?: TokensCallOptions): Effect.Effect<TokenCount, TokensError>
  countAll(
    texts: ReadonlyArray<string>,
    options?: TokensCallOptions
  ): Effect.Effect<ReadonlyArray<TokenCount>, TokensError>
  countStream<E, R>(
    text: Stream.Stream<string | Uint8Array, E, R>,
    options?: TokensCallOptions
  ): Effect.Effect<TokenCount, E | TokensError, R>
  fits(text: string, limit: number, options?: TokensCallOptions): Effect.Effect<boolean, TokensError>
  encode(text: string, options?: TokensCallOptions): Effect.Effect<Array<number>, TokensError>
  estimate(text: string, options?: TokensCallOptions): number
  readonly warm: Effect.Effect<void, TokensError>
  readonly metrics: Effect.Effect<TokensMetrics>
}

/** What a service is made of. */
export interface Parts {
  readonly defaults: CallDefaults
  /** The tables, or undefined where all is estimated. */
  readonly tables: ((encoding: Encoding) => Table) | undefined
  readonly stats: TokensStats
  readonly threads: Effect.Effect<number>
}

export const makeService = ({ defaults, stats, tables, threads }: Parts): TokensService => {
  const tableOf = ({ encoding }: Counting): Table | undefined =>
    tables === undefined || encoding === undefined ? undefined : tables(encoding)

  const begin = (counting: Counting): TextCount => {
    const table = tableOf(counting)
    const own = coefficients[counting.coefficients]
    return table === undefined ? new EstimatedCount(own) : new TableCount(table, own)
  }

  const countText = (text: string, counting: Counting): Effect.Effect<RawCount, TokensError> => {
    const table = tableOf(counting)
    const own = coefficients[counting.coefficients]
    if (table !== undefined) return countWhole(table, own, text)
    const count = new EstimatedCount(own)
    return Effect.andThen(count.add(text), count.end)
  }

  const countTexts = (texts: ReadonlyArray<string>, counting: Counting) => {
    const table = tableOf(counting)
    return table === undefined
      ? Effect.forEach(texts, (text) => countText(text, counting))
      : countTogether(table, coefficients[counting.coefficients], texts)
  }

  const resultOf = (raw: RawCount, counting: Counting): TokenCount => {
    const isEstimate = tableOf(counting) === undefined || raw.fallback !== undefined
    const count: TokenCount = {
      tokens: multiplied(raw.tokens, counting.factor),
      exact: raw.exact && counting.factor === 1,
      encoding: isEstimate ? "estimate" : counting.encoding!
    }
    stats.counted(count, raw.bytes)
    if (raw.fallback !== undefined) {
      stats.fallbacks++
      markFallback(count)
    }
    return count
  }

  const call = callOf(defaults, stats)

  const counter = (model: string | undefined): Effect.Effect<TokenCounter, TokensError> => {
    const counting = countingOfCall(defaults, { model })
    if (counting instanceof TokensError) return Effect.fail(counting)
    const counted = (raw: RawCount): CountedText => countedText(resultOf(raw, counting))
    return Effect.succeed({
      perByte: tableOf(counting) === undefined ? undefined : counting.factor,
      count: (text) => call({ model }, undefined, () => Effect.map(countText(text, counting), counted)),
      start: () => running(begin(counting), counting, counted)
    })
  }

  const service: TokensService = {
    count: (text, options) =>
      withSpanIfTraced(
        call(options, checkText(text), (counting) =>
          Effect.map(countText(text, counting), (raw) => resultOf(raw, counting))
        ),
        "Tokens.count"
      ),
    countAll: (texts, options) =>
      call(options, checkTexts(texts), (counting) =>
        Effect.map(countTexts(texts, counting), (counts) => counts.map((raw) => resultOf(raw, counting)))
      ),
    countStream: (text, options) =>
      call(options, undefined, (counting) => {
        const count = begin(counting)
        const utf8 = new Utf8()
        const added = Stream.runForEach(text, (chunk) =>
          Effect.forEach(utf8.push(chunk), (part) => count.add(part), { discard: true })
        )
        const ended = Effect.suspend(() => Effect.andThen(count.add(utf8.end()), count.end))
        return Effect.map(Effect.andThen(added, ended), (raw) => resultOf(raw, counting))
      }),
    fits: (text, limit, options) =>
      call(options, checkText(text) ?? checkLimit(limit), (counting) => {
        const table = tableOf(counting)
        const own = coefficients[counting.coefficients]
        return table === undefined
          ? fitsEstimate(own, text, limit, counting.factor)
          : fitsTable(table, own, text, limit, counting.factor)
      }),
    encode: (text, options) =>
      call(options, checkText(text), (counting) => {
        const table = tableOf(counting)
        return table === undefined
          ? Effect.fail(
              new TokensError({ reason: new UnknownModel({ model: options?.model ?? defaults.model ?? "" }) })
            )
          : encodeWhole(table, text)
      }),
    estimate: (text, options) => estimate(text, estimatingOfCall(defaults, options)),
    warm: call(undefined, undefined, (counting) => tableOf(counting)?.load ?? Effect.void),
    metrics: Effect.map(threads, (threads) => stats.snapshot(threads))
  }
  registerCounter(service, counter)
  return service
}

const running = (count: TextCount, { factor }: Counting, counted: (raw: RawCount) => CountedText): RunningCount => {
  const utf8 = new Utf8()
  return {
    add: (part) => Effect.forEach(utf8.push(part), (text) => count.add(text), { discard: true }),
    get soFar() {
      return multiplied(count.soFar, factor)
    },
    end: Effect.suspend(() => Effect.map(Effect.andThen(count.add(utf8.end()), count.end), counted))
  }
}

/** Makes calls of a layer: checked, timed and counted. Those that their caller stops are not counted. */
export const callOf =
  (defaults: CallDefaults, stats: TokensStats) =>
  <A, E, R>(
    options: TokensCallOptions | undefined,
    refusal: TokensError | undefined,
    run: (counting: Counting) => Effect.Effect<A, E | TokensError, R>
  ): Effect.Effect<A, E | TokensError, R> =>
    Effect.suspend(() => {
      const began = realTimers.now()
      const counting = refusal ?? countingOfCall(defaults, options)
      return Effect.onExit(counting instanceof TokensError ? Effect.fail(counting) : run(counting), (exit) =>
        Effect.sync(() => {
          if (Exit.isSuccess(exit)) stats.ended(began, undefined)
          else if (!Cause.hasInterruptsOnly(exit.cause)) stats.ended(began, errorOf(exit.cause))
        })
      )
    })

/** An estimate of a whole text, at once. */
export const estimate = (text: string, counting: Counting): number =>
  multiplied(estimateTokens(text, coefficients[counting.coefficients]), counting.factor)

const errorOf = (cause: Cause.Cause<unknown>): TokensError | undefined => {
  const error = cause.reasons.find(Cause.isFailReason)?.error
  return error instanceof TokensError ? error : undefined
}
