/** Another server takes over, which has not heard of the last invalidation. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { CacheStore, StoreError, type StoreMessage } from "../../src/cache/index.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"
import { wrapStore } from "../../src/cache/internal/storeTesting.ts"
import { exact, makeCache, overStore } from "./support/layers.ts"

const settled = Effect.gen(function* () {
  for (let i = 0; i < 20; i++) yield* Effect.yieldNow
})

/** A server that answers invalidations without replicating them, and a replica that may take its place. */
const servers = Effect.gen(function* () {
  const { store } = makeStoreMemory()
  const state = { server: "first", isUp: true, operations: [] as Array<string> }
  const said = yield* Queue.unbounded<StoreMessage>()
  const layer = Layer.succeed(CacheStore, {
    ...wrapStore(store, (operation, effect) =>
      Effect.suspend(() => {
        if (!state.isUp) return Effect.fail(new StoreError({ kind: "unavailable", cause: new Error("down") }))
        state.operations.push(operation)
        return effect
      })
    ),
    invalidate: (namespace, request) => {
      state.operations.push("invalidate")
      return state.server === "first" ? store.position(namespace) : store.invalidate(namespace, request)
    },
    position: (namespace) => {
      if (!state.isUp) return Effect.fail(new StoreError({ kind: "unavailable", cause: new Error("down") }))
      state.operations.push("position")
      return Effect.map(store.position(namespace), (position) => ({ ...position, server: state.server }))
    },
    messages: (namespace) => Stream.merge(store.messages(namespace), Stream.fromQueue(said))
  })
  const cache = yield* makeCache(overStore(layer, exact))
  yield* settled
  yield* cache.getOrCompute("a", Effect.succeed("old"))
  yield* cache.invalidate("a")
  const tell = (message: StoreMessage) => Effect.andThen(Queue.offer(said, message), settled)
  return { cache, state, tell }
})

describe("a server that takes over without the last invalidation", () => {
  it.effect("is told of it before it is asked for a text: a connection was lost", () =>
    Effect.gen(function* () {
      const { cache, state, tell } = yield* servers
      yield* tell({ _tag: "Lost" })
      state.server = "second"
      state.operations.length = 0
      assert.isTrue(Option.isNone(yield* cache.get("a")))
      assert.deepStrictEqual(state.operations, ["position", "invalidate", "begin"])
      state.operations.length = 0
      yield* cache.get("a")
      assert.deepStrictEqual(state.operations, ["begin"])
    })
  )

  it.effect("is told of it before it is asked for a text: a call had failed", () =>
    Effect.gen(function* () {
      const { cache, state } = yield* servers
      state.isUp = false
      assert.isTrue(Option.isNone(yield* cache.get("b")))
      state.isUp = true
      state.server = "second"
      const reads = Effect.forEach(["a", "b", "c"], (key) => cache.get(key), { concurrency: "unbounded" })
      state.operations.length = 0
      const [a] = yield* reads
      assert.isTrue(Option.isNone(a!))
      assert.deepStrictEqual(state.operations, ["position", "invalidate", "begin", "begin", "begin"])
    })
  )

  it.effect("is asked no more than once where it is the same one", () =>
    Effect.gen(function* () {
      const { cache, state, tell } = yield* servers
      yield* tell({ _tag: "Lost" })
      state.operations.length = 0
      yield* cache.get("c")
      yield* cache.get("d")
      assert.deepStrictEqual(state.operations, ["position", "begin", "begin"])
      yield* TestClock.adjust("1 millis")
    })
  )
})
