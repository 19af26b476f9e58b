/**
 * Which tokenizer stands for a model, by the beginning of its name.
 */
import { type Encoding, encodings, type ModelRule } from "../../internal/options/tokenOptions.ts"
import { describeValue } from "../../internal/value/describeValue.ts"

/** How the texts of a model are counted. */
export interface Counting {
  /** The table; undefined where only the estimator's coefficients are known. */
  readonly encoding: Encoding | undefined
  /** Whose coefficients the estimator takes. */
  readonly coefficients: "o200k" | "cl100k" | "gemini"
  /** What counts are multiplied by. */
  readonly factor: number
}

const rules = (encoding: ModelRule["encoding"], ...prefixes: ReadonlyArray<string>): ReadonlyArray<ModelRule> =>
  prefixes.map((prefix) => ({ prefix, encoding }))

// Claude has no public tokenizer. The factors are what its counts come to, above all for code and JSON;
// `docs/context.md` has the sources.
const claude = 1.3
const newerClaude = 1.7

const knownModels: ReadonlyArray<ModelRule> = [
  ...rules("o200k_base", "gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "chatgpt-4o"),
  ...rules("o200k_base", "o1", "o3", "o4", "codex", "computer-use"),
  ...rules("o200k_harmony", "gpt-oss"),
  ...rules("cl100k_base", "gpt-4", "gpt-3.5", "gpt-35", "text-embedding-3", "text-embedding-ada-002"),
  { prefix: "claude-", encoding: "o200k_base", factor: claude },
  ...rules("gemini", "gemini-", "gemma-")
]

/** How an encoding counts. */
export const countingOf = (encoding: Encoding, factor = 1): Counting => ({
  encoding,
  coefficients: encoding === "cl100k_base" ? "cl100k" : "o200k",
  factor
})

/** How a model counts, or undefined if no rule is about it. Rules of the caller's come first. */
export const countingOfModel = (
  model: string,
  own: ReadonlyArray<ModelRule> = [],
  factor?: number
): Counting | undefined => {
  const rule = longest(own, model) ?? longest(own, nameOf(model)) ?? builtIn(nameOf(model))
  if (rule === undefined) return undefined
  const chosen = factor ?? rule.factor ?? 1
  return rule.encoding === "gemini"
    ? { encoding: undefined, coefficients: "gemini", factor: chosen }
    : countingOf(rule.encoding, chosen)
}

const longest = (rules: ReadonlyArray<ModelRule>, name: string): ModelRule | undefined => {
  let found: ModelRule | undefined
  for (const rule of rules) {
    if (name.startsWith(rule.prefix) && (found === undefined || rule.prefix.length > found.prefix.length)) found = rule
  }
  return found
}

const builtIn = (name: string): ModelRule | undefined => {
  const rule = longest(knownModels, name)
  return rule?.prefix === "claude-" && isNewerClaude(name) ? { ...rule, factor: newerClaude } : rule
}

// Takes off who sells it (`openai/`, `us.anthropic.`, `ft:`): the rest is the model's own name.
const nameOf = (model: string): string =>
  model
    .toLowerCase()
    .replace(/^.*\//, "")
    .replace(/^ft:/, "")
    .replace(/^(?:[a-z]+\.)?(?:anthropic|openai|google)\./, "")

// Opus from 4.7 on, every family from 5 on. A part of more than two digits is a date.
const isNewerClaude = (name: string): boolean => {
  const version = /^claude-(?:([a-z]+)-)?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/.exec(name)
  if (version === null) return false
  const [, family, major, minor = "0"] = version
  return Number(major) >= 5 || (family === "opus" && Number(major) === 4 && Number(minor) >= 7)
}

/** What is wrong with rules, if anything is. */
export const checkModelRules = (rules: unknown): string | undefined => {
  if (!Array.isArray(rules)) return `Expected \`models\` to be a list of rules, but it is ${describeValue(rules)}`
  for (const [index, rule] of rules.entries()) {
    const where = `Expected \`models[${index}]\` to`
    if (typeof rule?.prefix !== "string" || rule.prefix === "")
      return `${where} have a \`prefix\`, the beginning of a name`
    if (rule.encoding !== "gemini" && !isEncoding(rule.encoding)) {
      return `${where} have an \`encoding\`, one of ${encodings.join(", ")} or gemini`
    }
    if (rule.factor !== undefined && !isFactor(rule.factor)) return `${where} have a \`factor\` above 0 and finite`
  }
  return undefined
}

export const isEncoding = (u: unknown): u is Encoding => encodings.includes(u as Encoding)

export const isFactor = (u: unknown): u is number => typeof u === "number" && u > 0 && u < Infinity
