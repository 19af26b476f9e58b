import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Logger, ManagedRuntime, Option, Stream, type Tracer } from "effect"
import * as fc from "fast-check"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll } from "vitest"
import { layer as layerPool, layerNoPool, layerSliced } from "../../src/Layer.ts"
import { Serialization, type SerializeOptions } from "../../src/Serialization.ts"
import type { SerializationError } from "../../src/SerializationError.ts"
import { layerFailing, layerInline } from "../../src/testing.ts"
import { layerTokensFailing, layerTokensFixed, layerTokensHanging } from "../../src/tokens/testing.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { generated } from "../support/tier.ts"
import { patient } from "./patient.ts"

const decoder = new TextDecoder()

/** The texts of all three outputs. */
const allTexts = Effect.fnUntraced(function* (value: unknown, options: SerializeOptions) {
  const json = yield* Serialization
  const string = yield* json.serialize(value, options)
  const { bytes, path: _, ...toldOfBytes } = yield* json.serializeToBytes(value, options)
  let told: object | undefined
  const chunks = yield* Stream.runCollect(
    json.stream(value, { ...options, chunkSize: 100, onEnd: ({ bytes: _, path: __, ...rest }) => (told = rest) })
  )
  const { path: __, serialized, ...toldOfString } = string
  assert.strictEqual(decoder.decode(bytes), serialized)
  assert.strictEqual(Buffer.concat(chunks).toString(), serialized)
  assert.deepStrictEqual(toldOfBytes, toldOfString)
  assert.deepStrictEqual(told, toldOfString)
  return string
})

/** A count that does not grow evenly: that of the text's hash. */
const odd = (text: string): number => {
  let hash = text.length
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return Math.ceil(text.length / 4) + ((hash >>> 0) % 7)
}

const tokenizers: ReadonlyArray<readonly [name: string, layer: Layer.Layer<Tokens>]> = [
  ["the table", Tokens.layer(patient)],
  ["an estimate", Tokens.layerEstimate()],
  ["a fixed number of characters", layerTokensFixed(4)],
  ["a tokenizer whose counts do not grow evenly", Tokens.layerCustom({ count: odd })]
]

const anyJson = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" })

const fitsFor = (error: unknown): boolean =>
  (error as { reason?: { _tag: string } }).reason?._tag === "SizeLimitExceeded"

describe.each(tokenizers)("with %s", (_, layerTokens) => {
  const runtime = ManagedRuntime.make(Layer.provideMerge(layerSliced({ syncThreshold: 0 }), layerTokens))
  afterAll(() => runtime.dispose())
  const run = <A, E>(effect: Effect.Effect<A, E, Serialization | Tokens>) => runtime.runPromise(effect)

  it("a shortened text is never over, parses, is one that a size gives, and is the same again", async () => {
    const check = Effect.fnUntraced(function* (value: unknown, maxTokens: number, space: number) {
      const json = yield* Serialization
      const tokens = yield* Tokens
      const options = { maxTokens, space, truncate: true }
      const whole = JSON.stringify(value, null, space)
      const result = yield* Effect.result(allTexts(value, options))
      const again = yield* Effect.result(json.serialize(value, options))
      if (result._tag === "Failure") {
        assert.isTrue(fitsFor(result.failure))
        assert.strictEqual(again._tag, "Failure")
        return
      }
      assert.deepStrictEqual(again, result)
      const { serialized, tokens: told, truncated } = result.success
      JSON.parse(serialized)
      const counted = yield* tokens.count(serialized)
      assert.isAtMost(counted.tokens, maxTokens)
      if (told !== undefined) assert.strictEqual(told, counted.tokens)
      assert.strictEqual(truncated, serialized !== whole)
      if (!truncated) return
      const sized = yield* json.serialize(value, { space, maxSize: serialized.length, truncate: true })
      assert.strictEqual(serialized, sized.serialized)
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyJson, { maxLength: 8 }),
        fc.integer({ min: 0, max: 120 }),
        fc.constantFrom(0, 2),
        (value, maxTokens, space) => run(check(value, maxTokens, space))
      ),
      { numRuns: generated(400) }
    )
  })

  it("a text that fits is untouched, and one that does not fails where it may not be shortened", async () => {
    const check = Effect.fnUntraced(function* (value: unknown) {
      const json = yield* Serialization
      const whole = JSON.stringify(value)
      const counted = yield* Tokens.use((tokens) => tokens.count(whole))
      for (const truncate of [true, false]) {
        const { serialized, truncated } = yield* allTexts(value, { maxTokens: counted.tokens, truncate })
        assert.deepStrictEqual([serialized, truncated], [whole, false])
      }
      const { tokens, tokensExact } = yield* allTexts(value, { maxTokens: Infinity })
      assert.deepStrictEqual([tokens, tokensExact], [counted.tokens, counted.exact])
      if (counted.tokens === 0) return
      const options = { maxTokens: counted.tokens - 1 }
      const failures = [
        yield* Effect.flip(json.serialize(value, options)),
        yield* Effect.flip(json.serializeToBytes(value, options)),
        yield* Effect.flip(Stream.runDrain(json.stream(value, options)))
      ]
      for (const { reason } of failures) {
        assert(reason._tag === "SizeLimitExceeded")
        assert.deepStrictEqual([reason.maxSize, reason.unit], [counted.tokens - 1, "tokens"])
      }
    })
    await fc.assert(
      fc.asyncProperty(anyJson, (value) => run(check(value))),
      { numRuns: generated(400) }
    )
  })
})

const records = Array.from({ length: 3000 }, (_, id) => ({
  id,
  name: `Record ${id}`,
  tags: ["a", "b"],
  text: "word ".repeat(20)
}))

describe("limits in tokens", () => {
  it.live("use at least 99 % of what they allow, from 1,000 tokens on", () =>
    Effect.gen(function* () {
      for (const maxTokens of [1000, 3000, 10_000]) {
        const { tokens, tokensExact, truncated } = yield* allTexts(records, { maxTokens, truncate: true })
        assert.isTrue(truncated && tokensExact)
        assert.isAtLeast(tokens!, 0.99 * maxTokens)
        assert.isAtMost(tokens!, maxTokens)
      }
    }).pipe(Effect.provide(layerPool({ tokens: patient })))
  )

  it.live("give the same text on every route, with a failing pool too", () =>
    Effect.gen(function* () {
      const texts = new Set<string>()
      const layers = [
        layerSliced(),
        layerNoPool({ routing: "worker" }).pipe(Layer.provide(layerInline)),
        layerNoPool({ routing: "worker" }).pipe(Layer.provide(layerFailing("QueueFull"))),
        layerSliced({ routing: "sync" }),
        layerSliced({ rollout: 0 })
      ]
      for (const live of layers) {
        const { serialized } = yield* allTexts(records, { maxTokens: 2000, truncate: true }).pipe(
          Effect.provide(live),
          Effect.provide(layerTokensFixed(4))
        )
        texts.add(serialized)
      }
      assert.strictEqual(texts.size, 1)
    }).pipe(Effect.provide(Logger.layer([])))
  )

  it.effect("hold beside maxSize, whichever is the narrower", () =>
    Effect.gen(function* () {
      const json = yield* Serialization
      const value = ["é".repeat(300), 1, 2]
      const truncate = true
      const bySize = yield* json.serialize(value, { maxTokens: 1000, maxSize: 50, truncate })
      assert.strictEqual(bySize.serialized, (yield* json.serialize(value, { maxSize: 50, truncate })).serialized)
      const byTokens = yield* json.serialize(value, { maxTokens: 10, maxSize: 50, truncate })
      assert.deepStrictEqual([byTokens.tokens, byTokens.truncated], [10, true])
      const inBytes = yield* json.serializeToBytes(value, { maxTokens: 1000, maxSize: 50, truncate })
      assert.isAtMost(inBytes.bytes.length, 50)
      assert.isAtLeast(inBytes.bytes.length, 48)
      const { reason } = yield* Effect.flip(json.serialize(value, { maxTokens: 1000, maxSize: 50 }))
      assert(reason._tag === "SizeLimitExceeded" && reason.unit === "characters")
    }).pipe(Effect.provide(layerSliced()), Effect.provide(layerTokensFixed(4)))
  )

  it.effect("or an error: what comes first in the text decides", () =>
    Effect.gen(function* () {
      const json = yield* Serialization
      for (const value of [
        ["x".repeat(400), 1n],
        ["x".repeat(400), { toJSON: () => assert.fail() }],
        Array.from({ length: 100 }, (_, i) => (i === 99 ? { bad: 1n } : { i, text: "y".repeat(20) }))
      ]) {
        const short = yield* json.serialize(value, { maxTokens: 50, truncate: true })
        assert.isTrue(short.truncated)
        JSON.parse(short.serialized)
        const { reason } = yield* Effect.flip(json.serialize(value, { maxTokens: 5000, truncate: true }))
        assert.include(["UnsupportedValue", "UserCodeFailed"], reason._tag)
      }
    }).pipe(Effect.provide(layerSliced({ syncThreshold: 0 })), Effect.provide(layerTokensFixed(4)))
  )

  it.effect("run code of the value's at most once a place", () =>
    Effect.gen(function* () {
      const calls = new Map<number, number>()
      const value = Array.from({ length: 500 }, (_, i) => ({
        toJSON: () => {
          calls.set(i, (calls.get(i) ?? 0) + 1)
          return `value ${i}`
        }
      }))
      yield* Serialization.use((json) => json.serialize(value, { maxTokens: 100, truncate: true }))
      assert.isTrue([...calls.values()].every((count) => count === 1))
      assert.isBelow(calls.size, 500)
    }).pipe(Effect.provide(layerSliced()), Effect.provide(layerTokensFixed(1)))
  )

  it.effect("count with the Tokens that the layer was given, for the model of the call", () =>
    Effect.gen(function* () {
      const json = yield* Serialization
      const value = "word ".repeat(100)
      const plain = yield* json.serialize(value, { maxTokens: Infinity })
      const newer = yield* json.serialize(value, { maxTokens: Infinity, model: "claude-opus-4-7" })
      assert.strictEqual(newer.tokens, Math.ceil(plain.tokens! * 1.7))
      assert.isFalse(plain.tokensExact)
      const { reason } = yield* Effect.flip(json.serialize(value, { maxTokens: 10, model: "llama-4" }))
      assert(reason._tag === "TokensFailed")
      assert.strictEqual(reason.cause.reason._tag, "UnknownModel")
    }).pipe(Effect.provide(Layer.provide(layerSliced(), Tokens.layerEstimate())))
  )

  it.live("count with one of the layer's own, by its options", () =>
    Effect.gen(function* () {
      const { tokens, tokensExact } = yield* Serialization.use((json) =>
        json.serialize("Hello", { maxTokens: Infinity })
      )
      assert.deepStrictEqual([tokens, tokensExact], [Math.ceil(3 * 1.3), false])
    }).pipe(Effect.provide(layerSliced({ tokens: { ...patient, model: "claude-sonnet-4-5" } })))
  )

  it.live("whose options are out of range fail the call that asks for them", () =>
    Effect.gen(function* () {
      const json = yield* Serialization
      yield* json.serialize("Hello")
      const { reason } = yield* Effect.flip(json.serialize("Hello", { maxTokens: 1 }))
      assert(reason._tag === "TokensFailed")
      assert.strictEqual(reason.cause.reason._tag, "InvalidTokensOptions")
    }).pipe(Effect.provide(layerSliced({ tokens: { threads: 0 } })))
  )

  it.effect("fail with the tokenizer", () =>
    Effect.gen(function* () {
      for (const truncate of [true, false]) {
        const error = yield* Effect.flip(allTexts(records, { maxTokens: 100, truncate }))
        assert(error.reason._tag === "TokensFailed")
        assert.strictEqual(error.reason.cause.reason._tag, "TokenizerMissing")
      }
    }).pipe(Effect.provide(layerSliced()), Effect.provide(layerTokensFailing("TokenizerMissing")))
  )

  it.effect("refuse what is no limit", () =>
    Effect.gen(function* () {
      const json = yield* Serialization
      for (const maxTokens of [-1, NaN, 1.5, "10"]) {
        const options = { maxTokens: maxTokens as number }
        for (const call of [json.serialize(1, options), Stream.runDrain(json.stream(1, options))]) {
          const { reason } = yield* Effect.flip(call)
          assert(reason._tag === "InvalidOptions")
          assert.include(reason.message, "maxTokens")
        }
      }
    }).pipe(Effect.provide(layerSliced()))
  )

  it.effect("leave a call that can be interrupted while it is counted", () =>
    Effect.gen(function* () {
      for (const truncate of [true, false]) {
        const call = allTexts(records, { maxTokens: 100, truncate })
        const fiber = yield* Effect.forkChild(call, { startImmediately: true })
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        assert.isTrue(Exit.isFailure(yield* Fiber.await(fiber)))
      }
    }).pipe(Effect.provide(layerSliced()), Effect.provide(layerTokensHanging))
  )

  it.effect("make a span of a shortened call, which tells its tokens", () => {
    let parent: Tracer.AnySpan | undefined
    const tokenizer = Tokens.layerCustom({
      count: (text) =>
        Effect.map(Effect.currentSpan, (span) => {
          parent = Option.getOrUndefined(span.parent)
          return text.length
        })
    })
    return Effect.gen(function* () {
      const options = { maxTokens: 100, truncate: true, label: "GET /report" }
      const { tokens } = yield* Serialization.use((json) => json.serialize(records, options))
      assert(parent?._tag === "Span")
      assert.strictEqual(parent.name, "Serialization.serialize")
      assert.deepStrictEqual(Object.fromEntries(parent.attributes), {
        "serialization.label": "GET /report",
        "serialization.path": "sliced",
        "serialization.size": tokens,
        "serialization.truncated": true,
        "serialization.tokens": tokens
      })
    }).pipe(Effect.provide(Layer.provide(layerSliced(), tokenizer)))
  })

  it.effect("are in the metrics as calls that were shortened, not as interrupted ones", () =>
    Effect.gen(function* () {
      const json = yield* Serialization
      yield* json.serialize(records, { maxTokens: 100, truncate: true })
      yield* json.serialize([1], { maxTokens: 100, truncate: true })
      // The job ends in turns of its own.
      const turn = Effect.promise(() => new Promise(setImmediate))
      const settled = Effect.map(
        Effect.andThen(turn, json.metrics),
        (metrics) => metrics.truncated + metrics.interrupted > 0
      )
      yield* Effect.repeat(settled, { until: (isSettled) => isSettled, times: 1_000 })
      const { failures, interrupted, truncated } = yield* json.metrics
      assert.deepStrictEqual({ failures, interrupted, truncated }, { failures: 0, interrupted: 0, truncated: 1 })
    }).pipe(Effect.provide(layerSliced()), Effect.provide(layerTokensFixed(4)))
  )

  it.live("that make a call fail are in the metrics as failures, not as interruptions, once", () =>
    Effect.gen(function* () {
      const counters = [layerTokensFixed(4), Tokens.layerEstimate(), layerTokensFailing("TokenizerFailed")]
      const large = Array.from({ length: 100_000 }, (_, i) => `row ${i}`)
      for (const [i, tokens] of counters.entries()) {
        const reason = i === 2 ? "TokensFailed" : "SizeLimitExceeded"
        const calls = (json: Serialization["Service"]) => [
          json.serialize(large, { maxTokens: 0, truncate: true }),
          json.serialize([1, 2, 3], { maxTokens: 0, truncate: true }),
          json.serialize(large, { maxTokens: 0, truncate: {} }),
          json.serialize(large, { maxTokens: 10 }),
          Stream.runDrain(json.stream(large, { maxTokens: 10 })),
          Stream.runDrain(json.stream([1, 2, 3], { maxTokens: 0 })),
          Stream.runDrain(json.stream(large, { maxTokens: 0, truncate: true }))
        ]
        yield* Effect.gen(function* () {
          const json = yield* Serialization
          for (const [count, call] of calls(json).entries()) {
            assert.strictEqual((yield* Effect.flip<unknown, SerializationError, never>(call)).reason._tag, reason)
            yield* Effect.promise(() => new Promise(setImmediate))
            const { failuresByReason, interrupted } = yield* json.metrics
            const told = `call ${count} of ${i}`
            assert.deepStrictEqual([failuresByReason, interrupted], [{ [reason]: count + 1 }, 0], told)
          }
          // One that fails by itself is counted by its job.
          const broken = json.serialize([1n], { maxTokens: 1000, truncate: true })
          if (reason === "SizeLimitExceeded") yield* Effect.flip(broken)
          const { failures } = yield* json.metrics
          assert.strictEqual(failures, reason === "SizeLimitExceeded" ? 8 : 7)
        }).pipe(Effect.provide(layerSliced()), Effect.provide(tokens))
      }
    })
  )

  it("load nothing of tokens before they are asked for", async () => {
    const program = fileURLToPath(new URL("../fixtures/tokens-loaded.ts", import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 200_000 })
    assert.strictEqual(stdout, "0 more\n")
  })
})
