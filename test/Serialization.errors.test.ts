import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SerializationLayer from "../src/Layer.ts"
import type { SerializeOptions } from "../src/Serialization.ts"
import type { SerializationErrorReason } from "../src/SerializationError.ts"
import { makeRoutes, outputs, serviceOf, textOf } from "./support/routes.ts"
import { isAll } from "./support/tier.ts"
import { nestedArray, records } from "./support/values.ts"

describe("errors", () => {
  const thrown = { thrown: "by user code" }
  const raise = (): never => {
    throw thrown
  }
  const cyclic = () => {
    const value: Record<string, unknown> = { list: records(2000) }
    value["inner"] = { deep: [1, { "a/b~c": value }] }
    return value
  }
  const cases: ReadonlyArray<{
    readonly name: string
    readonly value: () => unknown
    readonly options?: SerializeOptions
    readonly reason: Record<string, unknown> & { readonly _tag: SerializationErrorReason["_tag"] }
  }> = [
    { name: "a cycle", value: cyclic, reason: { _tag: "CyclicValue", pointer: "/inner/deep/1/a~1b~0c" } },
    {
      name: "a bigint",
      value: () => ({ before: records(2000), n: [0, 1n] }),
      reason: { _tag: "UnsupportedValue", pointer: "/n/1", type: "bigint" }
    },
    { name: "a bigint alone", value: () => 1n, reason: { _tag: "UnsupportedValue", pointer: "", type: "bigint" } },
    { name: "undefined", value: () => undefined, reason: { _tag: "UnsupportedValue", pointer: "", type: "undefined" } },
    { name: "a function", value: () => () => 1, reason: { _tag: "UnsupportedValue", pointer: "", type: "function" } },
    { name: "a symbol", value: () => Symbol("s"), reason: { _tag: "UnsupportedValue", pointer: "", type: "symbol" } },
    {
      name: "a toJSON that throws",
      value: () => ({ before: records(2000), bad: [{ toJSON: raise }] }),
      reason: { _tag: "UserCodeFailed", pointer: "/bad/0", cause: thrown }
    },
    {
      name: "a toJSON that fails as JSON.stringify does",
      value: () => ({ before: records(2000), bad: { toJSON: () => JSON.stringify(1n) } }),
      reason: { _tag: "UserCodeFailed", pointer: "/bad" }
    },
    {
      name: "a toJSON that throws a TypeError, before a bigint",
      value: () => ({ bad: { toJSON: () => (undefined as any).x }, n: 1n }),
      reason: { _tag: "UserCodeFailed", pointer: "/bad" }
    },
    {
      name: "a bigint, after a toJSON that does not throw",
      value: () => ({ good: { toJSON: () => 1 }, n: 1n }),
      reason: { _tag: "UnsupportedValue", pointer: "/n", type: "bigint" }
    },
    {
      name: "a replacer that throws",
      value: () => ({ before: records(20), bad: [1] }),
      options: { replacer: (key, value) => (key === "bad" ? raise() : value) },
      reason: { _tag: "UserCodeFailed", pointer: "/bad", cause: thrown }
    },
    {
      name: "a space that throws",
      value: () => records(100),
      options: { space: Object.assign(new String("x"), { toString: raise }) as unknown as string },
      reason: { _tag: "UserCodeFailed", pointer: "", cause: thrown }
    },
    {
      name: "the limit",
      value: () => records(2000),
      options: { maxSize: 100 },
      reason: { _tag: "SizeLimitExceeded", maxSize: 100 }
    },
    {
      name: "the limit, before an error",
      value: () => [records(2000), 1n],
      options: { maxSize: 100 },
      reason: { _tag: "SizeLimitExceeded", maxSize: 100 }
    },
    {
      name: "an error, before the limit",
      value: () => [1n, records(2000)],
      options: { maxSize: 100, truncate: true },
      reason: { _tag: "UnsupportedValue", pointer: "/0", type: "bigint" }
    },
    {
      name: "a root that cannot be shortened",
      value: () => 123_456,
      options: { maxSize: 3, truncate: true },
      reason: { _tag: "SizeLimitExceeded", maxSize: 3 }
    }
  ]
  for (const { name, options, reason, value } of cases) {
    it.live(`${name}: the same on every route, in every output`, () =>
      Effect.gen(function* () {
        for (const route of makeRoutes({ syncThreshold: 0 })) {
          const service = yield* serviceOf(route.layer)
          for (const output of outputs) {
            const error = yield* Effect.flip(textOf(service, output, value(), { ...options, routing: route.routing }))
            const given = error.reason as unknown as Record<string, unknown>
            for (const key of Object.keys(reason)) {
              assert.strictEqual(given[key], reason[key], `${route.name} ${output} ${key}`)
            }
            if (reason._tag === "SizeLimitExceeded") {
              assert.strictEqual(given["unit"], output === "string" ? "characters" : "bytes")
            }
          }
          const { failures, failuresByReason } = yield* service.metrics
          assert.deepStrictEqual(
            { failures, failuresByReason },
            { failures: 3, failuresByReason: { [reason._tag]: 3 } }
          )
        }
      })
    )
  }

  it.effect("a program's own Error.prepareStackTrace is not called for it", () =>
    Effect.gen(function* () {
      const { serialize } = yield* serviceOf(SerializationLayer.layerSliced())
      const prepare = Error.prepareStackTrace
      let calls = 0
      try {
        Error.prepareStackTrace = (error) => {
          calls++
          return String(error)
        }
        const bad = { bad: { toJSON: () => (undefined as any).x }, n: 1n }
        const first = yield* Effect.flip(serialize(bad, { routing: "sync" }))
        const good = { good: { toJSON: () => 1 }, n: 1n }
        const second = yield* Effect.flip(serialize(good, { routing: "sync" }))
        assert.deepStrictEqual([first.reason._tag, second.reason._tag], ["UserCodeFailed", "UnsupportedValue"])
        assert.strictEqual(calls, 0)
      } finally {
        Error.prepareStackTrace = prepare
      }
    })
  )

  it.live("an error where what is open would not be closed within the limit: the limit comes first", () =>
    Effect.gen(function* () {
      const value = [[[[[[[[[1n]]]]]]]]]
      for (const { layer, name, routing } of makeRoutes({ syncThreshold: 0 })) {
        const service = yield* serviceOf(layer)
        for (const output of outputs) {
          const { text, truncated } = yield* textOf(service, output, value, { maxSize: 12, truncate: true, routing })
          assert.deepStrictEqual([text, truncated], ["[[[[[[]]]]]]", true], `${name} ${output}`)
          const { reason } = yield* Effect.flip(textOf(service, output, value, { maxSize: 12, routing }))
          assert.strictEqual(reason._tag, "UnsupportedValue", `${name} ${output}`)
        }
      }
    })
  )

  it.live("the limit, before an error: shortened on every route", () =>
    Effect.gen(function* () {
      const texts: Array<string> = []
      for (const { layer, routing } of makeRoutes({ syncThreshold: 0 })) {
        const service = yield* serviceOf(layer)
        for (const output of outputs) {
          const options = { maxSize: 100, truncate: true, routing }
          const { text, truncated } = yield* textOf(service, output, [records(2000), 1n], options)
          assert.isTrue(truncated)
          texts.push(text)
        }
        assert.strictEqual((yield* service.metrics).truncated, 3)
      }
      assert.isAtMost(texts[0]!.length, 100)
      JSON.parse(texts[0]!)
      assert.isTrue(texts.every((text) => text === texts[0]))
    })
  )
})

describe("extremes", () => {
  it.live("a text over the longest string", () =>
    Effect.gen(function* () {
      const text = "x".repeat(2 ** 24)
      const value = Array.from({ length: 33 }, () => text)
      for (const routing of isAll ? (["sync", "sliced"] as const) : (["sliced"] as const)) {
        const { serialize } = yield* serviceOf(SerializationLayer.layerSliced())
        assert.strictEqual((yield* Effect.flip(serialize(value, { routing }))).reason._tag, "OutputTooLong")
      }
    })
  )

  it.live("nesting 100,000 deep", () =>
    Effect.gen(function* () {
      const { text, value } = nestedArray(100_000)
      for (const { layer, name, path, routing } of makeRoutes()) {
        const service = yield* serviceOf(layer)
        for (const output of outputs) {
          // Native code with a list of names gives up on every version of Node, and without one on some.
          const options = { routing, replacer: name === "sync" ? ["a"] : undefined }
          const result = yield* Effect.result(textOf(service, output, value, options))
          if (name === "sync") {
            assert.isTrue(result._tag === "Failure" && result.failure.reason._tag === "NestingTooDeep", output)
          } else {
            assert.isTrue(result._tag === "Success" && result.success.text === text, `${name} ${output}`)
            assert.isTrue(result._tag === "Success" && result.success.path === path, `${name} ${output}`)
          }
        }
      }
    })
  )

  it.live("nesting 100,000 deep, objects in the exact lane", () =>
    Effect.gen(function* () {
      let value: unknown = 1
      for (let i = 0; i < 100_000; i++) value = { a: value }
      const { serialize } = yield* serviceOf(SerializationLayer.layerSliced())
      const text = '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000)
      assert.isTrue((yield* serialize(value)).serialized === text)
      assert.isTrue((yield* serialize(value, { replacer: (_, v) => v })).serialized === text)
    })
  )

  it.live.runIf(isAll)("a string of 100 MB", () =>
    Effect.gen(function* () {
      // Flat, as a string that was read from somewhere is.
      const value = Buffer.alloc(100_000_000, 'words and "quotes" ').toString("latin1")
      const text = JSON.stringify(value)
      for (const { layer, path, routing } of makeRoutes()) {
        const service = yield* serviceOf(layer)
        const result = yield* service.serialize(value, { routing })
        assert.isTrue(result.serialized === text)
        assert.strictEqual(result.path, path)
        if (routing !== "sliced") continue
        const { bytes } = yield* service.serializeToBytes(value, { routing })
        assert.isTrue(Buffer.from(bytes.buffer).equals(Buffer.from(text, "latin1")))
      }
    })
  )
})
