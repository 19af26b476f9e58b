/**
 * A bound on how long something may take.
 *
 * When a process was busy itself for that long, its timer says "too late" of a question that it has not even sent. So
 * this bound is two timers, one after the other: whoever was busy during the first half has the second one left.
 */
import * as Effect from "effect/Effect"

/** The result of an effect, if it comes within so many milliseconds; else that of `orElse`. */
export const within = <A, E, R, A2, E2, R2>(
  effect: Effect.Effect<A, E, R>,
  milliseconds: number,
  orElse: () => Effect.Effect<A2, E2, R2>
): Effect.Effect<A | A2, E | E2, R | R2> => {
  const half = Effect.sleep(milliseconds / 2)
  return Effect.raceFirst(effect, Effect.andThen(Effect.andThen(half, half), Effect.suspend(orElse)))
}
