/**
 * The store over each kind of client: what a cache needs of it works there.
 */
import { NodeRedis } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Option, type Scope } from "effect"
import { createCluster, createSentinel } from "redis"
import type { CacheOptions, CacheStore, SerializedCache } from "../../../src/cache/index.ts"
import * as RedisStore from "../../../src/cache/RedisStore.ts"
import { makeCache, overStore } from "../support/layers.ts"
import { eventually } from "../support/storeUnderTest.ts"
import { describeRedis } from "./support/available.ts"
import { startCluster } from "./support/cluster.ts"
import { connected, patient } from "./support/patient.ts"
import { RedisServer } from "./support/redisServer.ts"
import { startSentinel } from "./support/sentinel.ts"

type Cache = SerializedCache["Service"]

const large = Array.from({ length: 20_000 }, (_, i) => ({ i, text: `ü${i * 7919}` }))

const disposable = <A extends AsyncDisposable>(start: () => Promise<A>): Effect.Effect<A, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.promise(start), (resource) =>
    Effect.promise(async () => resource[Symbol.asyncDispose]())
  )

const caches = Effect.fnUntraced(function* (store: Layer.Layer<CacheStore>, options: CacheOptions) {
  const make = connected(makeCache(overStore(store, { ...patient, ...options })))
  return [yield* make, yield* make] as const
})

/** Two caches share a text of each size, and tell each other of invalidations. */
const work = Effect.fnUntraced(function* ([one, two]: readonly [Cache, Cache]) {
  for (const [key, value] of [
    ["small", 1],
    ["large", large]
  ] as const) {
    yield* one.set(key, value, { tags: ["t"] })
    const read = yield* two.getOrCompute(key, Effect.die("computed twice"))
    assert.strictEqual(read.source, "store")
    assert.isTrue((yield* read.text) === JSON.stringify(value))
  }
  // By the message: no heartbeat is due for a while.
  yield* one.invalidateTags("t")
  yield* eventually(Effect.orDie(Effect.map(two.get("small"), Option.isNone)))
  assert.isTrue(Option.isNone(yield* two.get("large", { consistency: "strong" })))
})

describeRedis("a store over other clients", () => {
  it.live("Effect's NodeRedis", () =>
    Effect.gen(function* () {
      const server = yield* disposable(() => RedisServer.start())
      const shared = Layer.succeedContext(yield* Layer.build(NodeRedis.layer({ url: server.url })))
      const store = Layer.provide(RedisStore.layerNodeRedis, shared)
      yield* work(yield* caches(store, { name: "node" }))
      // Strings stay strings for everybody else.
      const { client } = Context.get(yield* Layer.build(shared), NodeRedis.NodeRedis)
      assert.strictEqual(yield* Effect.promise(() => client.set("a", "b")), "OK")
      assert.strictEqual(yield* Effect.promise(() => client.get("a")), "b")
    })
  )

  it.live("a cluster of three nodes, whichever has the cache", () =>
    Effect.gen(function* () {
      const { nodes } = yield* disposable(startCluster)
      const cluster = yield* Effect.acquireRelease(
        Effect.promise(() =>
          createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) })
            .on("error", () => {})
            .connect()
        ),
        (cluster) => Effect.sync(() => cluster.destroy())
      )
      const store = RedisStore.layerPort(RedisStore.fromCluster(cluster))
      // By their slots, one on each node.
      for (const name of ["a", "c", "g"]) yield* work(yield* caches(store, { name }))
      const sizes = yield* Effect.forEach(nodes, (node) => Effect.promise(() => node.command("DBSIZE")))
      assert.isTrue(
        sizes.every((size) => Number(size) > 0),
        String(sizes)
      )
    })
  )

  it.live("sentinels, before and after a failover", () =>
    Effect.gen(function* () {
      const setup = yield* disposable(() => startSentinel())
      const sentinel = yield* Effect.acquireRelease(
        Effect.promise(() =>
          createSentinel({
            name: setup.name,
            sentinelRootNodes: setup.sentinels.map(({ port }) => ({ host: "127.0.0.1", port }))
          })
            .on("error", () => {})
            .connect()
        ),
        (sentinel) => Effect.promise(() => sentinel.destroy())
      )
      const store = RedisStore.layerPort(RedisStore.fromSentinel(sentinel))
      // What was asked of the server that is gone is given up soon.
      const both = yield* caches(store, { name: "failover", storeTimeout: "5 seconds", transferTimeout: "5 seconds" })
      const works = eventually(Effect.map(Effect.exit(work(both)), Exit.isSuccess))
      yield* works
      yield* Effect.promise(setup.failOver)
      yield* eventually(Effect.orDie(Effect.map(both[0].invalidate("nothing"), ({ status }) => status === "done")))
      yield* works
    })
  )
})
