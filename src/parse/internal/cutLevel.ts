/**
 * Where to cut a piece that was scanned: at the last comma of the outermost level that has one in the second half,
 * because that leaves the largest parts whole, or else at the latest comma of all.
 */
export const cutLevel = (commas: Int32Array, from: number, stop: number, depth: number): number => {
  const middle = (from + stop) >>> 1
  let best = -1
  let latest = -1
  for (let level = 0; level <= depth; level++) {
    const comma = commas[level]!
    if (comma >= middle) return level
    if (comma > latest) {
      latest = comma
      best = level
    }
  }
  return best
}
