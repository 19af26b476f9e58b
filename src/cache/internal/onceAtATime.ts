/**
 * One at a time: who comes while it runs waits for the one who runs it.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/**
 * The effect, shared by all who run it at the same time. Where the one who runs it is stopped, the others go on without
 * it having been done: they look again whether it has to be.
 */
export const onceAtATime = <E>(effect: Effect.Effect<void, E>): Effect.Effect<void, E> => {
  let running: Deferred.Deferred<void, E> | undefined
  return Effect.suspend(() => {
    if (running !== undefined) return Deferred.await(running)
    const own = Deferred.makeUnsafe<void, E>()
    running = own
    return Effect.onExit(effect, (exit) =>
      Effect.sync(() => {
        running = undefined
        const isStopped = Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
        Deferred.doneUnsafe(own, isStopped ? Exit.void : exit)
      })
    )
  })
}
