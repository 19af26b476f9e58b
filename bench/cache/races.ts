/**
 * Does the old text come back? A computation reads the source; the source changes, and an invalidation returns; then the computation
 * ends. Whoever asks next must get the new one. Provoked for each cache, as often as is said.
 */
import { contenders } from "./contenders.ts"

export interface RaceRow {
  readonly name: string
  readonly runs: number
  /** Runs in which the old text was served after the invalidation had returned. */
  readonly old: number
}

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const provokeRaces = async (runs: number): Promise<ReadonlyArray<RaceRow>> => {
  const rows: Array<RaceRow> = []
  for (const make of contenders) {
    const cache = await make()
    let old = 0
    for (let i = 0; i < runs; i++) {
      const key = `key ${i}`
      let source = "old"
      let end = () => {}
      const gate = new Promise<void>((resolve) => (end = resolve))
      const compute = async () => {
        const value = source
        if (value === "old") await gate
        return { value }
      }
      const first = cache.read(key, compute)
      await pause()
      source = "new"
      await cache.invalidate(key)
      end()
      await first
      await pause()
      const body = cache.body(await cache.read(key, compute))
      const text = typeof body === "string" ? body : Buffer.concat(body).toString()
      if (text.includes("old")) old++
    }
    rows.push({ name: cache.name, runs, old })
    await cache.close()
  }
  return rows
}

/** A thousand callers of a cold key: how many computations. */
export const stampede = async (
  callers: number
): Promise<ReadonlyArray<{ readonly name: string; readonly computed: number }>> => {
  const rows = []
  for (const make of contenders) {
    const cache = await make()
    let computed = 0
    const compute = async () => {
      computed++
      await pause()
      return { computed }
    }
    await Promise.all(Array.from({ length: callers }, () => cache.read("key", compute)))
    rows.push({ name: cache.name, computed })
    await cache.close()
  }
  return rows
}
