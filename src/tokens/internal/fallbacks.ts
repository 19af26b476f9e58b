/**
 * Counts of which something was estimated because threads failed: they may be low where a limit has to hold.
 */
import type { CountedText } from "../../internal/limit/tokenMeter.ts"
import type { TokenCount } from "../../internal/options/tokenOptions.ts"

// A count says "estimate" also where estimates are what was asked for. Those are taken as they are.
const fallbacks = new WeakSet<TokenCount>()

/** Says so of a count. */
export const markFallback = (count: TokenCount): void => void fallbacks.add(count)

export const isFallback = (count: TokenCount): boolean => fallbacks.has(count)

/** A count as limits are kept by it. */
export const countedText = (count: TokenCount): CountedText => ({
  tokens: count.tokens,
  exact: count.exact,
  isEstimated: isFallback(count)
})
