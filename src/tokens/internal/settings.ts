/**
 * The options of `Tokens`: their defaults and checks. A message says what is wrong with one.
 */
import { type PoolSettings, poolSettings } from "../../internal/pool/poolOptions.ts"
import { isCount, isObject, wrong } from "../../internal/options/validators.ts"
import { InvalidTokensOptions, TokensError, UnknownModel } from "../TokensError.ts"
import { checkModelRules, type Counting, countingOf, countingOfModel, isEncoding, isFactor } from "./models.ts"
import {
  encodings,
  type ModelRule,
  type TokensCallOptions,
  type TokensOptions
} from "../../internal/options/tokenOptions.ts"

/** What of a layer's options calls need. */
export interface CallDefaults {
  readonly model: string | undefined
  readonly encoding: TokensOptions["encoding"]
  readonly models: ReadonlyArray<ModelRule>
}

/** {@link TokensOptions} with the defaults filled in. */
export interface TokensSettings {
  readonly calls: CallDefaults
  readonly pool: PoolSettings
  readonly fallback: boolean
  readonly name: string
}

/** The settings of a layer, or what is wrong with its options. */
export const tokensSettings = (options: TokensOptions = {}): TokensSettings | string => {
  if (!isObject(options)) return wrong("options", "an object", options)
  const { encoding, fallback = true, idleTimeout = "5 minutes", maxQueue, model, models = [] } = options
  const { name = "default", resourceLimits, taskTimeout, threads = 1, workerUrl } = options
  if (encoding !== undefined && !isEncoding(encoding)) return wrong("encoding", oneEncoding, encoding)
  if (model !== undefined && typeof model !== "string") return wrong("model", "a string", model)
  const rules = checkModelRules(models)
  if (rules !== undefined) return rules
  if (typeof fallback !== "boolean") return wrong("fallback", "true or false", fallback)
  if (typeof name !== "string" || name === "") return wrong("name", "a string that is not empty", name)
  const pool = poolSettings({ maxThreads: threads, idleTimeout, taskTimeout, maxQueue, resourceLimits, workerUrl })
  if (typeof pool === "string") return pool.replace("`maxThreads`", "`threads`")
  return { calls: { model, encoding, models }, pool, fallback, name }
}

const oneEncoding = `one of ${encodings.map((name) => `"${name}"`).join(", ")}`

const invalid = (message: string): TokensError => new TokensError({ reason: new InvalidTokensOptions({ message }) })

/** How a call counts, or why it does not. Calls win over the layer, an encoding over a model. */
export const countingOfCall = (
  defaults: CallDefaults,
  options: TokensCallOptions | undefined
): Counting | TokensError => {
  if (options !== undefined && !isObject(options)) return invalid(wrong("options", "an object", options))
  const { encoding, factor, model } = options ?? {}
  if (encoding !== undefined && !isEncoding(encoding)) return invalid(wrong("encoding", oneEncoding, encoding))
  if (factor !== undefined && !isFactor(factor)) return invalid(wrong("factor", "a number above 0, and finite", factor))
  if (model !== undefined && typeof model !== "string") return invalid(wrong("model", "a string", model))
  if (encoding !== undefined) return countingOf(encoding, factor)
  if (model === undefined && defaults.encoding !== undefined) return countingOf(defaults.encoding, factor)
  const name = model ?? defaults.model
  if (name === undefined) return countingOf("o200k_base", factor)
  return (
    countingOfModel(name, defaults.models, factor) ?? new TokensError({ reason: new UnknownModel({ model: name }) })
  )
}

/** How a call estimates: as it counts, and as for the newest table where that is not known. */
export const estimatingOfCall = (defaults: CallDefaults, options: TokensCallOptions | undefined): Counting => {
  const counting = countingOfCall(defaults, options)
  return counting instanceof TokensError ? countingOf("o200k_base") : counting
}

/** Fails where a limit is none. */
export const checkLimit = (limit: unknown): TokensError | undefined =>
  isCount(limit) ? undefined : invalid(wrong("limit", "a whole number from 0 up, or Infinity", limit))

/** Fails where a text is none. */
export const checkText = (text: unknown): TokensError | undefined =>
  typeof text === "string" ? undefined : invalid(wrong("text", "a string", text))

/** Fails where texts are none. */
export const checkTexts = (texts: unknown): TokensError | undefined => {
  if (!Array.isArray(texts)) return invalid(wrong("texts", "an array of strings", texts))
  const other = texts.findIndex((text) => typeof text !== "string")
  return other === -1 ? undefined : invalid(wrong(`texts[${other}]`, "a string", texts[other]))
}

export const invalidTokensOptions = invalid
