import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { layerSliced } from "../../src/Layer.ts"
import { Serialization } from "../../src/Serialization.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { records } from "../support/values.ts"
import { failingTable } from "./failingTable.ts"

const value = records(300)

const live = (tokens: Layer.Layer<Tokens>) => Layer.provideMerge(layerSliced(), tokens)

describe("where threads fail, limits in tokens keep a margin of 15 %", () => {
  for (const truncate of [true, {}] as const) {
    it.effect(`of a text that is shortened, truncate: ${JSON.stringify(truncate)}`, () =>
      Effect.gen(function* () {
        const { serialized, tokens, tokensExact } = yield* Serialization.use((json) =>
          json.serialize(value, { maxTokens: 1_000, truncate })
        )
        const estimate = yield* Tokens.use((tokens) => Effect.succeed(tokens.estimate(serialized)))
        assert.deepStrictEqual([tokens, tokensExact], [estimate, false])
        assert.isAtMost(estimate * 1.15, 1_000)
        assert.isAbove(estimate * 1.15, 900)
      }).pipe(Effect.provide(live(failingTable().layer)))
    )
  }

  it.effect("of a whole text", () =>
    Effect.gen(function* () {
      const json = yield* Serialization
      const { tokens: estimate } = yield* json.serialize(value, { maxTokens: Infinity })
      for (const truncate of [false, true, {}]) {
        const within = yield* json.serialize(value, { maxTokens: Math.ceil(estimate! * 1.16), truncate })
        assert.deepStrictEqual([within.serialized, within.tokens], [JSON.stringify(value), estimate])
        const options = { maxTokens: Math.ceil(estimate! * 1.14), truncate }
        if (truncate === false) {
          for (const call of [json.serialize(value, options), Stream.runDrain(json.stream(value, options))]) {
            const { reason } = yield* Effect.flip(call)
            assert.deepInclude({ ...reason }, { _tag: "SizeLimitExceeded", unit: "tokens" })
          }
        } else assert.isTrue((yield* json.serialize(value, options)).truncated)
      }
    }).pipe(Effect.provide(live(failingTable().layer)))
  )

  it.effect("also of a Tokens that a program has put around it", () =>
    Effect.gen(function* () {
      const { tokens } = yield* Serialization.use((json) => json.serialize(value, { maxTokens: 1_000, truncate: true }))
      assert.isAtMost(tokens! * 1.15, 1_000)
    }).pipe(
      Effect.provide(
        live(
          Layer.effect(
            Tokens,
            Tokens.useSync((tokens) => ({ ...tokens }))
          ).pipe(Layer.provide(failingTable().layer))
        )
      )
    )
  )

  it.effect("and none where an estimate is what was asked for", () =>
    Effect.gen(function* () {
      const { tokens } = yield* Serialization.use((json) => json.serialize(value, { maxTokens: 1_000, truncate: true }))
      assert.isAbove(tokens!, 980)
    }).pipe(Effect.provide(live(Tokens.layerEstimate())))
  )
})
