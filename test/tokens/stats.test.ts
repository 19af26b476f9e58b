import { assert, describe, it, vi } from "@effect/vitest"
import { syncBuiltinESMExports } from "node:module"
import perfHooks from "node:perf_hooks"
import { TokensStats } from "../../src/tokens/internal/stats.ts"
import { realTimers } from "../../src/internal/turns/realTimers.ts"

describe("tokens stats", () => {
  it("a runtime without a histogram has percentiles, too", () => {
    const { createHistogram } = perfHooks
    const now = vi.spyOn(realTimers, "now").mockReturnValue(1_000)
    try {
      perfHooks.createHistogram = () => {
        throw new Error("not implemented")
      }
      syncBuiltinESMExports()
      const stats = new TokensStats()
      stats.ended(900, undefined)
      assert.closeTo(stats.snapshot(0).p50, 100, 20)
    } finally {
      now.mockRestore()
      perfHooks.createHistogram = createHistogram
      syncBuiltinESMExports()
    }
  })
})
