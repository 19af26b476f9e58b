/**
 * Sharing a budget: who needs little takes what it needs, the others get the same each.
 */

/** The most that each may have, so that `needs` cut to it come to at most `budget`. `Infinity` where all fit. */
export const equalShare = (needs: ReadonlyArray<number>, budget: number): number => {
  let left = budget
  const sorted = needs.toSorted((a, b) => a - b)
  for (const [i, need] of sorted.entries()) {
    const share = left / (sorted.length - i)
    if (need > share) return Math.max(0, Math.floor(share))
    left -= need
  }
  return Infinity
}
