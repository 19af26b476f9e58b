/**
 * A cold key in four processes, and a cold key while Redis is stopped: it accepts connections, and does not answer.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { RedisServer } from "../../test/cache/redis/support/redisServer.ts"
import { type ContenderName, contenders } from "./redisContenders.ts"

export interface StampedeRow {
  readonly name: string
  readonly computed: number
}

const processes = 4
const callers = 250

/** How often a cold key is computed for callers in several processes. */
export const stampedeProcesses = async (script: string): Promise<ReadonlyArray<StampedeRow>> => {
  await using redis = await RedisServer.start()
  const rows: Array<StampedeRow> = []
  for (const name of Object.keys(contenders)) {
    const children = Array.from({ length: processes }, () => fork(script, ["callers", name, String(redis.port)]))
    await Promise.all(children.map((child) => once(child, "message")))
    const counts = children.map(async (child) => {
      child.send("go")
      const [counted] = (await once(child, "message")) as [{ readonly name: string; readonly computed: number }]
      return counted
    })
    const all = await Promise.all(counts)
    rows.push({ name: all[0]!.name, computed: all.reduce((sum, { computed }) => sum + computed, 0) })
    await redis.flushAll()
  }
  return rows
}

/** One of the processes: says that it is there, waits, and tells how often it has computed. */
export const callersOf = async (name: ContenderName, port: number): Promise<void> => {
  const cache = await contenders[name](port)
  // Connected, and warm.
  await cache.read(`of ${process.pid}`, async () => ({ warm: true }))
  const go = once(process, "message")
  process.send!("ready")
  await go
  let computed = 0
  const compute = async () => {
    computed++
    await new Promise((resolve) => setTimeout(resolve, 300))
    return { rows: Array.from({ length: 1_000 }, (_, id) => ({ id })) }
  }
  await Promise.all(Array.from({ length: callers }, () => cache.read("the key", compute)))
  process.send!({ name: cache.name, computed })
}

export interface StoppedRow {
  readonly name: string
  /** Milliseconds over the computation, of the first cold key, and of the median of those after it; undefined: not within the limit. */
  readonly first: number | undefined
  readonly later: number | undefined
}

const limit = 6_000

/** What a cold key costs over its computation while Redis is stopped. */
export const coldWhileStopped = async (name: ContenderName): Promise<StoppedRow> => {
  await using redis = await RedisServer.start()
  const cache = await contenders[name](redis.port)
  await cache.read("known", async () => 1)
  redis.pause()
  const cold = async (key: string): Promise<number | undefined> => {
    const began = performance.now()
    let computing = 0
    const compute = async () => {
      const from = performance.now()
      await new Promise((resolve) => setTimeout(resolve, 100))
      computing = performance.now() - from
      return { rows: [1, 2, 3] }
    }
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<"late">((resolve) => (timer = setTimeout(() => resolve("late"), limit)))
    const outcome = await Promise.race([cache.read(key, compute).catch(() => "late" as const), late])
    clearTimeout(timer)
    return outcome === "late" ? undefined : performance.now() - began - computing
  }
  const first = await cold("key 0")
  // The circuit opens after three failures; from then on nobody waits.
  const later: Array<number | undefined> = []
  if (first !== undefined) for (let i = 1; i < 8; i++) later.push(await cold(`key ${i}`))
  const last = later.slice(-3)
  redis.resume()
  return {
    name: cache.name,
    first,
    later: last.length === 0 || last.includes(undefined) ? undefined : (last as Array<number>).sort((a, b) => a - b)[1]
  }
}
