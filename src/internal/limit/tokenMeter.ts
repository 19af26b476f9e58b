/**
 * What limits in tokens need of whoever counts them.
 */
import type * as Effect from "effect/Effect"
import type { SerializationError } from "../../SerializationError.ts"
import type { TokensError } from "../errors/tokensError.ts"

/** The tokens of a text. */
export interface CountedText {
  readonly tokens: number
  readonly exact: boolean
  /** Some of it was estimated because threads failed: it may be low. */
  readonly isEstimated: boolean
}

/** A count of a text that comes in parts. */
export interface RunningCount {
  add(part: string | Uint8Array): Effect.Effect<void, TokensError>
  /** Tokens of what is counted for certain. */
  readonly soFar: number
  readonly end: Effect.Effect<CountedText, TokensError>
}

/** Counts for one model. */
export interface TokenCounter {
  /** A text has at most so many tokens for each byte of UTF-8; undefined where nothing is known of that. */
  readonly perByte: number | undefined
  count(text: string): Effect.Effect<CountedText, TokensError>
  /** Begins a count of a text that is of no more use once it has more than so many tokens. */
  start(maxTokens: number): RunningCount
}

/** A limit, and what measures texts by it. */
export interface TokenMeter {
  readonly maxTokens: number
  /** A text of so many bytes of UTF-8 is within the limit for certain; undefined where nothing is known of that. */
  readonly certainBytes: number | undefined
  count(text: string): Effect.Effect<CountedText, SerializationError>
}

/** What the last word of a text may come to more than the same word with its end: a run is cut after 512 code units. */
export const openEnd = 1536

/** Code units that come to more than so many tokens, whatever follows, but where tokens are very long. */
export const passingLength = (maxTokens: number): number => 6 * (maxTokens + openEnd)

/** What estimated tokens may be low by, when a limit has to hold. */
export const margin = 1.15

/** The tokens that a limit has to have room for. */
export const safeTokens = ({ isEstimated, tokens }: CountedText): number =>
  isEstimated ? Math.ceil(tokens * margin) : tokens
