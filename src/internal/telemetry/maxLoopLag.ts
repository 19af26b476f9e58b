/**
 * The longest lag of this thread's event loop, if a monitor runs. It is for the snapshot of a layer, which knows
 * nothing of monitors.
 */
const monitors = new Set<() => number>()

/** Adds a monitor, by how its maximum since start is read (ms). Returns how to take it away. */
export const addMonitor = (read: () => number): (() => void) => {
  monitors.add(read)
  return () => void monitors.delete(read)
}

export const maxEventLoopLag = (): number | undefined => {
  let max: number | undefined = undefined
  for (const read of monitors) max = Math.max(max ?? 0, read())
  return max
}
