/**
 * `truncate: Shape` through the public service: the same text in every output and on every route, within `maxSize` and `maxTokens`, and
 * what the result tells.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch, Layer, Tracer } from "effect"
import { makeSerializer } from "../../src/Async.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import { Serialization, type SerializeOptions } from "../../src/Serialization.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { makeRoutes, outputs, serviceOf, textOf } from "../support/routes.ts"
import { records } from "../support/values.ts"
import { patient } from "../tokens/patient.ts"
import { shape } from "./support.ts"

const large = { total: 5000, rows: records(5000), note: "an é note 😀 ".repeat(3000), last: { id: 7 } }

describe("truncate: Shape", () => {
  for (const { layer, name, routing } of makeRoutes({ syncThreshold: 0 })) {
    it.live(`${name}: the text that the engine of shapes gives, in every output`, () =>
      Effect.gen(function* () {
        const service = yield* serviceOf(layer)
        for (const maxSize of [5, 100, 3_000, 50_000]) {
          for (const output of outputs) {
            const options: SerializeOptions = { maxSize, truncate: { keep: ["/last/id"] }, routing }
            const { path, text, truncated } = yield* textOf(service, output, large, options)
            const unit = output === "string" ? "characters" : "bytes"
            assert.strictEqual(text, shape(large, { keep: ["/last/id"] }, maxSize, unit).text)
            assert.strictEqual(path, routing === "sync" ? "sync" : "sliced")
            assert.isTrue(truncated)
          }
        }
      })
    )
  }

  it.live("a small value is done at once, and the limits of the shape hold without maxSize", () =>
    Effect.gen(function* () {
      const { serialized, ...rest } = yield* Serialization.use((service) =>
        service.serialize({ a: [1, 2, 3], b: Buffer.from("abc") }, { truncate: { maxItems: 1 } })
      )
      assert.strictEqual(serialized, '{"a":[1,"… 2 more items"],"b":"[binary: 3 bytes]"}')
      assert.deepStrictEqual(rest, {
        truncated: true,
        path: "sync",
        omitted: [
          { pointer: "/a", kind: "items", from: 1, count: 2, kept: false },
          { pointer: "/b", kind: "binary", from: 0, count: 3, kept: false }
        ],
        omittedCount: 2
      })
    }).pipe(Effect.provide(SerializationLayer.layerSliced()))
  )

  it.live("a large value that is whole streams with back pressure", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(SerializationLayer.layerSliced())
      const { text, truncated } = yield* textOf(service, "stream", large, { truncate: {} })
      assert.isTrue(text === JSON.stringify(large))
      assert.isFalse(truncated)
    })
  )

  it.live("options out of range are refused", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(SerializationLayer.layerSliced())
      const shapes: ReadonlyArray<object> = [
        { maxDepth: -1 },
        { maxItems: 1.5 },
        { maxKeys: "1" },
        { maxString: NaN },
        { keep: ["a"] },
        { keep: ["/~3"] },
        { drop: "/a" },
        { at: "/~2" },
        { at: "/none" },
        { at: "/rows/5000" },
        { at: "/rows", from: 5001 },
        { from: Infinity },
        { strings: "tail" },
        { arrays: "" },
        { binary: "hex" },
        { markers: 1 }
      ]
      for (const truncate of shapes) {
        const error = yield* Effect.flip(service.serialize(large, { truncate, maxSize: 100 } as SerializeOptions))
        assert.strictEqual(error.reason._tag, "InvalidOptions", JSON.stringify(truncate))
      }
      const error = yield* Effect.flip(service.serialize(large, { truncate: [] } as unknown as SerializeOptions))
      assert.strictEqual(error.reason._tag, "InvalidOptions")
    })
  )

  it.live("no room for anything is SizeLimitExceeded", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(SerializationLayer.layerSliced())
      const error = yield* Effect.flip(service.serializeToBytes(large, { truncate: {}, maxSize: 4 }))
      assert.deepInclude({ ...error.reason }, { _tag: "SizeLimitExceeded", maxSize: 4, unit: "bytes" })
    })
  )

  it.live("interruption stops it", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(SerializationLayer.layerSliced({ turnBudget: 0.001 }))
      let reads = 0
      const watched = Array.from({ length: 100_000 }, () => ({ toJSON: () => reads++ }))
      const fiber = yield* Effect.forkChild(service.serialize(watched, { truncate: {}, maxSize: 1e9 }))
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(() => setImmediate(resolve))))
      yield* Fiber.interrupt(fiber)
      const before = reads
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(() => setImmediate(resolve))))
      assert.strictEqual(reads, before)
      assert.isBelow(reads, 100_000)
      assert.strictEqual((yield* service.metrics).interrupted, 1)
    })
  )
})

describe("truncate: Shape within maxTokens", () => {
  it("through promises, by the exact table", async () => {
    await using serializer = makeSerializer({ tokens: patient })
    const options = { maxTokens: 1_000, truncate: { arrays: "ends" } } as const
    const text = await serializer.serialize(large, options)
    const bytes = await serializer.serializeToBytes(large, options)
    assert.strictEqual(Buffer.from(bytes.bytes).toString(), text.serialized)
    assert.isAtMost(text.tokens!, 1_000)
    assert.isAbove(text.tokens!, 950)
    assert.isTrue(text.tokensExact)
    assert.strictEqual(text.tokens, (await serializer.countTokens(text.serialized)).tokens)
    assert.deepStrictEqual(bytes.omitted, text.omitted)
  })

  const tokenizers = {
    "the estimate": Tokens.layerEstimate(),
    "four code units each": Tokens.layerCustom({ count: (text) => Math.ceil(text.length / 4) }),
    "not monotonic": Tokens.layerCustom({ count: (text) => Math.ceil(text.length / 3) + (text.length % 7) * 11 })
  }

  for (const [name, tokens] of Object.entries(tokenizers)) {
    it.live(`${name}: never over, valid, the same in every output, and told`, () =>
      Effect.gen(function* () {
        const service = yield* serviceOf(SerializationLayer.layerSliced().pipe(Layer.provide(tokens)))
        const counter = yield* Tokens.pipe(Effect.provide(tokens))
        for (const maxTokens of [200, 500, 3_000]) {
          const options: SerializeOptions = { maxTokens, truncate: { keep: ["/last"], drop: ["/note"] } }
          const result = yield* service.serialize(large, options)
          const count = yield* counter.count(result.serialized)
          assert.isAtMost(count.tokens, maxTokens)
          assert.strictEqual(result.tokens, count.tokens)
          assert.deepStrictEqual((JSON.parse(result.serialized) as typeof large).last, large.last)
          assert.isTrue(result.truncated)
          assert.isAbove(result.omittedCount!, 0)
          for (const output of outputs) {
            assert.strictEqual((yield* textOf(service, output, large, options)).text, result.serialized)
          }
          const both = yield* service.serializeToBytes(large, { ...options, maxSize: 100 })
          assert.isAtMost(both.bytes.length, 100)
        }
        const whole = yield* service.serialize([1, 2, 3], { maxTokens: 50, truncate: {} })
        assert.deepInclude(whole, { serialized: "[1,2,3]", truncated: false, omittedCount: 0 })
        const counted = yield* service.serialize([1, 2, 3], { maxTokens: Infinity, truncate: { maxItems: 1 } })
        assert.deepInclude(counted, { serialized: '[1,"… 2 more items"]', omittedCount: 1 })
        assert.isAbove(counted.tokens!, 0)
        const none = yield* Effect.flip(service.serialize(large, { maxTokens: 0, truncate: {} }))
        assert.deepInclude({ ...none.reason }, { _tag: "SizeLimitExceeded", unit: "tokens" })
      })
    )
  }
})

describe("what is told of calls with maxTokens", () => {
  const live = (tokens: Layer.Layer<Tokens>) => serviceOf(SerializationLayer.layerSliced().pipe(Layer.provide(tokens)))

  /** Interrupts a call as soon as its text is being counted. */
  const stopped = Effect.fnUntraced(function* (options: SerializeOptions) {
    const counting = yield* Latch.make()
    const service = yield* live(Tokens.layerCustom({ count: () => Effect.andThen(counting.open, Effect.never) }))
    const fiber = yield* Effect.forkChild(service.serialize(large, options))
    yield* counting.await
    yield* Fiber.interrupt(fiber)
    const { failures, interrupted } = yield* service.metrics
    return { failures, interrupted }
  })

  it.live("a call that is stopped while it is counted is interrupted, once", () =>
    Effect.gen(function* () {
      const truncations: ReadonlyArray<SerializeOptions["truncate"]> = [{}, true, false]
      for (const truncate of truncations) {
        assert.deepStrictEqual(yield* stopped({ maxTokens: 300, truncate }), { failures: 0, interrupted: 1 })
      }
      assert.deepStrictEqual(yield* stopped({ maxTokens: 1_000_000, truncate: true }), { failures: 0, interrupted: 1 })
    })
  )

  it.live("a count that fails is a failure of the call", () =>
    Effect.gen(function* () {
      for (const truncate of [{}, false]) {
        const service = yield* live(Tokens.layerCustom({ count: () => Effect.fail("no answer") }))
        yield* Effect.flip(service.serialize(large, { maxTokens: 300, truncate }))
        yield* Effect.flip(service.serialize(large, { maxTokens: 300, truncate }))
        const { failures, failuresByReason } = yield* service.metrics
        assert.deepStrictEqual([failures, failuresByReason], [2, { TokensFailed: 2 }])
      }
    })
  )

  it.live("cuts and tries, in the snapshot and in the span of a call", () => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span(options) {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    return Effect.gen(function* () {
      let counted = 0
      const count = (text: string) => {
        counted++
        return Math.ceil(text.length / 4)
      }
      const service = yield* live(Tokens.layerCustom({ count }))
      const { omittedCount } = yield* service.serialize(large, { maxTokens: 300, truncate: {} })
      // The count that shows that the whole is too long is no try.
      const tries = counted - 1
      assert.isAbove(tries, 0)
      yield* service.serialize([1], { maxTokens: 300, truncate: {} })
      yield* service.serialize(large, { maxSize: 300, truncate: {} })
      const { shapeCut, shapeTries } = yield* service.metrics
      assert.deepStrictEqual({ shapeCut, shapeTries }, { shapeCut: 2, shapeTries: tries })
      const { attributes } = spans.find(({ name }) => name === "Serialization.serialize")!
      assert.strictEqual(attributes.get("serialization.tries"), tries)
      assert.strictEqual(attributes.get("serialization.omitted"), omittedCount)
      assert.isAtMost(attributes.get("serialization.tokens") as number, 300)
    }).pipe(Effect.provideService(Tracer.Tracer, tracer))
  })
})
