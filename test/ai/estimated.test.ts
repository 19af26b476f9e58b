/** Prompts while the tokens thread fails: what is estimated may be low, and is not kept. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Prompt, Tokenizer } from "effect/ai"
import { countPrompt, fitPrompt, layerTokenizer } from "../../src/ai/index.ts"
import { Serialization } from "../../src/Serialization.ts"
import type { Tokens } from "../../src/tokens/Tokens.ts"
import { failingTable } from "../tokens/failingTable.ts"
import { round, system } from "./prompts.ts"

const live = (tokens: Layer.Layer<Tokens>) => Layer.provideMerge(Serialization.layerSliced(), tokens)

const history = Prompt.fromMessages([
  system("You are brief."),
  ...Array.from({ length: 12 }, (_, i) => round(String(i), 600)).flat()
])

it.effect("a prompt is within its limit by 15 %", () =>
  Effect.gen(function* () {
    const whole = yield* countPrompt(history, { messageTokens: 0 })
    assert.deepStrictEqual([whole.exact, whole.encoding], [false, "estimate"])
    const fit = (maxTokens: number) => fitPrompt(history, { maxTokens, messageTokens: 0, target: 1, resultTokens: 40 })
    const untouched = yield* fit(Math.ceil(whole.tokens * 1.25))
    assert.strictEqual(untouched.changes.length, 0)
    for (const maxTokens of [Math.floor(whole.tokens * 1.1), 1_000, 400]) {
      const { changes, exact, prompt, tokens } = yield* fit(maxTokens)
      assert.isAbove(changes.length, 0)
      assert.isFalse(exact)
      assert.isAtMost(tokens, maxTokens)
      const counted = yield* countPrompt(prompt, { messageTokens: 0 })
      assert.isAtMost(counted.tokens * 1.15, maxTokens)
      const again = yield* fitPrompt(prompt, { maxTokens, messageTokens: 0 })
      assert.deepStrictEqual([again.changes, again.tokens], [[], tokens])
    }
  }).pipe(Effect.provide(live(failingTable().layer)))
)

it.effect("what was estimated is counted the next time, and then not again", () => {
  const { failing, layer } = failingTable()
  return Effect.gen(function* () {
    assert.isFalse((yield* countPrompt(history)).exact)
    failing.isFailing = false
    failing.texts.length = 0
    assert.isTrue((yield* countPrompt(history)).exact)
    assert.isAbove(failing.texts.length, 40)
    failing.texts.length = 0
    assert.isTrue((yield* countPrompt(history)).exact)
    assert.strictEqual(failing.texts.length, 0)
  }).pipe(Effect.provide(live(layer)))
})

it.effect("a prompt with a result whose shortened form was estimated is not exact", () => {
  const { failing, layer } = failingTable()
  failing.isFailing = false
  return Effect.gen(function* () {
    const { tokens } = yield* countPrompt(history)
    failing.isFailing = true
    const { changes, exact } = yield* fitPrompt(history, { maxTokens: tokens - 10, target: 1, resultTokens: 40 })
    assert.deepStrictEqual([changes[0]!.kind, exact], ["shortened", false])
  }).pipe(Effect.provide(live(layer)))
})

it.effect("Effect's tokenizer keeps rounds by the same margin", () => {
  const { layer } = failingTable()
  return Effect.gen(function* () {
    const { truncate } = yield* Tokenizer.Tokenizer
    const { tokens } = yield* countPrompt(history, { messageTokens: 0 })
    const lengthAt = (limit: number) => Effect.map(truncate(history, limit), ({ content }) => content.length)
    assert.strictEqual(yield* lengthAt(Math.ceil(tokens * 1.25)), history.content.length)
    assert.isBelow(yield* lengthAt(Math.ceil(tokens * 1.14)), history.content.length)
  }).pipe(Effect.provide(Layer.provideMerge(layerTokenizer, live(layer))))
})
