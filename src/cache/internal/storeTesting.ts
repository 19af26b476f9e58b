/**
 * Stores for tests: one in memory that several caches share, and what stores do on their bad days.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { CacheStore, type CacheStoreShape, StoreError, type StoreMessage } from "../CacheStore.ts"
import { StoreMemory } from "./storeMemory.ts"

/**
 * A store in memory that several caches share, and its messages in the test's hands.
 *
 * @category testing
 * @since 0.1.0
 */
export interface SharedStoreMemory {
  /** Layer of the store. Every cache built over it shares its entries. */
  readonly layer: Layer.Layer<CacheStore>
  /** The store itself, to be wrapped. */
  readonly store: CacheStoreShape
  /** Holds messages back from now on. */
  readonly pause: Effect.Effect<void>
  /** Lets go of the messages that were held back, in order, and of all that come. */
  readonly resume: Effect.Effect<void>
  /** Loses the messages that were held back, without a word to the caches. */
  readonly drop: Effect.Effect<void>
  /** Empties the store, as an empty restart does. */
  readonly flush: Effect.Effect<void>
}

/**
 * Makes a store in memory that several caches share: what happens between processes, in one test. Time is that of
 * Effect's `Clock`.
 *
 * **Example** (Two caches, one computation)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { SerializationLive } from "effect-serialization"
 * import { SerializedCache } from "effect-serialization/cache"
 * import { makeStoreMemory } from "effect-serialization/cache/testing"
 *
 * const { layer } = makeStoreMemory()
 * let computed = 0
 * const read = SerializedCache.use((cache) => cache.getOrCompute("n", Effect.sync(() => ++computed)))
 * const inProcess = () =>
 *   SerializedCache.layerNoStore().pipe(Layer.provide([layer, SerializationLive]), Layer.fresh)
 *
 * const program = Effect.all([Effect.provide(read, inProcess()), Effect.provide(read, inProcess())])
 * const entries = await Effect.runPromise(program)
 * entries.map((entry) => entry.source) // => ["computed", "store"]
 * ```
 *
 * @category testing
 * @since 0.1.0
 */
export const makeStoreMemory = (): SharedStoreMemory => makeStore(true)

/** Makes the store with or without the comparison of generations: what happens without it, a test has to show. */
export const makeStore = (isFenced: boolean): SharedStoreMemory => {
  const spaces = new Map<string, StoreMemory>()
  const subscribers = new Map<string, Set<Queue.Queue<StoreMessage>>>()
  const held: Array<() => void> = []
  let isPaused = false

  const subscribersOf = (namespace: string): Set<Queue.Queue<StoreMessage>> => {
    let queues = subscribers.get(namespace)
    if (queues === undefined) subscribers.set(namespace, (queues = new Set()))
    return queues
  }
  const spaceOf = (namespace: string): StoreMemory => {
    let space = spaces.get(namespace)
    if (space === undefined) {
      const publish = (message: StoreMessage): void => {
        const send = () => subscribersOf(namespace).forEach((queue) => Queue.offerUnsafe(queue, message))
        if (isPaused) held.push(send)
        else send()
      }
      spaces.set(namespace, (space = new StoreMemory(publish, isFenced)))
    }
    return space
  }
  const at = <A>(namespace: string, f: (space: StoreMemory, now: number) => A): Effect.Effect<A> =>
    Effect.map(Clock.currentTimeMillis, (now) => f(spaceOf(namespace), now))

  const store = CacheStore.of({
    begin: (namespace, request) => at(namespace, (space, now) => space.begin(now, request)),
    renew: (namespace, request) => at(namespace, (space, now) => space.renew(now, request)),
    abandon: (namespace, { key, token }) => at(namespace, (space, now) => space.abandon(now, key, token)),
    putPart: (namespace, { bytes, id, index, timeToLive }) =>
      at(namespace, (space, now) => space.putPart(now, id, index, bytes, timeToLive)),
    commit: (namespace, request) => at(namespace, (space, now) => space.commit(now, request)),
    part: (namespace, { id, index }) => at(namespace, (space, now) => space.part(now, id, index)),
    validate: (namespace, stamp) => at(namespace, (space, now) => space.validate(now, stamp)),
    invalidate: (namespace, request) => at(namespace, (space, now) => space.invalidate(now, request)),
    position: (namespace) => at(namespace, (space) => ({ ...space.position, server: "memory" })),
    messages: (namespace) =>
      Stream.unwrap(
        Effect.gen(function* () {
          const queue = yield* Queue.unbounded<StoreMessage>()
          Queue.offerUnsafe(queue, { _tag: "Ready" })
          subscribersOf(namespace).add(queue)
          yield* Effect.addFinalizer(() => Effect.sync(() => subscribersOf(namespace).delete(queue)))
          return Stream.fromQueue(queue)
        })
      )
  })

  return {
    layer: Layer.succeed(CacheStore, store),
    store,
    pause: Effect.sync(() => {
      isPaused = true
    }),
    resume: Effect.sync(() => {
      isPaused = false
      for (const send of held.splice(0)) send()
    }),
    drop: Effect.sync(() => {
      held.length = 0
    }),
    flush: Effect.sync(() => spaces.forEach((space) => space.flush()))
  }
}

type Call = <A>(operation: keyof CacheStoreShape, effect: Effect.Effect<A, StoreError>) => Effect.Effect<A, StoreError>

/** A store of which every operation goes through `call`. */
export const wrapStore = (store: CacheStoreShape, call: Call): CacheStoreShape => ({
  begin: (namespace, request) => call("begin", store.begin(namespace, request)),
  renew: (namespace, request) => call("renew", store.renew(namespace, request)),
  abandon: (namespace, lease) => call("abandon", store.abandon(namespace, lease)),
  putPart: (namespace, part) => call("putPart", store.putPart(namespace, part)),
  commit: (namespace, request) => call("commit", store.commit(namespace, request)),
  part: (namespace, part) => call("part", store.part(namespace, part)),
  validate: (namespace, stamp) => call("validate", store.validate(namespace, stamp)),
  invalidate: (namespace, request) => call("invalidate", store.invalidate(namespace, request)),
  position: (namespace) => call("position", store.position(namespace)),
  messages: (namespace) => store.messages(namespace)
})

/**
 * Layer of a store in which every operation fails. It sends no messages.
 *
 * @category testing
 * @since 0.1.0
 */
export const layerStoreFailing = (
  kind: "unavailable" | "full" = "unavailable",
  cause: unknown = new Error("The store fails, as the test wants it")
): Layer.Layer<CacheStore> => Layer.sync(CacheStore, () => silent(() => Effect.fail(new StoreError({ kind, cause }))))

/**
 * Layer of a store that never answers, and sends no messages. Its operations can be interrupted.
 *
 * @category testing
 * @since 0.1.0
 */
export const layerStoreHanging: Layer.Layer<CacheStore> = Layer.sync(CacheStore, () => silent(() => Effect.never))

const silent = (call: Call): CacheStoreShape => ({
  ...wrapStore(makeStoreMemory().store, call),
  messages: () => Stream.never
})

/**
 * Layer of a store in memory that takes its time for each operation, on Effect's `Clock`. Pass the `store` of
 * {@link makeStoreMemory} to slow that one down.
 *
 * @category testing
 * @since 0.1.0
 */
export const layerStoreSlow = (
  delay: Duration.Input,
  store: CacheStoreShape = makeStoreMemory().store
): Layer.Layer<CacheStore> =>
  Layer.sync(CacheStore, () => wrapStore(store, (_, effect) => Effect.andThen(Effect.sleep(delay), effect)))

/**
 * Layer of a store in memory that notes the name of each operation in the array that it is given.
 *
 * @category testing
 * @since 0.1.0
 */
export const layerStoreRecording = (
  operations: Array<keyof CacheStoreShape>,
  store: CacheStoreShape = makeStoreMemory().store
): Layer.Layer<CacheStore> =>
  Layer.sync(CacheStore, () =>
    wrapStore(store, (operation, effect) =>
      Effect.suspend(() => {
        operations.push(operation)
        return effect
      })
    )
  )
