import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { AiError, Prompt, Tokenizer } from "effect/ai"
import * as fc from "fast-check"
import { countPrompt, fitPrompt, layerFromTokenizer, layerTokenizer } from "../../src/ai/index.ts"
import { layerTokensFailing } from "../../src/tokens/testing.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { generated } from "../support/tier.ts"
import { patient } from "../tokens/patient.ts"
import { anyPrompt, assistant, call, layerTest, result, round, say, system, tool, user } from "./prompts.ts"

const prompt = (...messages: ReadonlyArray<Prompt.Message>) => Prompt.fromMessages(messages)

const outputs = ({ content }: Prompt.Prompt): ReadonlyArray<string> =>
  content.flatMap((message) =>
    message.role === "tool"
      ? message.content.map((part) =>
          part.type === "tool-result" && part.modelOutput !== undefined
            ? Prompt.toolModelOutputToText(part.modelOutput)
            : part.type
        )
      : []
  )

layer(layerTest)("countPrompt", (it) => {
  it.effect("counts texts, calls, results as the model reads them, messages and files", () =>
    Effect.gen(function* () {
      const shown = { ...result("2", { long: "x".repeat(100) }), modelOutput: [Prompt.textPart({ text: "shown" })] }
      const all = prompt(
        system("1234"),
        Prompt.userMessage({
          content: [
            Prompt.textPart({ text: "12345" }),
            Prompt.filePart({ mediaType: "image/png", data: new Uint8Array(9) })
          ]
        }),
        assistant(Prompt.reasoningPart({ text: "12345678" }), call("1", [1, 2], "tool")),
        tool(result("1", "12345678"), shown, result("3", [1, 2, 3]))
      )
      // System 1; user 2 and a file; reasoning 2, name 1, "[1,2]" 2; "12345678" 2, "shown" 2, "[1,2,3]" 2.
      const texts = 1 + 2 + 2 + 1 + 2 + 2 + 2 + 2
      assert.deepStrictEqual(yield* countPrompt(all), { tokens: texts + 4 * 4 + 1000, exact: true, encoding: "custom" })
      const { tokens } = yield* countPrompt(all, { messageTokens: 0, fileTokens: 10 })
      assert.strictEqual(tokens, texts + 10)
      assert.strictEqual((yield* countPrompt("12345")).tokens, 2 + 4)
      assert.strictEqual((yield* countPrompt([])).tokens, 0)
    })
  )

  it.effect("fails where an option is out of range", () =>
    Effect.gen(function* () {
      for (const options of [
        { maxTokens: -1 },
        { maxTokens: 10, target: 2 },
        { maxTokens: 10, keepLast: -1 },
        { maxTokens: 10, resultTokens: 0 },
        { maxTokens: 10, fileTokens: 0.5 }
      ]) {
        const error = yield* Effect.flip(fitPrompt("a", options))
        assert(error._tag === "TokensError" && error.reason._tag === "InvalidTokensOptions")
        assert.include(error.message, Object.keys(options).at(-1)!)
      }
    })
  )
})

it.effect("a message that was counted is not counted again, but for another model or by another service", () => {
  const counted: Array<string> = []
  const counting = Layer.merge(
    layerTest,
    Tokens.layerCustom({
      count: (text) => {
        counted.push(text)
        return text.length
      }
    })
  )
  const first = prompt(system("be brief"), user("one"), say("two"))
  const grown = prompt(...first.content, user("three"))
  return Effect.gen(function* () {
    yield* countPrompt(first)
    assert.deepStrictEqual(counted.splice(0), ["be brief", "one", "two"])
    yield* countPrompt(grown)
    assert.deepStrictEqual(counted.splice(0), ["three"])
    yield* fitPrompt(grown, { maxTokens: 1000 })
    assert.deepStrictEqual(counted.splice(0), [])
    yield* countPrompt(grown, { model: "gpt-5" })
    assert.strictEqual(counted.length, 4)
  }).pipe(Effect.provide(counting))
})

layer(layerTest)("fitPrompt", (it) => {
  it.effect("gives a prompt that fits back as it was", () =>
    Effect.gen(function* () {
      const given = prompt(system("s"), ...round("1", 400))
      const { tokens } = yield* countPrompt(given)
      const fitted = yield* fitPrompt(given, { maxTokens: tokens })
      assert.strictEqual(fitted.prompt, given)
      assert.deepStrictEqual({ ...fitted, prompt: null }, { prompt: null, tokens, exact: true, changes: [] })
    })
  )

  it.effect("shortens old results first, only as far as needed, and keeps them for the program", () =>
    Effect.gen(function* () {
      const given = prompt(...round("1", 8000), ...round("2", 8000), ...round("3", 8000), user("And now?"))
      const { tokens: before } = yield* countPrompt(given)
      const {
        changes,
        prompt: fitted,
        tokens
      } = yield* fitPrompt(given, {
        maxTokens: before - 1,
        target: (before - 1500) / (before - 1),
        keepLast: 1
      })
      assert.deepStrictEqual(
        changes.map(({ after, before, kind, message, toolCallId }) => [
          kind,
          message,
          toolCallId,
          before,
          after <= 400
        ]),
        [["shortened", 2, "1", 2000, true]]
      )
      assert.strictEqual(tokens, before - 2000 + changes[0]!.after)
      const [part] = fitted.content[2]!.content as ReadonlyArray<Prompt.ToolResultPart>
      assert.strictEqual(part!.result, "r".repeat(8000))
      assert.match(outputs(fitted)[0]!, /^r{900,} … \d+ more characters … r{400,}$/)
      for (const i of [0, 1, 3, 4, 5, 6, 7]) assert.strictEqual(fitted.content[i], given.content[i])
    })
  )

  it.effect("clears results where shortening them is not enough", () =>
    Effect.gen(function* () {
      const given = prompt(...round("1", 8000), ...round("2", 8000), user("And now?"))
      const { changes, prompt: fitted } = yield* fitPrompt(given, { maxTokens: 500, target: 0.5, keepLast: 1 })
      assert.deepStrictEqual(outputs(fitted), ["[result of search cleared]", "[result of search cleared]"])
      assert.deepStrictEqual(
        changes.map(({ before, kind, toolCallId }) => [kind, toolCallId, before]),
        [
          ["cleared", "1", 2000],
          ["cleared", "2", 2000]
        ]
      )
    })
  )

  it.effect("then drops whole rounds, the oldest first, never a system message or the last ones", () =>
    Effect.gen(function* () {
      const given = prompt(
        system("be brief"),
        ...round("1", 80),
        user("x".repeat(400)),
        say("y".repeat(400)),
        user("And now?")
      )
      const { changes, prompt: fitted } = yield* fitPrompt(given, { maxTokens: 260, target: 0.95, keepLast: 1 })
      assert.deepStrictEqual(
        fitted.content.map(({ role }) => role),
        ["system", "user", "assistant", "user"]
      )
      assert.deepStrictEqual(
        changes.map(({ kind, message }) => [kind, message]),
        [1, 2, 3, 4].map((message) => ["dropped", message])
      )
    })
  )

  it.effect("keeps the call of a result that is kept", () =>
    Effect.gen(function* () {
      const given = prompt(user("x".repeat(4000)), user("q"), assistant(call("1")), tool(result("1", "r")), say("a"))
      const { prompt: fitted } = yield* fitPrompt(given, { maxTokens: 500, target: 0, keepLast: 2 })
      assert.deepStrictEqual(
        fitted.content.map(({ role }) => role),
        ["user", "assistant", "tool", "assistant"]
      )
      assert.strictEqual(fitted.content[0], given.content[1])
    })
  )

  it.effect("leaves the results alone that come between a kept result and its call", () =>
    Effect.gen(function* () {
      const given = prompt(
        user("q"),
        assistant(call("1"), call("2")),
        tool(result("1", "a".repeat(8000))),
        tool(result("2", "b".repeat(8000))),
        say("a")
      )
      const { changes } = yield* fitPrompt(given, { maxTokens: 600, target: 0.5, keepLast: 2, resultTokens: 50 })
      assert.deepStrictEqual(
        changes.map(({ after, kind, toolCallId }) => [kind, toolCallId, after > 200]),
        [
          ["shortened", "1", true],
          ["shortened", "2", true]
        ]
      )
    })
  )

  it.effect("shares what is left among the last results where nothing else is left, small ones whole", () =>
    Effect.gen(function* () {
      const given = prompt(
        user("q"),
        assistant(call("1"), call("2"), call("3")),
        tool(result("1", "a".repeat(8000)), result("2", "b".repeat(40)), result("3", "c".repeat(8000)))
      )
      const { changes, prompt: fitted, tokens } = yield* fitPrompt(given, { maxTokens: 400 })
      assert.isAtMost(tokens, 400)
      assert.isAtLeast(tokens, 350)
      assert.deepStrictEqual(
        changes.map(({ kind, toolCallId }) => [kind, toolCallId]),
        [
          ["shortened", "1"],
          ["shortened", "3"]
        ]
      )
      assert.strictEqual((yield* countPrompt(fitted)).tokens, tokens)
    })
  )

  it.effect("fails where what may not be touched does not fit", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(fitPrompt(prompt(system("s".repeat(4000)), user("q")), { maxTokens: 500 }))
      assert(error._tag === "TokensError" && error.reason._tag === "PromptTooLarge")
      assert.deepStrictEqual([error.reason.tokens, error.reason.maxTokens], [1009, 500])
    })
  )
})

describe("whatever the conversation", () => {
  const idsOf = ({ content }: Prompt.Prompt, type: "tool-call" | "tool-result"): ReadonlyArray<string> =>
    content.flatMap((message) =>
      message.role === "system" ? [] : message.content.flatMap((part) => (part.type === type ? [part.id] : []))
    )

  it("a fitted prompt is never over, whole in its calls, told of truly, and fits again as it is", async () => {
    const program = Effect.fnUntraced(function* (given: Prompt.Prompt, maxTokens: number, keepLast: number) {
      const fitted = yield* Effect.result(fitPrompt(given, { maxTokens, keepLast, resultTokens: 100 }))
      if (fitted._tag === "Failure") {
        const error = fitted.failure
        assert(error._tag === "TokensError" && error.reason._tag === "PromptTooLarge")
        assert.isAbove(error.reason.tokens, maxTokens)
        return
      }
      const { changes, prompt, tokens } = fitted.success
      assert.isAtMost(tokens, maxTokens)
      assert.strictEqual((yield* countPrompt(prompt)).tokens, tokens)
      assert.deepStrictEqual(idsOf(prompt, "tool-call"), idsOf(prompt, "tool-result"))
      const kept = given.content.slice(-keepLast || given.content.length)
      if (!changes.some(({ message }) => message >= given.content.length - keepLast)) {
        assert.deepStrictEqual(prompt.content.slice(-kept.length || prompt.content.length), kept)
      }
      const system = (of: Prompt.Prompt) => of.content.filter(({ role }) => role === "system")
      assert.deepStrictEqual(system(prompt), system(given))
      const saved = changes.reduce((sum, { after, before }) => sum + before - after, 0)
      assert.strictEqual((yield* countPrompt(given)).tokens - saved, tokens)
      const again = yield* fitPrompt(prompt, { maxTokens, keepLast, resultTokens: 100 })
      assert.strictEqual(again.prompt, prompt)
    })
    await fc.assert(
      fc.asyncProperty(anyPrompt, fc.integer({ min: 20, max: 4000 }), fc.integer({ min: 1, max: 6 }), (...args) =>
        Effect.runPromise(Effect.provide(program(...args), layerTest))
      ),
      { numRuns: generated(2000) }
    )
  })
})

const tokenizer = layerTokenizer.pipe(Layer.provide(Tokens.layer(patient)))

describe("Effect's tokenizer", () => {
  it.live("gives the ids of all texts of a prompt", () =>
    Effect.gen(function* () {
      const { tokenize } = yield* Tokenizer.Tokenizer
      assert.deepStrictEqual(yield* tokenize("Hello, world!"), [13225, 11, 2375, 0])
      const ids = yield* tokenize(prompt(system("Hello"), user(", world!")))
      assert.deepStrictEqual(ids, [13225, 11, 2375, 0])
    }).pipe(Effect.provide(tokenizer))
  )

  it.live("keeps the system messages and the newest whole rounds", () =>
    Effect.gen(function* () {
      const { truncate } = yield* Tokenizer.Tokenizer
      const given = prompt(system("Hello"), ...round("1", 40), ...round("2", 40), ...round("3", 40))
      const whole = yield* truncate(given, 10_000)
      assert.deepStrictEqual(whole.content, given.content)
      const some = yield* truncate(given, 60)
      assert.deepStrictEqual(some.content, [given.content[0], ...given.content.slice(-8)])
      const none = yield* truncate(given, 10)
      assert.deepStrictEqual(none.content, [given.content[0]])
    }).pipe(Effect.provide(tokenizer))
  )

  it.effect("fails with what has failed", () =>
    Effect.gen(function* () {
      const { tokenize } = yield* Tokenizer.Tokenizer
      const error = yield* Effect.flip(tokenize("Hello"))
      assert.isTrue(AiError.isAiError(error))
      assert.include(error.message, "npm install gpt-tokenizer")
    }).pipe(Effect.provide(layerTokenizer.pipe(Layer.provide(layerTokensFailing("TokenizerMissing")))))
  )

  it.effect("can be what Tokens counts with", () => {
    const words = Layer.succeed(
      Tokenizer.Tokenizer,
      Tokenizer.make({
        tokenize: ({ content }) => {
          const [message] = content
          const [part] = message!.content as ReadonlyArray<Prompt.TextPart>
          return part!.text === "refuse"
            ? Effect.fail(AiError.make({ module: "Test", method: "tokenize", reason: new AiError.UnknownError({}) }))
            : Effect.succeed(part!.text.split(" ").map((_, i) => i))
        }
      })
    )
    return Effect.gen(function* () {
      const tokens = yield* Tokens
      assert.strictEqual((yield* tokens.count("a b c")).tokens, 3)
      const { reason } = yield* Effect.flip(tokens.count("refuse"))
      assert(reason._tag === "TokenizerFailed")
      assert.isTrue(AiError.isAiError(reason.cause))
    }).pipe(Effect.provide(Layer.provide(layerFromTokenizer, words)))
  })
})
