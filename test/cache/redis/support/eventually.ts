/** Waits for a condition of something that tells nobody when it changes. */
import { setTimeout } from "node:timers/promises"

/** Asks again every 30 milliseconds until the answer is true, or fails after `limit` milliseconds. A failure is no answer. */
export const eventually = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  limit = 120_000
): Promise<void> => {
  const end = performance.now() + limit
  let cause: unknown
  while (true) {
    try {
      if (await condition()) return
      cause = undefined
    } catch (error) {
      cause = error
    }
    if (performance.now() > end) throw new Error(`Not within ${limit} ms: ${what}`, { cause })
    await setTimeout(30)
  }
}
