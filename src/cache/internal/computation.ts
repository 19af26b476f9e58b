/**
 * Which computation runs: what it reads through its cache becomes part of its entry's stamp, and what it reads must not
 * wait for it.
 */
import * as Context from "effect/Context"
import type { Flight } from "./flight.ts"

/** The flight whose computation runs, and the one in whose computation it was begun. */
export interface Running {
  readonly flight: Flight
  readonly outer: Running | undefined
}

/** The computation that runs in this fiber. */
export const CurrentComputation: Context.Reference<Running | undefined> = Context.Reference<Running | undefined>(
  "effect-serialization/SerializedCache/CurrentComputation",
  { defaultValue: () => undefined }
)

/** The keys of a cycle that a read of `key` would close, by what the computations around it compute. */
export const cycleAround = (running: Running | undefined, cache: object, key: string): Array<string> | undefined => {
  const keys = [key]
  for (let at = running; at !== undefined; at = at.outer) {
    if (at.flight.cache !== cache) continue
    keys.unshift(at.flight.key)
    if (at.flight.key === key) return keys
  }
  return undefined
}

/** The keys of a cycle that waiting for `target` would close, by what flights wait for. */
export const cycleThrough = (from: Flight, target: Flight): Array<string> | undefined => {
  const seen = new Set<Flight>()
  const search = (flight: Flight): Array<string> | undefined => {
    if (flight === from) return [flight.key]
    if (seen.has(flight)) return undefined
    seen.add(flight)
    for (const next of flight.waitsFor) {
      const rest = search(next)
      if (rest !== undefined) return [flight.key, ...rest]
    }
    return undefined
  }
  const keys = search(target)
  return keys === undefined ? undefined : [from.key, ...keys]
}
