/**
 * What a hit in memory costs the calling thread, and what it costs to have the body of a response: a text is there, an object has to
 * be stringified. Rounds of all caches alternate; medians.
 */
import { threadTime } from "../threadClock.ts"
import { median } from "../stats.ts"
import { contenders } from "./contenders.ts"
import { valueOf } from "./values.ts"

export interface HitRow {
  readonly name: string
  /** Microseconds of the thread for one hit, by promises. */
  readonly hit: number
  /** Within one fiber. */
  readonly inFiber: number | undefined
  /** A hit and its body. */
  readonly body: number
}

const time = async (count: number, run: () => Promise<void>): Promise<number> => {
  const before = threadTime()
  await run()
  return ((threadTime() - before) * 1000) / count
}

export const measureHits = async (bytes: number, rounds: number): Promise<ReadonlyArray<HitRow>> => {
  const value = valueOf(bytes)
  const caches = await Promise.all(contenders.map((make) => make()))
  const rows = caches.map(({ name }) => ({
    name,
    hit: [] as Array<number>,
    fiber: [] as Array<number>,
    body: [] as Array<number>
  }))
  for (const cache of caches) await cache.read("key", async () => value)
  // Some copy or parse the value at each hit.
  const count = bytes > 100_000 ? 20 : 2_000
  const refuse = () => Promise.reject(new Error("computed in a hit"))
  for (let round = 0; round < rounds; round++) {
    for (const [i, cache] of caches.entries()) {
      const row = rows[i]!
      row.hit.push(
        await time(count, async () => {
          for (let n = 0; n < count; n++) await cache.read("key", refuse)
        })
      )
      row.body.push(
        await time(count, async () => {
          for (let n = 0; n < count; n++) cache.body(await cache.read("key", refuse))
        })
      )
      if (cache.hits !== undefined) row.fiber.push(await time(10_000, () => cache.hits!("key", 10_000)))
    }
  }
  for (const cache of caches) await cache.close()
  return rows.map(({ body, fiber, hit, name }) => ({
    name,
    hit: median(hit),
    inFiber: fiber.length === 0 ? undefined : median(fiber),
    body: median(body)
  }))
}
