import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { SerializeOptions } from "../src/Serialization.ts"
import * as SerializationLayer from "../src/Layer.ts"
import { patient } from "./fixtures/pool.ts"
import { makeRoutes, outputs, serviceOf, textOf } from "./support/routes.ts"
import { around, records } from "./support/values.ts"

describe("path", () => {
  const service = serviceOf(SerializationLayer.layerSliced())

  it.effect("sync below the threshold, sliced from there on", () =>
    Effect.gen(function* () {
      const { serialize } = yield* service
      assert.deepStrictEqual(yield* serialize({ a: 1 }), { serialized: '{"a":1}', truncated: false, path: "sync" })
      assert.strictEqual((yield* serialize("x".repeat(1021))).path, "sync")
      assert.strictEqual((yield* serialize("x".repeat(1022))).path, "sliced")
      assert.strictEqual((yield* serialize(records(1000), { routing: "sync" })).path, "sync")
    })
  )

  it.effect("a threshold of the layer's own", () =>
    Effect.gen(function* () {
      const always = yield* serviceOf(SerializationLayer.layerSliced({ syncThreshold: 0 }))
      assert.strictEqual((yield* always.serialize(1)).path, "sliced")
      const never = yield* serviceOf(SerializationLayer.layerSliced({ syncThreshold: Infinity }))
      assert.strictEqual((yield* never.serialize(records(1000))).path, "sync")
      assert.strictEqual((yield* never.serialize(records(1000), { routing: "sliced" })).path, "sync")
    })
  )

  it.effect("dates and class instances are known, a toJSON and a replacer are not", () =>
    Effect.gen(function* () {
      const { serialize } = yield* service
      class Point {
        x = 1
      }
      assert.strictEqual((yield* serialize([new Date(0), new Point()])).path, "sync")
      assert.strictEqual((yield* serialize({ toJSON: () => 1 })).path, "sliced")
      assert.strictEqual((yield* serialize(1, { replacer: (_, value) => value })).path, "sliced")
      assert.strictEqual((yield* serialize(1, { replacer: ["a"] })).path, "sync")
    })
  )

  it.live("worker at or above the threshold, in a fresh process", () =>
    Effect.gen(function* () {
      const { serialize } = yield* serviceOf(SerializationLayer.layer({ routing: "worker", ...patient }))
      assert.strictEqual((yield* serialize({ a: 1 })).path, "sync")
      const { path, serialized } = yield* serialize(records(1000))
      assert.strictEqual(path, "worker")
      assert.isTrue(serialized === JSON.stringify(records(1000)))
    })
  )
})

describe("options", () => {
  it.effect("space wins over pretty; a list and a function are JSON.stringify's own", () =>
    Effect.gen(function* () {
      for (const { layer, name, routing } of makeRoutes({ syncThreshold: 0 })) {
        const { serialize } = yield* serviceOf(layer)
        const value = { b: 1, a: [{ b: 2, c: 3 }], d: "drop" }
        const text = (options: SerializeOptions) =>
          Effect.map(serialize(value, { routing, ...options }), ({ serialized }) => serialized)
        assert.strictEqual(yield* text({ pretty: true }), JSON.stringify(value, null, 2), name)
        assert.strictEqual(yield* text({ pretty: false }), JSON.stringify(value), name)
        assert.strictEqual(yield* text({ pretty: true, space: 0 }), JSON.stringify(value), name)
        assert.strictEqual(yield* text({ pretty: true, space: "\t" }), JSON.stringify(value, null, "\t"), name)
        assert.strictEqual(yield* text({ replacer: ["a", "b"] }), JSON.stringify(value, ["a", "b"]), name)
        assert.strictEqual(yield* text({ replacer: null, pretty: undefined }), JSON.stringify(value), name)
        const replacer = (key: string, v: unknown) => (key === "d" ? undefined : v)
        assert.strictEqual(yield* text({ replacer }), JSON.stringify(value, replacer), name)
      }
    })
  )

  for (const [options, message] of [
    [{ maxSize: -1 }, /`maxSize` to be a whole number from 0 up, or Infinity, but it is -1/],
    [{ maxSize: NaN }, /`maxSize`.*NaN/],
    [{ maxSize: "1" }, /`maxSize`.*"1"/],
    [{ routing: "fast" }, /`routing` to be one of "adaptive", "worker", "sliced", "sync", but it is "fast"/],
    [{ pretty: 1 }, /`pretty` to be true or false/],
    [{ truncate: null }, /`truncate` to be true, false or a shape/],
    ["pretty", /`options` to be an object/]
  ] as ReadonlyArray<[any, RegExp]>) {
    it.effect(`out of range: ${JSON.stringify(options)}`, () =>
      Effect.gen(function* () {
        const service = yield* serviceOf(SerializationLayer.layerSliced())
        for (const output of outputs) {
          // Strings are spread into nothing for a stream's own options; they are given as they are to the others.
          if (typeof options === "string" && output === "stream") continue
          const { message: text, reason } = yield* Effect.flip(textOf(service, output, records(100), options))
          assert.strictEqual(reason._tag, "InvalidOptions")
          assert.match(text, message)
        }
        // Nothing was serialized, so nothing is counted.
        assert.strictEqual((yield* service.metrics).failures, 0)
      })
    )
  }

  it.effect("odd spaces and replacers mean what they mean to JSON.stringify", () =>
    Effect.gen(function* () {
      for (const { layer, routing } of makeRoutes({ syncThreshold: 0 })) {
        const { serialize } = yield* serviceOf(layer)
        for (const options of [
          { space: {} },
          { space: NaN },
          { space: 1n },
          { replacer: "a" },
          { replacer: 1 }
        ] as Array<any>) {
          const { serialized } = yield* serialize([1, { a: 2 }], { routing, ...options })
          assert.strictEqual(serialized, JSON.stringify([1, { a: 2 }], options.replacer, options.space))
        }
      }
    })
  )
})

describe("user code", () => {
  it.effect("an own getter below the threshold is read once", () =>
    Effect.gen(function* () {
      const { serialize } = yield* serviceOf(SerializationLayer.layerSliced())
      let reads = 0
      const value = {
        before: 1,
        get own() {
          return ++reads
        }
      }
      assert.strictEqual((yield* serialize(value)).serialized, '{"before":1,"own":1}')
      assert.strictEqual(reads, 1)
    })
  )

  it.effect("a proxy below the threshold is read once", () =>
    Effect.gen(function* () {
      const { serialize } = yield* serviceOf(SerializationLayer.layerSliced())
      const log = (calls: Array<string>) =>
        new Proxy(
          { a: 1, b: 2 },
          {
            get: (target, key) => {
              calls.push(`get ${String(key)}`)
              return Reflect.get(target, key) as unknown
            },
            ownKeys: (target) => {
              calls.push("ownKeys")
              return Reflect.ownKeys(target)
            }
          }
        )
      const expected: Array<string> = []
      const calls: Array<string> = []
      const text = JSON.stringify(log(expected))
      assert.strictEqual((yield* serialize(log(calls))).serialized, text)
      assert.deepStrictEqual(calls, expected)
    })
  )

  it.effect("the estimate runs none", () =>
    Effect.gen(function* () {
      const { serialize } = yield* serviceOf(SerializationLayer.layerSliced())
      let calls = 0
      const value = {
        toJSON() {
          calls++
          return "json"
        }
      }
      assert.strictEqual((yield* serialize([value, value])).serialized, '["json","json"]')
      assert.strictEqual(calls, 2)
    })
  )

  for (const truncate of [true, false]) {
    it.live(`runs at most once and not past the limit, truncate: ${truncate}`, () =>
      Effect.gen(function* () {
        const counts: Array<string> = []
        for (const { layer, name, routing } of makeRoutes({ syncThreshold: 0 })) {
          const service = yield* serviceOf(layer)
          for (const output of outputs) {
            const called = new Map<string, number>()
            const note = (key: string) => called.set(key, (called.get(key) ?? 0) + 1)
            const value = Array.from({ length: 5000 }, (_, id) => ({
              toJSON() {
                note(`toJSON ${id}`)
                return { id, text: "some text" }
              }
            }))
            const replacer = function (this: any, key: string, v: unknown) {
              note(`replacer ${String(this?.id)} ${key}`)
              return v
            }
            const options = { routing, maxSize: 2000, truncate, replacer } as const
            const result = yield* Effect.result(textOf(service, output, value, options))
            if (truncate) {
              assert.isTrue(result._tag === "Success" && result.success.truncated && result.success.text.length <= 2000)
              if (result._tag === "Success") counts.push(result.success.text)
            } else {
              assert.isTrue(result._tag === "Failure" && result.failure.reason._tag === "SizeLimitExceeded")
            }
            for (const [key, times] of called) {
              if (!key.includes("undefined")) assert.strictEqual(times, 1, `${name} ${output} ${key}`)
            }
            // It costs what the limit costs, and the frames that are with the workers then: at most 16, of 1,024 units or more.
            const calls = [...called.keys()].filter((key) => key.startsWith("toJSON")).length
            assert.isBelow(calls, 1_000, `${name} ${output}`)
          }
        }
        assert.isTrue(counts.every((text) => text === counts[0]))
      })
    )
  }
})

describe("metrics", () => {
  it.live("count calls exactly", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(SerializationLayer.layer({ maxThreads: 1, ...patient }))
      const { metrics, serialize, serializeToBytes } = service
      const before = yield* metrics
      assert.deepInclude(before, {
        syncPath: 0,
        workerPath: 0,
        slicedPath: 0,
        fallbackPath: 0,
        workerErrors: 0,
        workerFailureRate: 0,
        truncated: 0,
        failures: 0,
        bytes: 0,
        avgLatency: 0,
        p50: 0,
        p99: 0,
        maxEventLoopLag: undefined,
        breaker: "closed"
      })
      let size = 0
      const small = yield* Effect.all(Array.from({ length: 5 }, (_, i) => serialize({ i })))
      for (const { serialized } of small) size += serialized.length
      size += (yield* serialize(records(2000), { routing: "sliced" })).serialized.length
      size += (yield* serializeToBytes(["é", records(2000)], { routing: "sliced" })).bytes.length
      size += (yield* serialize(around(1), { routing: "worker" })).serialized.length
      size += (yield* textOf(service, "stream", around(1), { routing: "worker" })).text.length
      const short = yield* serialize(around(1), { routing: "sliced", maxSize: 50, truncate: true })
      assert.isTrue(short.truncated)
      size += short.serialized.length
      yield* Effect.flip(serialize(1n))
      yield* Effect.flip(serialize(around(1n), { routing: "sliced" }))
      yield* Effect.flip(serialize(around(1), { maxSize: 50, routing: "sliced" }))
      const after = yield* metrics
      assert.deepInclude(after, {
        syncPath: 5,
        workerPath: 2,
        fallbackPath: 0,
        workerErrors: 0,
        workerFailureRate: 0,
        truncated: 1,
        failures: 3,
        failuresByReason: { UnsupportedValue: 2, SizeLimitExceeded: 1 },
        workerErrorsByReason: {},
        bytes: size
      })
      // The three failures among them.
      assert.strictEqual(after.syncPath + after.slicedPath, 5 + 3 + 3)
      assert.isAbove(after.workerFrames, 1)
      assert.isAbove(after.slicedFrames, 1)
      assert.isTrue(after.avgLatency > 0 && after.p50 > 0 && after.p50 <= after.p95 && after.p95 <= after.p99)
    })
  )
})
