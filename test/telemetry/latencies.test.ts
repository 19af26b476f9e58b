import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createHistogram } from "node:perf_hooks"
import { makeLatencies } from "../../src/internal/telemetry/latencies.ts"

const plain = () =>
  makeLatencies(() => {
    throw new Error("not implemented")
  })

describe("latencies", () => {
  it("where a runtime has no histogram, percentiles are those of Node's to 4 %", () => {
    const values = fc.array(fc.integer({ min: 1, max: 10_000_000_000 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(values, fc.constantFrom(1, 50, 95, 99, 100), (values, percent) => {
        const [ours, nodes] = [plain(), createHistogram()]
        for (const value of values) {
          ours.record(value)
          nodes.record(value)
        }
        const expected = nodes.percentile(percent)
        assert.isAtLeast(ours.percentile(percent) * 1.04, expected)
        assert.isAtMost(ours.percentile(percent), expected * 1.04 + 1)
      })
    )
  })

  it("a runtime with a histogram uses it", () => {
    const latencies = makeLatencies()
    for (let i = 1; i <= 100; i++) latencies.record(i * 1000)
    assert.closeTo(latencies.percentile(50), 50_000, 500)
  })
})
