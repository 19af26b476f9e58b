import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { taskFailed } from "../../src/internal/pool/classifyFailure.ts"
import { warmFailures } from "../../src/internal/pool/warmFailures.ts"
import { vi } from "vitest"
import { faultyPool, ready, until } from "../fixtures/pool.ts"

vi.mock("../../src/internal/pool/classifyFailure.ts", { spy: true })

afterEach(() => void vi.restoreAllMocks())

describe("the first failure of a process", () => {
  it.live("is made once, after the first thread has started, and logged nowhere", () => {
    const { layer, logged } = faultyPool()
    return Effect.gen(function* () {
      const written = vi.spyOn(console, "log").mockImplementation(() => {})
      yield* ready
      assert.strictEqual(vi.mocked(taskFailed).mock.calls.length, 0)
      yield* until(() => vi.mocked(taskFailed).mock.calls.length > 0)
      yield* Effect.promise(warmFailures)
      assert.strictEqual(vi.mocked(taskFailed).mock.calls.length, 1)
      assert.deepStrictEqual(logged, [])
      assert.strictEqual(written.mock.calls.length, 0)
    }).pipe(Effect.provide(layer))
  })
})
