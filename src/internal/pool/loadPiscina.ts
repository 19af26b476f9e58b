/**
 * Loads Piscina when the first thread is needed, and not before.
 */
import { createRequire } from "node:module"
import { realTimers } from "../turns/realTimers.ts"
import type { Piscina } from "piscina"

let loading: Promise<typeof Piscina> | undefined

/** The class, loaded once a process. */
export const loadPiscina = (): Promise<typeof Piscina> => (loading ??= load())

const load = async (): Promise<typeof Piscina> => {
  try {
    await inParts()
    return (await import("piscina")).Piscina
  } catch (cause) {
    loading = undefined
    throw cause
  }
}

// Loaded in one go, Piscina's dozen CommonJS files block the event loop for 9 ms. So its larger parts are loaded
// beforehand, one a turn, which leaves 2 to 4 ms for the longest. They are named by path inside the package. If a path
// does not fit, in another version or a bundle, the import has all still to do, and nothing else is lost.
const inParts = async (): Promise<void> => {
  try {
    const inside = createRequire(createRequire(import.meta.url).resolve("piscina"))
    for (const part of ["node:worker_threads", "./common", "./task_queue", "./worker_pool", "./histogram", "./index"]) {
      await realTimers.nextTurn()
      inside(part)
    }
    await realTimers.nextTurn()
  } catch {
    // See above.
  }
}
