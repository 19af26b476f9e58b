/**
 * Whether what concurrent callers have seen can be explained by a thing that does one after the other.
 *
 * Each operation takes effect at some moment between its call and its return. The search tries the orders that this
 * allows, until one explains every result.
 */

/** One operation: `State` before it, and what it is after it, or `undefined` if its result cannot be explained then. */
export interface Operation<State> {
  readonly what: string
  /** When it was called and when it returned, on a counter that all callers share. */
  readonly called: number
  readonly returned: number
  readonly apply: (state: State) => State | undefined
}

/** Whether there is an order. `keyOf` tells states apart. At most 31 operations. */
export const isLinearizable = <State>(
  operations: ReadonlyArray<Operation<State>>,
  initial: State,
  keyOf: (state: State) => string
): boolean => {
  const all = 2 ** operations.length - 1
  const failed = new Set<string>()
  const search = (done: number, state: State): boolean => {
    if (done === all) return true
    const key = `${done} ${keyOf(state)}`
    if (failed.has(key)) return false
    const left = operations.filter((_, i) => (done & (1 << i)) === 0)
    const firstReturn = Math.min(...left.map(({ returned }) => returned))
    for (const [i, operation] of operations.entries()) {
      // What was called after another one had returned comes after it.
      if ((done & (1 << i)) !== 0 || operation.called > firstReturn) continue
      const next = operation.apply(state)
      if (next !== undefined && search(done | (1 << i), next)) return true
    }
    failed.add(key)
    return false
  }
  return search(0, initial)
}
