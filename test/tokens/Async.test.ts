import { assert, it } from "@effect/vitest"
import { afterAll } from "vitest"
import { countTokensAsync, estimateTokens, isTokensError, shutdownTokens } from "../../src/tokens/index.ts"

afterAll(shutdownTokens)

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("it was resolved"),
    (error: unknown) => error
  )

it("counts for a model, and again after a shutdown", async () => {
  const expected = { tokens: 4, exact: true, encoding: "o200k_base" }
  assert.deepStrictEqual(await countTokensAsync("Hello, world!", { model: "gpt-5" }), expected as never)
  await shutdownTokens()
  assert.deepStrictEqual(await countTokensAsync("Hello, world!"), expected as never)
})

it("rejects with the error itself, or with the reason of the signal", async () => {
  const error = await rejection(countTokensAsync("a", { model: "llama-4" }))
  assert.isTrue(isTokensError(error))
  assert.strictEqual(await rejection(countTokensAsync("a", { signal: AbortSignal.abort("early") })), "early")
  const controller = new AbortController()
  const counting = rejection(countTokensAsync("word ".repeat(1_000_000), { signal: controller.signal }))
  controller.abort("late")
  assert.strictEqual(await counting, "late")
  const wrong = await rejection(countTokensAsync("a", { signal: {} as AbortSignal }))
  assert.isTrue(isTokensError(wrong) && wrong.reason._tag === "InvalidTokensOptions")
})

it("estimates at once", () => {
  assert.strictEqual(estimateTokens("Hello, world!"), 4)
  assert.isAbove(
    estimateTokens("Hello, world! ".repeat(100), { model: "claude-opus-4-7" }),
    estimateTokens("Hello, world! ".repeat(100))
  )
})
