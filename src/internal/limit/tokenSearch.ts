/**
 * The longest beginning of a text that fits into so many tokens, among those that a limit of characters gives.
 *
 * Counts do not grow evenly with the size, so there is no "longest that fits" to be found for certain: sizes are tried,
 * each is counted as it would be returned, and the longest of those that fit wins. What is tried follows from counts
 * alone, so the outcome is the same on every route.
 */
import * as Effect from "effect/Effect"
import type { SerializationError } from "../../SerializationError.ts"
import { type CountedText, safeTokens, type TokenMeter } from "./tokenMeter.ts"

/** A shortened text, and what it comes to. */
export interface Fitting {
  readonly text: string
  readonly count: CountedText
}

/** What a search has come to. */
export interface Found {
  readonly best: Fitting | undefined
  /** Texts that were made. */
  readonly tries: number
}

/** Gives the text that is shortened to a size, or undefined where it cannot be so short. */
export type Shortened = (size: number) => Effect.Effect<string | undefined, SerializationError>

export interface SearchRule {
  /** The first size, in code units. */
  readonly first: number
  /** What the next size is aimed at, of the limit. */
  readonly aim: number
  /** The share of the limit that is good enough. */
  readonly enough: number
  readonly tries: number
}

/** For beginnings: three code units a token are few, so the first try mostly fits. */
export const prefixRule = (maxTokens: number): SearchRule => ({
  first: 3 * maxTokens,
  aim: 0.998,
  enough: 0.995,
  tries: 8
})

/** For texts that show something of everything. What is shown grows in leaps, so less of the limit is asked for. */
export const shapeRule = (maxTokens: number): SearchRule => ({
  first: Math.floor(3.2 * maxTokens),
  aim: 0.985,
  enough: 0.97,
  tries: 7
})

/** `tooLarge` is a size that is known not to fit, or `Infinity`. */
export const searchTokens = Effect.fnUntraced(function* (
  meter: TokenMeter,
  shortened: Shortened,
  rule: SearchRule,
  tooLarge: number
): Effect.fn.Return<Found, SerializationError> {
  const { maxTokens } = meter
  let low = 0
  let high = tooLarge
  let size = Math.min(rule.first, high - 1)
  let best: Fitting | undefined
  let tries = 0
  while (tries < rule.tries && size > low && size < high) {
    tries++
    const text = yield* shortened(size)
    const count = text === undefined ? undefined : yield* meter.count(text)
    if (count === undefined || safeTokens(count) <= maxTokens) {
      low = size
      if (count !== undefined && (best === undefined || text!.length > best.text.length)) best = { text: text!, count }
      if (count !== undefined && safeTokens(count) >= rule.enough * maxTokens) break
    } else {
      high = size
    }
    const tokens = count === undefined ? 0 : safeTokens(count)
    size = nextSize(Math.floor((size * maxTokens * rule.aim) / tokens), low, high)
  }
  return { best, tries }
})

// Where the aim leaves the sizes between those tried: the middle of them, or twice the largest.
const nextSize = (aimed: number, low: number, high: number): number => {
  if (aimed > low && aimed < high) return aimed
  return high === Infinity ? Math.max(1, low * 2) : Math.floor((low + high) / 2)
}
