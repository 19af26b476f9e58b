/** Limits where a call is done in one go: nothing may be waited for, neither a worker nor a reader. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Serialization, SerializationLayer } from "../src/index.ts"

const size = (chunks: Iterable<Uint8Array>): number => [...chunks].reduce((sum, chunk) => sum + chunk.length, 0)

describe("a limit on what is done at once", () => {
  const live = SerializationLayer.layer({ routing: "worker" })

  it.live("below the threshold, close to the limit: done without a worker", () =>
    Effect.gen(function* () {
      const serialization = yield* Serialization
      const fits = yield* serialization.serialize([1, 2], { maxSize: 5 })
      assert.deepStrictEqual(fits, { serialized: "[1,2]", truncated: false, path: "sync" })
      const cut = yield* serialization.serialize([1, 2, 3], { maxSize: 6, truncate: true })
      assert.deepStrictEqual(cut, { serialized: "[1,2]", truncated: true, path: "sync" })
    }).pipe(Effect.provide(live))
  )

  it.live("a stream in one go fills more than its reader takes at a time", () =>
    Effect.gen(function* () {
      const serialization = yield* Serialization
      const value = Array.from({ length: 50_000 }, () => "xxxxxxxx")
      const limited = yield* Stream.runCollect(serialization.stream(value, { routing: "sync", maxSize: 1e9 }))
      const replaced = yield* Stream.runCollect(
        serialization.stream(value, { routing: "sync", replacer: (_, value) => value })
      )
      assert.strictEqual(size(limited), JSON.stringify(value).length)
      assert.strictEqual(size(replaced), JSON.stringify(value).length)
    }).pipe(Effect.provide(live))
  )

  it.live("plain JSON.stringify chosen by the rollout, with a limit", () =>
    Effect.gen(function* () {
      const serialization = yield* Serialization
      const value = "x".repeat(5_000)
      const result = yield* serialization.serialize(value, { maxSize: 6_000 })
      assert.strictEqual(result.serialized, JSON.stringify(value))
    }).pipe(Effect.provide(SerializationLayer.layer({ rollout: 0 })))
  )
})
