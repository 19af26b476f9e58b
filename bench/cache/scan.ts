/**
 * How many reads of keys that are read again and again are hits, while others read each key once: a crawler, an export. Memory has room for
 * twice the keys that come again.
 */
import { createCache as createDedupe } from "async-cache-dedupe"
import { BentoCache, bentostore } from "bentocache"
import { memoryDriver } from "bentocache/drivers/memory"
import { makeCache } from "../../src/cache/index.ts"
import { makeRandom } from "../data/random.ts"
import { valueOf } from "./values.ts"

export interface ScanRow {
  readonly name: string
  readonly hitRatio: number
}

const hot = 200
const value = valueOf(2_000)
const size = JSON.stringify(value).length

/** Of reads of hot keys, how many were hits; a tenth of the hot keys gets half of them. */
const run = async (read: (key: string, compute: () => Promise<unknown>) => Promise<unknown>): Promise<number> => {
  const random = makeRandom(1)
  let hits = 0
  let reads = 0
  for (let i = 0; i < 20_000; i++) {
    let isComputed = false
    const compute = async () => {
      isComputed = true
      return value
    }
    if (i % 2 === 1) await read(`once ${i}`, compute)
    else {
      await read(`hot ${random.next() < 0.5 ? random.int(hot / 10) : random.int(hot)}`, compute)
      reads++
      if (!isComputed) hits++
    }
  }
  return hits / reads
}

export const hitRatios = async (): Promise<ReadonlyArray<ScanRow>> => {
  const rows: Array<ScanRow> = []
  {
    await using cache = makeCache({ maxBytes: 2 * hot * (size + 700), maxEntryBytes: size * 2 })
    rows.push({ name: "effect-serialization", hitRatio: await run((key, compute) => cache.getOrCompute(key, compute)) })
  }
  {
    const cache = new BentoCache({
      default: "memory",
      stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 2 * hot })) }
    })
    rows.push({
      name: "bentocache",
      hitRatio: await run((key, factory) => cache.getOrSet({ key, ttl: "5m", factory }))
    })
    await cache.disconnectAll()
  }
  {
    const computing = new Map<string, () => Promise<unknown>>()
    const cache = createDedupe({ ttl: 300, storage: { type: "memory", options: { size: 2 * hot } } }).define(
      "read",
      (key: string) => computing.get(key)!()
    )
    rows.push({
      name: "async-cache-dedupe",
      hitRatio: await run((key, compute) => {
        computing.set(key, compute)
        return cache.read(key)
      })
    })
  }
  return rows
}
