/** Limits where a call is done in one go: nothing may be waited for, neither a worker nor a reader. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Serialization, SerializationLayer, type SerializeOptions } from "../../src/index.ts"

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

  const big = "x".repeat(5_000)
  class Big {
    get big() {
      return big
    }
  }
  const hidden: Record<string, readonly [value: unknown, options: SerializeOptions]> = {
    "an array with a toJSON": [Object.assign([1], { toJSON: () => big }), {}],
    "a toJSON that is not enumerable": [[Object.defineProperty({ a: 1 }, "toJSON", { value: () => big })], {}],
    "a toJSON of an instance": [Object.defineProperty(new Big(), "toJSON", { value: () => big }), {}],
    "a list that reads an accessor of the class": [new Big(), { replacer: ["big"] }],
    "a list that reads what is not enumerable": [
      Object.defineProperty({}, "big", { value: big }),
      { replacer: ["big"] }
    ],
    "a list that reads what is inherited": [Object.create({ big }), { replacer: ["big"] }],
    "a boxed string": [Object.assign(new String(""), { toString: () => big }), {}],
    "a boxed string that looks plain": [
      Object.setPrototypeOf(Object.defineProperty(new String(""), "toString", { value: () => big }), Object.prototype),
      {}
    ]
  }
  for (const [name, [value, options]] of Object.entries(hidden)) {
    it.live(`holds for a text that nobody could foresee: ${name}`, () =>
      Effect.gen(function* () {
        const serialization = yield* Serialization
        const limit = { ...options, maxSize: 40 }
        const failed = yield* Effect.flip(serialization.serialize(value, limit))
        assert.strictEqual(failed.reason._tag, "SizeLimitExceeded")
        const { bytes, truncated } = yield* serialization.serializeToBytes(value, { ...limit, truncate: true })
        assert.isTrue(truncated)
        assert.isAtMost(bytes.length, 40)
        const text = new TextDecoder().decode(bytes)
        assert.isTrue(JSON.stringify(value, options.replacer as Array<string>).startsWith(text.slice(0, 8)))
        assert.doesNotThrow(() => void JSON.parse(text))
      }).pipe(Effect.provide(live))
    )
  }

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
