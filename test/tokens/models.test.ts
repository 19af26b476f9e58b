import { assert, it } from "@effect/vitest"
import { checkModelRules, type Counting, countingOfModel } from "../../src/tokens/internal/models.ts"
import type { ModelRule } from "../../src/internal/options/tokenOptions.ts"

const o200k: Counting = { encoding: "o200k_base", coefficients: "o200k", factor: 1 }
const cl100k: Counting = { encoding: "cl100k_base", coefficients: "cl100k", factor: 1 }
const gemini: Counting = { encoding: undefined, coefficients: "gemini", factor: 1 }
const claude = { ...o200k, factor: 1.3 }
const newerClaude = { ...o200k, factor: 1.7 }

it.each<readonly [string, Counting | undefined]>([
  ["gpt-4o", o200k],
  ["gpt-4o-mini-2024-07-18", o200k],
  ["gpt-4.1-nano", o200k],
  ["gpt-4.5-preview", o200k],
  ["gpt-5", o200k],
  ["GPT-5-Codex", o200k],
  ["chatgpt-4o-latest", o200k],
  ["o1", o200k],
  ["o3-mini", o200k],
  ["o4-mini", o200k],
  ["codex-mini-latest", o200k],
  ["computer-use-preview", o200k],
  ["openai/gpt-5-mini", o200k],
  ["openrouter/openai/gpt-4", cl100k],
  ["ft:gpt-4o-2024-08-06:acme::id", o200k],
  ["openai/gpt-oss-120b", { ...o200k, encoding: "o200k_harmony" }],
  ["gpt-4", cl100k],
  ["gpt-4-turbo", cl100k],
  ["gpt-3.5-turbo", cl100k],
  ["gpt-35-turbo-16k", cl100k],
  ["text-embedding-3-large", cl100k],
  ["text-embedding-ada-002", cl100k],
  ["claude-3-5-sonnet-20241022", claude],
  ["claude-sonnet-4-20250514", claude],
  ["claude-sonnet-4-5", claude],
  ["claude-opus-4-1-20250805", claude],
  ["claude-opus-4.6", claude],
  ["claude-instant-1.2", claude],
  ["claude-2.1", claude],
  ["claude-haiku-4-9", claude],
  ["claude-opus-4-7", newerClaude],
  ["claude-opus-4.8", newerClaude],
  ["claude-opus-4-10", newerClaude],
  ["claude-sonnet-5", newerClaude],
  ["claude-haiku-5-20270101", newerClaude],
  ["anthropic/claude-opus-5", newerClaude],
  ["us.anthropic.claude-opus-4-7-v1:0", newerClaude],
  ["anthropic.claude-3-haiku-20240307-v1:0", claude],
  ["gemini-2.5-pro", gemini],
  ["models/gemini-3-flash", gemini],
  ["gemma-3-27b-it", gemini],
  ["llama-4", undefined],
  ["claude", undefined],
  ["", undefined]
])("the tokens of %s", (model, counting) => {
  assert.deepStrictEqual(countingOfModel(model), counting)
})

const own: ReadonlyArray<ModelRule> = [
  { prefix: "my-", encoding: "cl100k_base" },
  { prefix: "my-model", encoding: "gemini", factor: 1.1 },
  { prefix: "gpt-5", encoding: "cl100k_base" }
]

it("rules of the caller's come first, the longest prefix wins, and a factor of the call wins over the rule's", () => {
  assert.deepStrictEqual(countingOfModel("my-thing", own), cl100k)
  assert.deepStrictEqual(countingOfModel("my-model-2", own), { ...gemini, factor: 1.1 })
  assert.deepStrictEqual(countingOfModel("my-model-2", own, 2), { ...gemini, factor: 2 })
  assert.deepStrictEqual(countingOfModel("openai/gpt-5", own), cl100k)
  assert.deepStrictEqual(countingOfModel("gpt-4o", own), o200k)
})

it("says what is wrong with a rule", () => {
  assert.isUndefined(checkModelRules(own))
  for (const rules of [
    "all",
    [{}],
    [{ prefix: "" }],
    [{ prefix: "a", encoding: "p50k_base" }],
    [{ prefix: "a", encoding: "gemini", factor: 0 }],
    [null]
  ]) {
    assert.match(checkModelRules(rules)!, /^Expected `models/)
  }
})
