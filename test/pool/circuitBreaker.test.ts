import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { vi } from "vitest"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import { Breaker, isPoolFault } from "../../src/internal/pool/circuitBreaker.ts"
import {
  NotCloneable,
  PoolClosed,
  QueueFull,
  TaskTimedOut,
  WorkerCrashed,
  WorkerOutOfMemory,
  WorkerPoolError,
  type WorkerPoolErrorReason,
  WorkerStartFailed
} from "../../src/WorkerPool.ts"

let now = 0
beforeEach(() => {
  now = 5000
  vi.spyOn(realTimers, "now").mockImplementation(() => now)
})
afterEach(() => void vi.restoreAllMocks())

const opened = () => {
  const breaker = new Breaker()
  for (let i = 0; i < 3; i++) breaker.failed()
  return breaker
}

describe("breaker", () => {
  it("opens at the third failure in a row", () => {
    const breaker = new Breaker()
    for (let i = 0; i < 3; i++) {
      assert.deepStrictEqual([breaker.state, breaker.admits()], ["closed", true])
      breaker.failed()
    }
    assert.deepStrictEqual([breaker.state, breaker.admits()], ["open", false])
  })

  it("a success in between begins the count anew", () => {
    const breaker = new Breaker()
    for (let i = 0; i < 10; i++) {
      breaker.failed()
      breaker.failed()
      breaker.succeeded()
    }
    assert.strictEqual(breaker.state, "closed")
  })

  it("lets one call try when its time is over", () => {
    const breaker = opened()
    now += 999
    assert.isFalse(breaker.admits())
    now += 1
    assert.strictEqual(breaker.state, "half-open")
    assert.deepStrictEqual([breaker.admits(), breaker.admits()], [true, false])
    breaker.succeeded()
    assert.deepStrictEqual([breaker.state, breaker.admits(), breaker.admits()], ["closed", true, true])
  })

  it("is open twice as long after each try that fails, up to a minute", () => {
    const breaker = opened()
    for (const pause of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]) {
      now += pause - 1
      assert.strictEqual(breaker.state, "open", String(pause))
      now += 1
      assert.isTrue(breaker.admits())
      breaker.failed()
    }
    now += 60_000
    breaker.admits()
    breaker.succeeded()
    // And begins with a second again.
    for (let i = 0; i < 3; i++) breaker.failed()
    now += 1000
    assert.strictEqual(breaker.state, "half-open")
  })

  it("a call that did not come to try leaves it to the next", () => {
    const breaker = opened()
    now += 1000
    assert.isTrue(breaker.admits())
    breaker.abandoned()
    assert.isTrue(breaker.admits())
  })

  it("only failures of threads count", () => {
    const isFault = (reason: WorkerPoolErrorReason) => isPoolFault(new WorkerPoolError({ reason }))
    assert.isTrue(isFault(new WorkerCrashed({})))
    assert.isTrue(isFault(new WorkerOutOfMemory({})))
    assert.isTrue(isFault(new TaskTimedOut({ taskTimeout: Duration.seconds(1) })))
    assert.isTrue(isFault(new WorkerStartFailed({ workerFile: "", detail: "" })))
    assert.isFalse(isFault(new NotCloneable({ cause: 1 })))
    assert.isFalse(isFault(new QueueFull({ maxQueue: 1 })))
    assert.isFalse(isFault(new PoolClosed({})))
  })
})
