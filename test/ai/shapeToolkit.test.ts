import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, Schema, Stream } from "effect"
import { Prompt, Tool, Toolkit } from "effect/ai"
import { shapeToolkit, type ShapeToolkitOptions } from "../../src/ai/index.ts"
import { Serialization } from "../../src/Serialization.ts"
import { CyclicValue, SerializationError } from "../../src/SerializationError.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { layerTest } from "./prompts.ts"

const small = Tool.make("small", { success: Schema.String })
const large = Tool.make("large", { success: Schema.Array(Schema.Number) })
const text = Tool.make("text", { success: Schema.String })
const failing = Tool.make("failing", { success: Schema.String, failure: Schema.String, failureMode: "return" })

const toolkit = Toolkit.make(small, large, text, failing)

const handlers = toolkit.toLayer({
  small: () => Effect.succeed("small"),
  large: () => Effect.succeed(Array.from({ length: 1000 }, (_, i) => i)),
  text: () => Effect.succeed("x".repeat(1000)),
  failing: () => Effect.fail("e".repeat(1000))
})

const outputOf = (name: "small" | "large" | "text" | "failing", options: ShapeToolkitOptions) =>
  Effect.gen(function* () {
    const shaped = yield* shapeToolkit(yield* toolkit, options)
    const results = yield* Stream.runCollect(yield* shaped.handle(name, {} as never))
    const [last] = results.slice(-1)
    return {
      encoded: last!.encodedResult,
      text: last!.modelOutput === undefined ? undefined : Prompt.toolModelOutputToText(last!.modelOutput)
    }
  }).pipe(Effect.provide(handlers))

it.effect("results over the limit get a form that the model reads, and stay whole for the program", () =>
  Effect.gen(function* () {
    const shown = yield* outputOf("large", { maxTokens: 50 })
    assert.isAtMost(shown.text!.length, 200)
    assert.match(shown.text!, /^\[0,1,2,.*,"… \d+ more items"\]$/)
    assert.strictEqual((shown.encoded as ReadonlyArray<number>).length, 1000)
    // A text is no JSON for the model: it comes without its quotes.
    assert.match((yield* outputOf("text", { maxTokens: 50 })).text!, /^x{80,} … \d+ more characters … x{40,}$/)
  }).pipe(Effect.provide(layerTest))
)

it.effect("others are left alone: small ones, failures, tools that are not named", () =>
  Effect.gen(function* () {
    assert.isUndefined((yield* outputOf("small", { maxTokens: 50 })).text)
    assert.isUndefined((yield* outputOf("failing", { maxTokens: 50 })).text)
    assert.isUndefined((yield* outputOf("large", { maxTokens: 50, only: ["text"] })).text)
    assert.isDefined((yield* outputOf("large", { maxTokens: 50, only: ["large"] })).text)
  }).pipe(Effect.provide(layerTest))
)

it.effect("a result that cannot be shortened is left out, with a warning", () => {
  const warnings: Array<string> = []
  const refusing = Layer.mock(Serialization, {
    serialize: () => Effect.fail(new SerializationError({ reason: new CyclicValue({ pointer: "/a" }) }))
  })
  return Effect.gen(function* () {
    const { text } = yield* outputOf("large", { maxTokens: 50 })
    assert.strictEqual(text, "[result of large omitted: CyclicValue]")
    assert.strictEqual(warnings.length, 1)
    assert.include(warnings[0]!, "large")
  }).pipe(Effect.provide([refusing, Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])]))
})

it.effect("a text is counted as the model reads it, without its quotes", () => {
  const hash = (text: string) => {
    let hash = 7
    for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
    return hash >>> 0
  }
  const counters: ReadonlyArray<(text: string) => number> = [
    // Those of JSON are long.
    (text) => Math.ceil(text.length / (text.startsWith('"') ? 6 : 3)),
    (text) => Math.ceil(text.length / 4) + (hash(text) % 12)
  ]
  return Effect.gen(function* () {
    for (const count of counters) {
      const layer = Layer.provideMerge(Serialization.layerSliced(), Tokens.layerCustom({ count }))
      for (const maxTokens of [60, 100, 200, 300]) {
        const { text } = yield* Effect.provide(outputOf("text", { maxTokens }), layer)
        const shown = text ?? "x".repeat(1000)
        assert.isAtMost(count(shown), maxTokens)
        // All of it is made use of, not just what is left after the last try.
        assert.isAtLeast(count(shown), 0.7 * maxTokens)
        assert.match(shown, /^("?)x+( … \d+ more characters … x+)?\1$/)
      }
    }
  })
})

it.effect("a text that nothing can count without its quotes keeps them", () =>
  Effect.gen(function* () {
    const { serialize } = yield* Serialization
    const byHand = Layer.mock(Serialization, { serialize })
    const { text } = yield* Effect.provide(outputOf("text", { maxTokens: 50 }), byHand)
    assert.match(text!, /^"x+ … \d+ more characters … x+"$/)
    const { text: small } = yield* Effect.provide(outputOf("small", { maxTokens: 50 }), byHand)
    assert.isUndefined(small)
  }).pipe(Effect.provide(layerTest))
)

it.effect("a text that no limit brings down without its quotes keeps them", () => {
  const count = (text: string) => (text.startsWith('"') ? Math.ceil(text.length / 4) : 1_000)
  const layer = Layer.provideMerge(Serialization.layerSliced(), Tokens.layerCustom({ count }))
  return Effect.gen(function* () {
    assert.match((yield* outputOf("text", { maxTokens: 50 })).text!, /^"x+ … \d+ more characters … x+"$/)
    assert.strictEqual((yield* outputOf("small", { maxTokens: 50 })).text, '"small"')
  }).pipe(Effect.provide(layer))
})
