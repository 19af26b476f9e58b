/**
 * Evaluates rules again and again, keeps the last result, and tells of each change once.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { HealthRule, HealthState } from "./healthRules.ts"

/** Rules that are watched. */
export interface Watched<Name extends string> {
  /** Evaluates them now. */
  readonly state: Effect.Effect<HealthState<Name>>
  readonly changes: Stream.Stream<HealthState<Name>>
}

/** Evaluates at each `interval` (ms), until the scope ends. `initial` is the state in which no rule fires. */
export const watchRules = Effect.fnUntraced(function* <Name extends string>(
  evaluate: Effect.Effect<HealthState<Name>>,
  initial: HealthState<Name>,
  interval: number
): Effect.fn.Return<Watched<Name>, never, Scope.Scope> {
  const current = yield* SubscriptionRef.make(initial)
  const state = Effect.gen(function* () {
    const found = yield* evaluate
    const before = SubscriptionRef.getUnsafe(current)
    const changed = found.rules.filter((rule, i) => rule.severity !== before.rules[i]!.severity)
    if (changed.length > 0) {
      yield* SubscriptionRef.set(current, found)
      yield* Effect.forEach(changed, log, { discard: true })
    }
    return found
  })
  yield* state.pipe(Effect.repeat(Schedule.spaced(interval)), Effect.forkScoped)
  return { state, changes: SubscriptionRef.changes(current) }
})

const log = (rule: HealthRule<string>): Effect.Effect<void> => {
  const message = `${rule.name}: ${rule.message}`
  switch (rule.severity) {
    case "critical":
      return Effect.logError(message)
    case "warning":
      return Effect.logWarning(message)
    case undefined:
      return Effect.logInfo(`${message} (no longer)`)
  }
}
