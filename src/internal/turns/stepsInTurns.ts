/**
 * Long work in turns of the event loop, as an effect.
 */
import * as Effect from "effect/Effect"
import { schedule } from "./turnQueue.ts"

/** As much of a turn as all calls of the library take together, by default. */
const budget = 1

/** Does steps, in turns to come, until one gives something. What a step throws is a defect. */
export const inTurns = <A>(step: () => A | undefined): Effect.Effect<A> =>
  Effect.callback<A>((resume) => {
    let isStopped = false
    schedule({
      budget,
      step: () => {
        if (isStopped) return false
        const result = step()
        if (result === undefined) return true
        resume(Effect.succeed(result))
        return false
      },
      fail: (thrown) => resume(Effect.die(thrown))
    })
    return Effect.sync(() => {
      isStopped = true
    })
  })
