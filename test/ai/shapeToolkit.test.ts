import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, Schema, Stream } from "effect"
import { Prompt, Tool, Toolkit } from "effect/ai"
import { shapeToolkit, type ShapeToolkitOptions } from "../../src/ai/index.ts"
import { Serialization } from "../../src/Serialization.ts"
import { CyclicValue, SerializationError } from "../../src/SerializationError.ts"
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
