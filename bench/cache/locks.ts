/**
 * What a lock over Redis costs that nobody else wants: getting it and giving it back, beside two round trips of a script
 * that does nothing. Rounds alternate; medians.
 */
import { Effect } from "effect"
import { createClient } from "redis"
import { DistributedLock } from "../../src/cache/index.ts"
import * as RedisStore from "../../src/cache/RedisStore.ts"
import { RedisServer } from "../../test/cache/redis/support/redisServer.ts"
import { median } from "../stats.ts"

export interface LockRow {
  readonly name: string
  /** Microseconds. */
  readonly wall: number
}

export const measureLocks = async (rounds: number): Promise<ReadonlyArray<LockRow>> => {
  await using redis = await RedisServer.start()
  const client = createClient({ url: redis.url })
  await client.connect()
  const digest = String(await client.sendCommand(["SCRIPT", "LOAD", "return 1"]))
  const roundTrip = Effect.promise(() => client.sendCommand(["EVALSHA", digest, "1", "{bare}:lock"]))
  const program = Effect.gen(function* () {
    const lock = yield* DistributedLock
    const ways = [
      { name: "EVALSHA alone, twice", run: Effect.andThen(roundTrip, roundTrip), wall: [] as Array<number> },
      { name: "lock and unlock", run: lock.withLock("a")(() => Effect.void), wall: [] as Array<number> }
    ]
    // The first round compiles.
    for (let round = 0; round <= rounds; round++) {
      const count = round === 0 ? 5_000 : 500
      for (const { run, wall } of ways) {
        const began = performance.now()
        for (let n = 0; n < count; n++) yield* run
        if (round > 0) wall.push(((performance.now() - began) * 1000) / count)
      }
    }
    return ways.map(({ name, wall }) => ({ name, wall: median(wall) }))
  })
  const rows = await Effect.runPromise(program.pipe(Effect.provide(RedisStore.layerLock({ url: redis.url }))))
  client.destroy()
  return rows
}
