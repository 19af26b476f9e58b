/** User code that throws while a frame is cloned: an error of the value, neither counted nor logged as one of the worker. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { turn } from "../fixtures/pool.ts"
import { metrics, serialize } from "../support/calls.ts"
import { markedLayer, records } from "../support/values.ts"

/** Rows with a getter that the plan reads, and who looks whether it can be cloned; the clone is the third. */
const rows = (answer: (reads: number) => unknown) => {
  const value = records(500)
  let reads = 0
  Object.defineProperty(value[300], "late", { enumerable: true, get: () => answer(++reads) })
  return value
}

describe("a getter that throws while its frame is cloned", () => {
  const thrown = new Error("too late")

  for (const fallback of [true, false]) {
    it.live(`fails the call with what it threw, fallback: ${fallback}`, () => {
      const { layer, logged } = markedLayer({ fallback })
      return Effect.gen(function* () {
        const given = rows((reads) => {
          if (reads >= 3) throw thrown
          return 1
        })
        const { reason } = yield* Effect.flip(serialize(given))
        assert.strictEqual(reason._tag === "UserCodeFailed" && reason.cause, thrown)
        yield* turn
        assert.deepStrictEqual(logged, [])
        assert.deepInclude(yield* metrics, { workerErrors: 0, workerErrorsByReason: {}, fallbackPath: 0, failures: 1 })
      }).pipe(Effect.provide(layer))
    })
  }

  it.live("costs nothing if it answers when the frame is done again", () => {
    const { layer, logged } = markedLayer()
    return Effect.gen(function* () {
      const given = rows((reads) => {
        if (reads === 3) throw thrown
        return 1
      })
      const { path, serialized } = yield* serialize(given)
      assert.isTrue(serialized === JSON.stringify(rows(() => 1)))
      assert.strictEqual(path, "worker")
      yield* turn
      assert.deepStrictEqual(logged, [])
      assert.deepInclude(yield* metrics, { workerErrors: 0, fallbackPath: 0, workerPath: 1 })
    }).pipe(Effect.provide(layer))
  })
})
