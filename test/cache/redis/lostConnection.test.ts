/** Connections that are of no use, though nobody closes them: another one is made. */
import { afterEach, assert, beforeEach, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"
import { vi } from "vitest"
import { realTimers } from "../../../src/internal/turns/realTimers.ts"
import { CacheStore } from "../../../src/cache/index.ts"
import { Connection, type RedisClient } from "../../../src/cache/internal/redis/connection.ts"
import * as RedisStore from "../../../src/cache/RedisStore.ts"
import { eventually } from "../support/storeUnderTest.ts"
import { describeRedis } from "./support/available.ts"
import { RedisServer } from "./support/redisServer.ts"
import { TcpProxy } from "./support/tcpProxy.ts"

const name = "a:1"

it("a connection that answers, though each answer takes seconds, is kept", async () => {
  const asked: Array<PromiseWithResolvers<string>> = []
  const client = {
    unref: () => {},
    on: () => {},
    destroy: () => {},
    connect: async () => {},
    sendCommand: ([text]: ReadonlyArray<string>) => {
      const answer = Promise.withResolvers<string>()
      asked.push(answer)
      if (text === "5") answer.resolve("five")
      return answer.promise
    }
  }
  let time = 0
  vi.spyOn(realTimers, "now").mockImplementation(() => time)
  const connection = new Connection(() => client as unknown as RedisClient, { onReady: () => {}, onLost: () => {} })
  connection.open()
  const one = connection.send(["1"])
  while (asked.length === 0) await Promise.resolve()
  time = 4_000
  const two = connection.send(["2"])
  asked[0]!.resolve("one")
  assert.strictEqual(await one, "one")
  time = 8_000
  const three = connection.send(["3"])
  asked[1]!.resolve("two")
  asked[2]!.resolve("three")
  assert.deepStrictEqual(await Promise.all([two, three]), ["two", "three"])
  // The process was busy: what was answered meanwhile is read once it is asked.
  const four = connection.send(["4"])
  while (asked.length === 3) await Promise.resolve()
  time = 14_000
  setImmediate(() => asked[3]!.resolve("four"))
  const five = connection.send(["5"])
  assert.strictEqual(await four, "four")
  assert.strictEqual(await five, "five")
  await connection.close(0)
  vi.restoreAllMocks()
})

describeRedis("a connection to Redis that is of no use", () => {
  let server: RedisServer
  let proxy: TcpProxy
  beforeEach(async () => {
    server = await RedisServer.start()
    proxy = await TcpProxy.start(server.port)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await proxy[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const connected = Effect.gen(function* () {
    const store = Context.get(yield* Layer.build(RedisStore.layer({ url: proxy.url })), CacheStore)
    yield* eventually(Effect.isSuccess(store.position(name)))
    return store
  })

  it.live("one that has not answered for seconds is given up", () =>
    Effect.gen(function* () {
      const store = yield* connected
      proxy.swallow("toServer")
      const unanswered = yield* Effect.forkChild(store.position(name), { startImmediately: true })
      // It is found to be dead by whoever asks next.
      yield* eventually(Effect.sync(() => proxy.lost > 0))
      proxy.swallow(undefined)
      const { now } = realTimers
      vi.spyOn(realTimers, "now").mockImplementation(() => now() + 5_001)
      const { cause } = yield* Effect.flip(store.position(name))
      assert.include(String(cause), "dead")
      assert.strictEqual((yield* Effect.flip(Fiber.join(unanswered))).kind, "unavailable")
      yield* eventually(Effect.isSuccess(store.position(name)))
    })
  )

  it.live("one to a server that was made a replica is given up", () =>
    Effect.gen(function* () {
      const other = yield* Effect.acquireRelease(
        Effect.promise(() => RedisServer.start()),
        (server) => Effect.promise(() => server[Symbol.asyncDispose]())
      )
      const store = yield* connected
      // As an address does that stands for whichever server is the first one: only new connections go to the other.
      proxy.target = other.port
      yield* Effect.promise(() => server.command("REPLICAOF", "127.0.0.1", String(other.port)))
      const request = { names: ["k:a"], mode: "remove", origin: "here" } as const
      const { cause } = yield* Effect.flip(store.invalidate(name, request))
      assert.include(String(cause), "READONLY")
      yield* eventually(Effect.isSuccess(store.invalidate(name, request)))
    })
  )
})
