/**
 * Tests that need a Redis: without one they are skipped, and say so; in CI they fail.
 */
import { describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0
const remedy = "needs redis-server: apt-get install redis-server"

/** `describe`, where `redis-server` is installed. */
export const describeRedis = (name: string, tests: () => void): void => {
  if (hasRedis) return void describe(name, tests)
  if (process.env["CI"] !== undefined) {
    it(name, () => {
      throw new Error(`It ${remedy}`)
    })
    return
  }
  console.warn(`SKIPPED "${name}": it ${remedy}`)
  describe.skip(name, tests)
}
