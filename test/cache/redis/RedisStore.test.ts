/**
 * What a store promises, asked of the one in Redis.
 */
import { afterAll, beforeAll } from "@effect/vitest"
import { Effect } from "effect"
import { storeCases } from "../support/storeCases.ts"
import { inRedis } from "../support/storeUnderTest.ts"
import { describeRedis } from "./support/available.ts"
import { RedisServer } from "./support/redisServer.ts"

describeRedis("a store in Redis", () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  storeCases(Effect.suspend(() => inRedis(server.url)))
})
