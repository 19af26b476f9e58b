import { assert, describe, it } from "@effect/vitest"
import { Warnings } from "../../src/internal/pool/throttledWarnings.ts"
import { PoolClosed, QueueFull, WorkerCrashed, WorkerPoolError } from "../../src/WorkerPool.ts"

describe("warnings", () => {
  it("come once a minute for each reason, and tell how many were left out", () => {
    let now = 1_000
    const logged: Array<string> = []
    const warnings = new Warnings(
      () => now,
      (message, reason) => void logged.push(`${reason}: ${message}`)
    )
    const crashed = new WorkerPoolError({ reason: new WorkerCrashed({ exitCode: 1 }) })
    const full = new WorkerPoolError({ reason: new QueueFull({ maxQueue: 1 }) })
    warnings.add(crashed)
    warnings.add(crashed)
    warnings.add(full)
    now += 59_999
    warnings.add(crashed)
    assert.deepStrictEqual(logged, [`WorkerCrashed: ${crashed.message}`, `QueueFull: ${full.message}`])
    now += 1
    warnings.add(crashed)
    assert.strictEqual(logged[2], `WorkerCrashed: ${crashed.message} (and 2 more since the last warning)`)
    now += 60_000
    warnings.add(crashed)
    assert.strictEqual(logged[3], `WorkerCrashed: ${crashed.message}`)
  })

  it("do not come for calls after the end", () => {
    const warnings = new Warnings(Date.now, () => assert.fail("logged"))
    warnings.add(new WorkerPoolError({ reason: new PoolClosed({}) }))
  })
})
