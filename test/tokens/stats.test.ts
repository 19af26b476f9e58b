import { assert, describe, it } from "@effect/vitest"
import { syncBuiltinESMExports } from "node:module"
import perfHooks from "node:perf_hooks"
import { TokensStats } from "../../src/tokens/internal/stats.ts"
import { realTimers } from "../../src/internal/turns/realTimers.ts"

describe("tokens stats", () => {
  it("a runtime without a histogram has percentiles, too", () => {
    const { createHistogram } = perfHooks
    try {
      perfHooks.createHistogram = () => {
        throw new Error("not implemented")
      }
      syncBuiltinESMExports()
      const stats = new TokensStats()
      stats.ended(realTimers.now() - 100, undefined)
      assert.closeTo(stats.snapshot(0).p50, 100, 20)
    } finally {
      perfHooks.createHistogram = createHistogram
      syncBuiltinESMExports()
    }
  })
})
