import { assert, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Stream } from "effect"
import { layerTokensFailing, layerTokensFixed, layerTokensHanging } from "../../src/tokens/testing.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"

const words = (text: string): number => text.split(" ").length

it.effect("a tokenizer of the caller's is given whole texts", () => {
  const given: Array<string> = []
  const layer = Tokens.layerCustom({
    count: (text) => {
      given.push(text)
      return Effect.succeed(words(text))
    }
  })
  return Effect.gen(function* () {
    const tokens = yield* Tokens
    assert.deepStrictEqual(yield* tokens.count("a b c"), { tokens: 3, exact: false, encoding: "custom" })
    assert.deepStrictEqual(yield* tokens.count("a b c", { factor: 1.5, model: "whatever" }), {
      tokens: 5,
      exact: false,
      encoding: "custom"
    })
    assert.deepStrictEqual(
      (yield* tokens.countAll(["a", "b c"])).map(({ tokens }) => tokens),
      [1, 2]
    )
    const bytes = Buffer.from("é b")
    const stream = Stream.make(bytes.subarray(0, 1), bytes.subarray(1), " c")
    assert.strictEqual((yield* tokens.countStream(stream)).tokens, 3)
    assert.strictEqual(given.at(-1), "é b c")
    assert.isTrue(yield* tokens.fits("a b", 2))
    assert.isFalse(yield* tokens.fits("a b", 1))
    assert.strictEqual((yield* Effect.flip(tokens.encode("a"))).reason._tag, "UnknownModel")
    assert.isAbove(tokens.estimate("Hello, world!"), 1)
    assert.strictEqual((yield* tokens.metrics).texts, 7)
  }).pipe(Effect.provide(layer))
})

it.effect(
  "a tokenizer of the caller's that throws, fails or counts nonsense fails the call, with what it failed with",
  () =>
    Effect.gen(function* () {
      const thrown = new Error("no answer")
      for (const [count, cause] of [
        [
          () => {
            throw thrown
          },
          thrown
        ],
        [() => Effect.fail("refused"), "refused"]
      ] as ReadonlyArray<readonly [() => number | Effect.Effect<number, unknown>, unknown]>) {
        const call = Tokens.use((tokens) => tokens.count("a"))
        const { reason } = yield* Effect.flip(Effect.provide(call, Tokens.layerCustom({ count })))
        assert(reason._tag === "TokenizerFailed")
        assert.strictEqual(reason.cause, cause)
      }
      for (const count of [NaN, -1, 1.5, Infinity]) {
        const call = Tokens.use((tokens) => tokens.count("a"))
        const { message } = yield* Effect.flip(Effect.provide(call, Tokens.layerCustom({ count: () => count })))
        assert.include(message, String(count))
      }
    })
)

it.effect("for tests there are a fixed, a failing and a hanging one", () =>
  Effect.gen(function* () {
    const count = Tokens.use((tokens) => tokens.count("nine char"))
    assert.deepStrictEqual(yield* Effect.provide(count, layerTokensFixed(4)), {
      tokens: 3,
      exact: true,
      encoding: "custom"
    })
    for (const reason of ["UnknownModel", "TokenizerMissing", "TokensWorkerFailed"] as const) {
      const error = yield* Effect.flip(Effect.provide(count, layerTokensFailing(reason)))
      assert.strictEqual(error.reason._tag, reason)
    }
    const fiber = yield* Effect.forkChild(Effect.provide(count, layerTokensHanging), { startImmediately: true })
    yield* Fiber.interrupt(fiber)
    assert.isTrue(Exit.isFailure(yield* Fiber.await(fiber)))
  })
)
