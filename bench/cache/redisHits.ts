/**
 * What an entry costs that only Redis has: to read it, to have its body, and to keep it. Rounds of all caches alternate; medians.
 */
import { createClient } from "redis"
import { RedisServer } from "../../test/cache/redis/support/redisServer.ts"
import { median } from "../stats.ts"
import { threadTime } from "../threadClock.ts"
import { contenders } from "./redisContenders.ts"
import { valueOf } from "./values.ts"

export interface RedisHitRow {
  readonly name: string
  /** Microseconds for one read and its body: on the clock, and of the thread. */
  readonly wall: number
  readonly thread: number
  /** Bytes of Redis for one entry, of small ones: the buffers of connections hide those of a few large ones. */
  readonly memory: number | undefined
}

const memoryOf = async (redis: RedisServer): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(String(await redis.command("INFO", "memory")))![1])

export const measureRedisHits = async (bytes: number, rounds: number): Promise<ReadonlyArray<RedisHitRow>> => {
  const value = valueOf(bytes)
  const text = JSON.stringify(value)
  await using redis = await RedisServer.start()
  const isSmall = bytes < 100_000
  const count = isSmall ? 500 : 20
  const entries = 200
  const refuse = () => Promise.reject(new Error("computed in a hit"))
  const rows: Array<{ name: string; wall: Array<number>; thread: Array<number>; memory: number | undefined }> = []
  const reads: Array<() => Promise<unknown>> = []
  const closes: Array<() => Promise<unknown>> = []

  // The floor: one round trip of a script that gives the text.
  const client = createClient({ url: redis.url }).withTypeMapping({ 36: Buffer })
  await client.connect()
  await client.sendCommand(["SET", "{bare}:text", text])
  const script = "return redis.call('GET', KEYS[1])"
  const digest = String(await client.sendCommand(["SCRIPT", "LOAD", script]))
  rows.push({ name: "EVALSHA alone", wall: [], thread: [], memory: undefined })
  reads.push(() => client.sendCommand(["EVALSHA", digest, "1", "{bare}:text"]))
  closes.push(async () => client.destroy())

  for (const make of Object.values(contenders)) {
    const cache = await make(redis.port)
    await cache.read("key", async () => value)
    const before = await memoryOf(redis)
    if (isSmall) for (let i = 0; i < entries; i++) await cache.read(`entry ${i}`, async () => value)
    const memory = isSmall ? ((await memoryOf(redis)) - before) / entries : undefined
    rows.push({ name: cache.name, wall: [], thread: [], memory })
    reads.push(async () => cache.body(await cache.read("key", refuse)))
    closes.push(() => cache.close())
  }
  // As in a server that has run for some seconds: until then it is the compiler of V8 that is measured.
  for (const read of reads) for (let n = 0; n < (isSmall ? 10_000 : 20); n++) await read()
  for (let round = 0; round < rounds; round++) {
    for (const [i, read] of reads.entries()) {
      const began = performance.now()
      const before = threadTime()
      for (let n = 0; n < count; n++) await read()
      rows[i]!.thread.push(((threadTime() - before) * 1000) / count)
      rows[i]!.wall.push(((performance.now() - began) * 1000) / count)
    }
  }
  for (const close of closes) await close()
  return rows.map(({ memory, name, thread, wall }) => ({ name, memory, wall: median(wall), thread: median(thread) }))
}
