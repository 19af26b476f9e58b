/**
 * A Redis that is not there, comes, goes, or is silent: the cache answers all the while, and ends.
 */
import { afterEach, assert, beforeEach, it } from "@effect/vitest"
import { Context, Effect, Layer, Logger, Option, Stream } from "effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type CacheOptions, CacheStore, type SerializedCache } from "../../../src/cache/index.ts"
import * as RedisStore from "../../../src/cache/RedisStore.ts"
import { exact, makeCache, overStore } from "../support/layers.ts"
import { eventually } from "../support/storeUnderTest.ts"
import { describeRedis } from "./support/available.ts"
import { RedisServer } from "./support/redisServer.ts"

type Cache = SerializedCache["Service"]

const fixture = fileURLToPath(new URL("fixtures/idle.ts", import.meta.url))
const child = (...args: ReadonlyArray<string>) =>
  Effect.promise(() => promisify(execFile)(process.execPath, [fixture, ...args])).pipe(
    Effect.map(({ stdout }) => stdout.split("\n").filter((line) => line === "computed" || line === "closed"))
  )

/** Lets what is refused be tried again soon. */
const quick: CacheOptions = { ...exact, verifyWithin: "1 second", storeTimeout: "300 millis" }

describeRedis("a connection to Redis", () => {
  let server: RedisServer
  beforeEach(async () => {
    server = await RedisServer.start()
  })
  afterEach(async () => {
    await server[Symbol.asyncDispose]()
  })

  const cache = (options: CacheOptions = quick) => makeCache(overStore(RedisStore.layer({ url: server.url }), options))
  const is = (cache: Cache, state: "attached" | "detached") =>
    eventually(Effect.map(cache.metrics, ({ store }) => store === state))
  /** What it writes is found by another process. */
  const reachesOthers = Effect.fnUntraced(function* (one: Cache) {
    const other = yield* cache({ ...quick, storeTimeout: "20 seconds" })
    yield* eventually(
      Effect.orDie(Effect.andThen(one.set("reached", 1), Effect.map(other.get("reached"), Option.isSome)))
    )
  }, Effect.scoped)

  /** What one invalidates comes to the other as a message. */
  const isHeard = Effect.fnUntraced(function* (one: Cache, other: Cache) {
    let isTold = false
    yield* other.events.pipe(
      Stream.filter((event) => event._tag === "Invalidated" && event.names.includes("k:a")),
      Stream.runForEach(() => Effect.sync(() => (isTold = true))),
      Effect.forkScoped({ startImmediately: true })
    )
    // Once may be before somebody listens to the events.
    yield* eventually(Effect.map(Effect.orDie(one.invalidate("a")), () => isTold))
  })

  it.live("a program starts without Redis, and is attached when there is one", () =>
    Effect.gen(function* () {
      yield* Effect.promise(() => server.kill())
      const one = yield* cache()
      assert.strictEqual((yield* one.getOrCompute("a", Effect.succeed(1))).source, "computed")
      assert.strictEqual((yield* one.invalidate("b")).status, "queued")
      assert.strictEqual((yield* one.metrics).store, "detached")
      yield* Effect.promise(() => server.restart())
      yield* is(one, "attached")
      assert.strictEqual((yield* one.metrics).invalidationsQueued, 0)
      yield* reachesOthers(one)
    })
  )

  it.live("the first read of a process finds what is there", () =>
    Effect.gen(function* () {
      const slow: CacheOptions = { ...quick, storeTimeout: "20 seconds" }
      yield* Effect.scoped(Effect.andThen(cache(slow), (one) => one.set("a", 1)))
      // Not even the connection is there when it asks.
      const two = yield* cache(slow)
      assert.strictEqual((yield* two.getOrCompute("a", Effect.die("computed twice"))).source, "store")
    })
  )

  it.live("killed while idle, and back, empty: attached again, and nothing old is served", () =>
    Effect.gen(function* () {
      const one = yield* cache()
      const two = yield* cache()
      let version = 1
      const read = (cache: Cache) =>
        Effect.flatMap(
          cache.getOrCompute(
            "a",
            Effect.sync(() => version)
          ),
          (cached) => cached.text
        )
      assert.strictEqual(yield* read(one), "1")
      yield* reachesOthers(one)
      assert.strictEqual(yield* read(two), "1")
      yield* Effect.promise(() => server.kill())
      yield* is(one, "detached")
      version = 2
      assert.strictEqual((yield* one.invalidate("a")).status, "queued")
      assert.strictEqual(yield* read(one), "2")
      yield* Effect.promise(() => server.restart())
      yield* is(one, "attached")
      yield* is(two, "attached")
      yield* eventually(Effect.orDie(Effect.map(read(two), (text) => text === "2")))
    })
  )

  it.live("subscribers that are cut off subscribe again", () =>
    Effect.gen(function* () {
      const one = yield* cache()
      const two = yield* cache()
      // Each has subscribed, and knows where the store stands.
      for (const cache of [one, two]) yield* eventually(Effect.map(cache.metrics, ({ gaps }) => gaps >= 2))
      const { gaps } = yield* two.metrics
      yield* Effect.promise(() => server.killSubscribers())
      yield* eventually(Effect.map(two.metrics, (metrics) => metrics.gaps > gaps))
      yield* one.set("a", 1)
      yield* two.get("a")
      // By the message, not by what it takes to notice that one is missing.
      yield* isHeard(one, two)
    })
  )

  it.live("what others say in its channel does not make it deaf", () =>
    Effect.gen(function* () {
      const one = yield* cache()
      const two = yield* cache()
      yield* eventually(Effect.map(two.metrics, ({ gaps }) => gaps >= 2))
      const said = [
        "",
        "1",
        "null",
        "[]",
        "{}",
        "{",
        '{"done":1}',
        '{"e":"x","s":1,"names":5,"mode":"remove","origin":""}'
      ]
      said.push(
        '{"e":"x","s":1,"names":[5],"mode":"remove","origin":""}',
        '{"e":"x","s":1,"names":[],"mode":1,"origin":""}'
      )
      for (const message of said) {
        yield* Effect.promise(() => server.command("PUBLISH", "{v1:default:1}:bus", message))
      }
      yield* isHeard(one, two)
    })
  )

  for (const [what, type] of [
    ["commands", "normal"],
    ["messages", "pubsub"]
  ] as const) {
    it.live(`the loss of a connection for ${what} is told before the next one is ready`, () =>
      Effect.gen(function* () {
        const context = yield* Layer.build(RedisStore.layer({ url: server.url }))
        const store = Context.get(context, CacheStore)
        const heard: Array<string> = []
        yield* store.messages("a:1").pipe(
          Stream.runForEach(({ _tag }) => Effect.sync(() => heard.push(_tag))),
          Effect.forkScoped({ startImmediately: true })
        )
        yield* eventually(Effect.sync(() => heard.length === 1))
        yield* store.position("a:1")
        yield* Effect.promise(() => server.command("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes"))
        const position = Effect.isSuccess(store.position("a:1"))
        const told = type === "pubsub" ? ["Ready", "Lost", "Ready"] : ["Ready", "Lost"]
        yield* eventually(Effect.map(position, (isThere) => isThere && heard.length >= told.length))
        // On a machine that stands still for seconds it may have been lost a second time since.
        assert.deepStrictEqual(heard.slice(0, told.length), told)
      })
    )
  }

  it.live("silent: every call is answered, and one after another detached", () =>
    Effect.gen(function* () {
      const one = yield* cache()
      yield* one.getOrCompute("a", Effect.succeed(1))
      yield* is(one, "attached")
      server.pause()
      for (let i = 0; i < 10; i++) {
        assert.strictEqual((yield* one.getOrCompute(`key ${i}`, Effect.succeed(i))).source, "computed")
      }
      assert.strictEqual((yield* one.metrics).store, "detached")
      assert.strictEqual((yield* one.invalidate("a")).status, "queued")
      const failed = yield* Effect.flip(one.invalidate("a", { onUnavailable: "fail" }))
      assert.strictEqual(failed.reason._tag, "StoreUnavailable")
      server.resume()
      yield* is(one, "attached")
      yield* reachesOthers(one)
    })
  )

  it.live("one warning for each time that it is lost", () =>
    Effect.gen(function* () {
      const warnings: Array<unknown> = []
      const logger = Logger.make(({ message }) => warnings.push(message))
      const layer = RedisStore.layer({ url: server.url }).pipe(Layer.provide(Logger.layer([logger])))
      const one = yield* makeCache(overStore(layer, quick))
      yield* one.set("a", 1)
      assert.strictEqual(warnings.length, 0)
      yield* Effect.promise(() => server.kill())
      yield* is(one, "detached")
      yield* Effect.promise(() => server.restart())
      yield* is(one, "attached")
      assert.strictEqual(warnings.length, 1)
      assert.include(String(warnings[0]), "No connection to the Redis of the cache")
    })
  )

  it("an address that is none is a defect when the layer is built", () => {
    assert.throws(() => Effect.runSync(Effect.scoped(Layer.build(RedisStore.layer({ url: "nowhere" })))), /Invalid URL/)
  })

  for (const state of ["there", "gone", "silent"] as const) {
    it.live(`${state}: a program that is idle ends by itself`, () =>
      Effect.gen(function* () {
        if (state === "gone") yield* Effect.promise(() => server.kill())
        else if (state === "silent") server.pause()
        assert.deepStrictEqual(yield* child(server.url, "idle"), ["computed"])
      })
    )
  }

  it.live("silent: a cache is closed, and its program ends", () =>
    Effect.gen(function* () {
      server.pause()
      assert.deepStrictEqual(yield* child(server.url, "close"), ["computed", "closed"])
    })
  )
})
