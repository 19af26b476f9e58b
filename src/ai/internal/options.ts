/**
 * The options of prompts, and what they give; their defaults and checks.
 */
import type * as Prompt from "effect/ai/Prompt"
import { isCount, isObject, isWhole, wrong } from "../../internal/options/validators.ts"
import type { Shape } from "../../Shape.ts"

/**
 * Options of `countPrompt`.
 *
 * @category models
 * @since 0.1.0
 */
export interface CountPromptOptions {
  /** The model whose tokens are counted. Default: that of the layer of `Tokens`. */
  readonly model?: string | undefined
  /** What each message costs besides its texts. A whole number from 0 up. Default 4. */
  readonly messageTokens?: number | undefined
  /** What each file costs. A whole number from 0 up. Default 1000. */
  readonly fileTokens?: number | undefined
}

/**
 * Options of `fitPrompt`.
 *
 * @category models
 * @since 0.1.0
 */
export interface FitPromptOptions extends CountPromptOptions {
  /** The most tokens of a prompt. A whole number from 0 up, or `Infinity`. */
  readonly maxTokens: number
  /**
   * The share of `maxTokens` that a prompt over it is brought down to, from 0 to 1. Default 0.75: so the history is
   * rewritten rarely, and a provider's cache of prompts is of use in between.
   */
  readonly target?: number | undefined
  /** How many of the last messages are left as they are. A whole number from 0 up. Default 4. */
  readonly keepLast?: number | undefined
  /** What an old tool result is shortened to, in tokens. A whole number from 1 up. Default 400. */
  readonly resultTokens?: number | undefined
  /** How results are shortened. Default `{}`. */
  readonly shape?: Shape | undefined
}

/**
 * Something that `fitPrompt` has changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface PromptChange {
  /** A result was shortened, or cleared; or a message was dropped. */
  readonly kind: "shortened" | "cleared" | "dropped"
  /** The index of the message in the prompt that was given. */
  readonly message: number
  /** The call whose result it was. */
  readonly toolCallId: string | undefined
  /** Tokens of the result, or of the message. */
  readonly before: number
  readonly after: number
}

/**
 * What `fitPrompt` gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface FittedPrompt {
  readonly prompt: Prompt.Prompt
  /** What it comes to; 15 % more of what was estimated because threads failed. */
  readonly tokens: number
  /** Whether all texts were counted exactly. */
  readonly exact: boolean
  readonly changes: ReadonlyArray<PromptChange>
}

/** Options with the defaults filled in. */
export interface FitSettings {
  readonly maxTokens: number
  readonly target: number
  readonly keepLast: number
  readonly resultTokens: number
  readonly shape: Shape
  readonly frame: { readonly messageTokens: number; readonly fileTokens: number }
  readonly model: string | undefined
}

export const fitSettings = (options: FitPromptOptions): FitSettings | string => {
  if (!isObject(options)) return wrong("options", "an object", options)
  const { fileTokens = 1000, keepLast = 4, maxTokens, messageTokens = 4, model } = options
  const { resultTokens = 400, shape = {}, target = 0.75 } = options
  if (!isCount(maxTokens)) return wrong("maxTokens", "a whole number from 0 up, or Infinity", maxTokens)
  if (!(target >= 0 && target <= 1)) return wrong("target", "a number from 0 to 1", target)
  for (const [name, value, from] of [
    ["keepLast", keepLast, 0],
    ["resultTokens", resultTokens, 1],
    ["messageTokens", messageTokens, 0],
    ["fileTokens", fileTokens, 0]
  ] as const) {
    if (!isWhole(value, from)) return wrong(name, `a whole number from ${from} up`, value)
  }
  return { maxTokens, target, keepLast, resultTokens, shape, frame: { messageTokens, fileTokens }, model }
}
