import { assert, it } from "@effect/vitest"
import { vi } from "vitest"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import { Breaker } from "../../src/internal/pool/circuitBreaker.ts"

it("many calls that fail at once open the breaker for as long as three do", () => {
  let now = 1_000
  const clock = vi.spyOn(realTimers, "now").mockImplementation(() => now)
  try {
    const breaker = new Breaker()
    for (let i = 0; i < 50; i++) breaker.failed()
    assert.strictEqual(breaker.state, "open")
    now += 1_000
    assert.strictEqual(breaker.state, "half-open")
    assert.isTrue(breaker.admits())
    assert.isFalse(breaker.admits())
    // The try fails: twice as long.
    breaker.failed()
    now += 1_000
    assert.strictEqual(breaker.state, "open")
    now += 1_000
    assert.isTrue(breaker.admits())
    breaker.succeeded()
    assert.strictEqual(breaker.state, "closed")
  } finally {
    clock.mockRestore()
  }
})
