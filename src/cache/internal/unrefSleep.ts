/**
 * A pause that keeps no process alive: an idle cache must let the program end.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { realTimers } from "../../internal/turns/realTimers.ts"

const liveClock = Context.get(Context.empty(), Clock.Clock)

/** Sleeps on Effect's clock; on the real one, with a timer that is unref'd. */
export const unrefSleep = (milliseconds: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.Clock, (clock) => (clock === liveClock ? realSleep(milliseconds) : Effect.sleep(milliseconds)))

/** The same on the real clock, whatever Effect's is: a bound for what a test's clock would never end. */
export const realSleep = (milliseconds: number): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const timer = realTimers.setTimeout(() => resume(Effect.void), milliseconds).unref()
    return Effect.sync(() => realTimers.clearTimeout(timer))
  })
