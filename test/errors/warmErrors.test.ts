import { assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import { makeSerializer } from "../../src/Async.ts"
import { diagnose } from "../../src/internal/errors/diagnoseError.ts"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import { longestHold } from "../../src/internal/turns/turnQueue.ts"

vi.mock("../../src/internal/errors/diagnoseError.ts", { spy: true })

describe("the first error of a process", () => {
  it("is made once, in turns after the one in which a layer was built, and counts as a hold", async () => {
    const calls = () => vi.mocked(diagnose).mock.results
    await using first = makeSerializer({ routing: "sliced" })
    await using second = makeSerializer({ routing: "sliced" })
    assert.strictEqual(calls().length, 0)
    while (calls().length === 0) await realTimers.nextTurn()
    for (let turn = 0; turn < 10; turn++) await realTimers.nextTurn()
    assert.strictEqual(calls().length, 1)
    assert.strictEqual(calls()[0]!.value.reason._tag, "CyclicValue")
    assert.isAbove(longestHold(), 0)
    for (const serializer of [first, second]) assert.strictEqual((await serializer.metrics()).failures, 0)
  })
})
