/**
 * Follows the store: its messages, a heartbeat that notices when they are lost, and what to do when another server
 * answers.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { StoreError, StoreMessage } from "../CacheStore.ts"
import type { Core } from "./core.ts"
import { wakeWaiters } from "./leaseWait.ts"
import type { StoreClient } from "./storeClient.ts"
import { realSleep, unrefSleep } from "./unrefSleep.ts"

/** Follows the store of a cache until the scope ends. */
export const attach = Effect.fnUntraced(function* (core: Core, client: StoreClient) {
  const { events, settings, view } = core
  client.onChange = (isDetached) => {
    if (!isDetached) wakeHeartbeat()
    if (events.wants("Attached")) events.emit({ _tag: isDetached ? "Detached" : "Attached" })
  }
  const verify = heartbeat(core, client)
  client.verify = verify
  let wakeHeartbeat = () => {}
  const pause = Effect.raceFirst(
    unrefSleep(settings.heartbeat),
    Effect.callback<void>((resume) => {
      wakeHeartbeat = () => resume(Effect.void)
    })
  )
  const onMessage = (message: StoreMessage): void => {
    switch (message._tag) {
      case "Ready":
        view.ready()
        client.heardOf()
        return wakeHeartbeat()
      case "Lost":
        return client.doubt()
      case "Invalidated":
        // First the fence, then the view: what is not known to be heard must not count as verified.
        if (message.origin !== core.origin) core.invalidateHere(message.names, message.mode, "remote")
        return view.heard(message)
      case "Done":
        return wakeWaiters(core, message.key)
    }
  }
  yield* client.store.messages(client.namespace).pipe(
    Stream.runForEach((message) => Effect.sync(() => onMessage(message))),
    Effect.forkScoped({ startImmediately: true })
  )
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.ignore(verify), pause)), { startImmediately: true })
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      // The last chance to be told: it is tried, though the circuit may be open.
      client.heardOf()
      return Effect.raceFirst(Effect.ignore(client.flush), realSleep(2 * settings.storeTimeout))
    })
  )
}) satisfies (core: Core, client: StoreClient) => Effect.Effect<void, never, Scope.Scope>

const heartbeat = (core: Core, client: StoreClient): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    const asked = core.moment
    return client
      .call("position", (store) => store.position(client.namespace))
      .pipe(
        Effect.flatMap((position) => {
          const isOther = core.view.beat(asked, position)
          if (isOther) client.pending.repeat(core.now)
          client.trust()
          return isOther ? client.flush : Effect.void
        })
      )
  })
