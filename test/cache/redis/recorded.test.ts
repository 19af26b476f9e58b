/**
 * What was written by each version of the format is read, or is not there. Never change what is recorded: a change of the format gets
 * a number of its own, and a record.
 */
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { readFileSync } from "node:fs"
import { createClient } from "redis"
import * as RedisStore from "../../../src/cache/RedisStore.ts"
import { makeCache, overStore } from "../support/layers.ts"
import { describeRedis } from "./support/available.ts"
import { connected, patient } from "./support/patient.ts"
import { RedisServer } from "./support/redisServer.ts"

interface Recorded {
  readonly hashes: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly strings: Readonly<Record<string, string>>
}

const { hashes, strings } = JSON.parse(
  readFileSync(new URL("fixtures/format1.json", import.meta.url), "utf8")
) as Recorded

describeRedis("format 1", () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
    const client = await createClient({ url: server.url })
      .on("error", () => {})
      .connect()
    for (const [key, hash] of Object.entries(hashes)) {
      for (const [field, value] of Object.entries(hash)) await client.hSet(key, field, Buffer.from(value, "base64"))
      if (!key.endsWith(":m")) await client.expire(key, 7_200)
    }
    for (const [key, value] of Object.entries(strings)) {
      await client.set(key, Buffer.from(value, "base64"), { expiration: { type: "EX", value: 7_200 } })
    }
    client.destroy()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  it.live("is read, and invalidated", () =>
    Effect.gen(function* () {
      const options = { ...patient, name: "recorded" } as const
      const cache = yield* connected(makeCache(overStore(RedisStore.layer({ url: server.url }), options)))
      const lengths = {
        "one none": 10,
        "one zstd": 20_000,
        "one gzip": 20_000,
        "two zstd": 200_000,
        "two gzip": 200_000
      }
      for (const [key, length] of Object.entries(lengths)) {
        const read = yield* cache.getOrCompute(key, Effect.die("it is there"))
        assert.strictEqual(read.source, "store")
        assert.isTrue((yield* read.text) === JSON.stringify({ text: "é".repeat(length) }))
      }
      yield* cache.invalidate("one none")
      for (const key of ["one none", "two zstd", "two gzip"]) assert.isTrue(Option.isNone(yield* cache.get(key)))
      assert.isTrue(Option.isSome(yield* cache.get("one gzip")))
      yield* cache.invalidateTags("t")
      assert.isTrue(Option.isNone(yield* cache.get("one gzip")))
    })
  )
})
