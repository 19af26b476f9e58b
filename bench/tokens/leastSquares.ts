/**
 * Least squares in which coefficients may have a lower bound: most parts of a text do not make it shorter.
 */

/** One window: how often each part came, and how many tokens it is. */
export interface Row {
  readonly counts: Float64Array
  readonly tokens: number
  readonly weight: number
}

/** Finds the coefficients that make the squares of relative errors smallest, held to `prior` where the rows say little. */
export const fit = (rows: ReadonlyArray<Row>, prior: Float64Array, least: Float64Array, hold: number): Float64Array => {
  const size = prior.length
  const gram = Array.from({ length: size }, () => new Float64Array(size))
  const target = new Float64Array(size)
  for (const { counts, tokens, weight } of rows) {
    const used = [...counts.keys()].filter((i) => counts[i] !== 0)
    for (const i of used) {
      const scaled = (weight * counts[i]!) / (tokens * tokens)
      target[i]! += scaled * tokens
      for (const j of used) gram[i]![j]! += scaled * counts[j]!
    }
  }
  for (let i = 0; i < size; i++) {
    gram[i]![i]! += hold
    target[i]! += hold * prior[i]!
  }
  const found = Float64Array.from(prior)
  for (let round = 0; round < 20_000; round++) {
    let moved = 0
    for (let i = 0; i < size; i++) {
      let rest = target[i]!
      const row = gram[i]!
      for (let j = 0; j < size; j++) if (j !== i) rest -= row[j]! * found[j]!
      const value = Math.max(least[i]!, rest / row[i]!)
      moved = Math.max(moved, Math.abs(value - found[i]!))
      found[i] = value
    }
    if (moved < 1e-7) break
  }
  return found
}
