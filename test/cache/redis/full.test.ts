/**
 * A Redis that is full and evicts nothing: what is there is served, what is outdated goes, and nothing is stored.
 */
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { randomBytes } from "node:crypto"
import * as RedisStore from "../../../src/cache/RedisStore.ts"
import { makeCache, overStore } from "../support/layers.ts"
import { eventually } from "../support/storeUnderTest.ts"
import { describeRedis } from "./support/available.ts"
import { connected, patient } from "./support/patient.ts"
import { RedisServer } from "./support/redisServer.ts"

describeRedis("a full Redis", () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  it.live("goes on with what it has", () =>
    Effect.gen(function* () {
      const make = connected(makeCache(overStore(RedisStore.layer({ url: server.url }), patient)))
      const one = yield* make
      const two = yield* make
      yield* one.set("kept", 1)
      yield* one.set("outdated", 1)
      yield* one.set("large", randomBytes(1_000_000).toString("base64"))
      yield* Effect.promise(() => server.command("CONFIG", "SET", "maxmemory", "1mb"))

      // Read as it is.
      assert.strictEqual((yield* two.getOrCompute("kept", Effect.die("computed twice"))).source, "store")
      // Not stored, small or large, computed or set; and neither is a failure of the store.
      for (const value of ["x", randomBytes(400_000).toString("base64")]) {
        assert.strictEqual((yield* one.getOrCompute(`new ${value.length}`, Effect.succeed(value))).source, "computed")
        yield* one.set(`set ${value.length}`, value)
      }
      yield* eventually(Effect.map(one.metrics, ({ stores }) => stores.full >= 4))
      assert.strictEqual((yield* one.metrics).store, "attached")
      assert.isTrue(Option.isNone(yield* two.get("new 1")))
      assert.isTrue(Option.isNone(yield* two.get("set 1")))
      // It is no trouble with the store that a strong read would have to tell.
      assert.strictEqual(
        (yield* one.getOrCompute("strong", Effect.succeed(1), { consistency: "strong" })).source,
        "computed"
      )
      // What is outdated goes all the same, everywhere.
      assert.strictEqual((yield* two.invalidate("outdated")).status, "done")
      assert.isTrue(Option.isNone(yield* two.get("outdated", { consistency: "strong" })))
      yield* eventually(Effect.orDie(Effect.map(one.get("outdated"), Option.isNone)))
      assert.strictEqual((yield* one.invalidateAll()).status, "done")
      assert.isTrue(Option.isNone(yield* two.get("kept", { consistency: "strong" })))

      // And when there is room again, it is used.
      yield* Effect.promise(() => server.command("CONFIG", "SET", "maxmemory", "0"))
      const before = (yield* one.metrics).stores.stored
      yield* one.getOrCompute("room", Effect.succeed(1))
      yield* eventually(Effect.map(one.metrics, ({ stores }) => stores.stored > before))
      assert.isTrue(Option.isSome(yield* two.get("room")))
    })
  )
})
