/** Waits for a condition of something that tells nobody when it changes. */
import { setTimeout } from "node:timers/promises"

/** Asks again every 20 milliseconds until the answer is true, or fails after `limit` milliseconds. */
export const eventually = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  limit = 30_000
): Promise<void> => {
  const end = performance.now() + limit
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Not within ${limit} ms: ${what}`)
    await setTimeout(20)
  }
}
