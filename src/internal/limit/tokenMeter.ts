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
  start(): RunningCount
}

/** A limit, and what measures texts by it. */
export interface TokenMeter {
  readonly maxTokens: number
  /** A text of so many bytes of UTF-8 is within the limit for certain; undefined where nothing is known of that. */
  readonly certainBytes: number | undefined
  count(text: string): Effect.Effect<CountedText, SerializationError>
}

/** What estimated tokens may be low by, when a limit has to hold. */
const margin = 1.15

/** The tokens that a limit has to have room for. */
export const safeTokens = ({ isEstimated, tokens }: CountedText): number =>
  isEstimated ? Math.ceil(tokens * margin) : tokens
