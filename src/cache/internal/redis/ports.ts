/**
 * Ports over clients of the package `redis`: our own, and Effect's.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { createClient } from "redis"
import { asBuffer, Connection, type ConnectionEvents, type RedisClient } from "./connection.ts"
import type { RedisPort } from "./port.ts"
import { Subscriber } from "./subscriber.ts"

/** Milliseconds that what is under way has to end, when the store is closed. */
const closeWithin = 2_000

/** Blob strings come as bytes. The number is the byte that announces them: `$`. */
export const asBytes = { typeMapping: { 36: Buffer } } as const

/** What makes a client that does not reconnect, and gives strings as bytes. */
const connecting = {
  disableOfflineQueue: true,
  // No limit of its own for each command: it does not bound a command that was sent, and costs a timer.
  commandOptions: { timeout: 0, ...asBytes }
}

/** A port over connections of its own, with the options of `createClient`. */
export const ownPort: (
  create: typeof createClient,
  options: NonNullable<Parameters<typeof createClient>[0]>
) => Effect.Effect<RedisPort, never, Scope.Scope> = Effect.fnUntraced(function* (createClient, options) {
  const create = () => {
    const socket = { ...options.socket, reconnectStrategy: false } as const
    return createClient({ ...options, ...connecting, socket } as object) as RedisClient
  }
  const watch = yield* warnings
  const losses = new Losses()
  const connection = new Connection(create, losses.told(watch()))
  yield* Effect.acquireRelease(
    Effect.sync(() => connection.open()),
    () => Effect.promise(() => connection.close(closeWithin))
  )
  const subscriber = yield* makeSubscriber(create, () => losses.told(watch()))
  return {
    command: (_, args) => connection.send(args),
    subscribe: (channel, onMessage, onReady, onLost) =>
      losses.until(onLost, subscriber.subscribe(channel, onMessage, onReady))
  }
})

/** A port over a client that somebody else connects and closes, with a connection of its own for messages. */
export const nodeRedisPort: (client: RedisClient) => Effect.Effect<RedisPort, never, Scope.Scope> = Effect.fnUntraced(
  function* (client) {
    const watch = yield* warnings
    const losses = new Losses()
    const create = () =>
      client.duplicate({
        ...connecting,
        socket: { ...client.options.socket, reconnectStrategy: false }
      }) as unknown as RedisClient
    const subscriber = yield* makeSubscriber(create, () => losses.told(watch()))
    return {
      command: async (_, args) => {
        // It would keep the command until it is connected again, and nobody waits for it that long.
        if (!client.isReady) throw new Error("There is no connection to Redis")
        return client.sendCommand(args.map(asBuffer), asBytes)
      },
      subscribe: (channel, onMessage, onReady, onLost) =>
        losses.until(onLost, subscriber.subscribe(channel, onMessage, onReady))
    }
  }
)

/** Who wants to know when a connection ends. */
class Losses {
  private readonly listeners = new Set<() => void>()

  told({ onLost, onReady }: ConnectionEvents): ConnectionEvents {
    return {
      onReady,
      onLost: (error) => {
        for (const listener of this.listeners) listener()
        onLost(error)
      }
    }
  }

  /** Tells a listener, until what this gives is called. */
  until(listener: (() => void) | undefined, unsubscribe: () => void): () => void {
    if (listener === undefined) return unsubscribe
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
      unsubscribe()
    }
  }
}

const makeSubscriber = (create: () => RedisClient, watch: Watch) =>
  Effect.acquireRelease(
    Effect.sync(() => new Subscriber(create, watch())),
    (subscriber) => Effect.promise(() => subscriber.close())
  )

type Watch = () => ConnectionEvents

/** One warning for each time that connections are lost, however long it takes to get them back. */
const warnings: Effect.Effect<Watch> = Effect.gen(function* () {
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const lost = new Set<ConnectionEvents>()
  return () => {
    const events: ConnectionEvents = {
      onReady: () => lost.delete(events),
      onLost: (error) => {
        if (lost.size === 0) run(Effect.logWarning(message, error))
        lost.add(events)
      }
    }
    return events
  }
})

const message = "No connection to the Redis of the cache. It is tried again until there is one"
