/**
 * Tool results that a model reads within a limit, as they come.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Prompt from "effect/ai/Prompt"
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import type { Serialization } from "../../Serialization.ts"
import type { Shape } from "../../Shape.ts"

/**
 * Options of `shapeToolkit`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ShapeToolkitOptions {
  /** The most tokens of a result. A whole number from 0 up. */
  readonly maxTokens: number
  /** How results over it are shortened. Default `{}`. */
  readonly shape?: Shape | undefined
  /** The model whose tokens are counted. Default: that of the layer of `Tokens`. */
  readonly model?: string | undefined
  /** The names of the tools it is for. Default: all. */
  readonly only?: ReadonlyArray<string> | undefined
}

export const wrapToolkit = <Tools extends Record<string, Tool.Any>>(
  { handle, tools }: Toolkit.WithHandler<Tools>,
  { maxTokens, model, only, shape = {} }: ShapeToolkitOptions,
  serialize: Serialization["Service"]["serialize"]
): Toolkit.WithHandler<Tools> => {
  const shaped = <T extends Tool.Any>(output: Tool.HandlerResult<T>, name: string) => {
    const { encodedResult, isFailure, modelOutput, preliminary } = output
    if (preliminary || isFailure || modelOutput !== undefined || encodedResult === undefined) {
      return Effect.succeed(output)
    }
    const within = Effect.map(serialize(encodedResult, { maxTokens, model, truncate: shape }), (result) => {
      if (!result.truncated) return output
      const text = typeof encodedResult === "string" ? String(JSON.parse(result.serialized)) : result.serialized
      return withOutput(output, text)
    })
    return Effect.catchTag(within, "SerializationError", ({ message, reason }) =>
      Effect.as(
        Effect.logWarning(`The result of the tool ${name} could not be shortened, and is left out: ${message}`),
        withOutput(output, `[result of ${name} omitted: ${reason._tag}]`)
      )
    )
  }
  return {
    tools,
    handle: (name, ...rest) => {
      const handled = handle(name, ...rest)
      if (only !== undefined && !only.includes(String(name))) return handled
      return Effect.map(handled, (results) => Stream.mapEffect(results, (output) => shaped(output, String(name))))
    }
  }
}

const withOutput = <T extends Tool.Any>(output: Tool.HandlerResult<T>, text: string): Tool.HandlerResult<T> => ({
  ...output,
  modelOutput: [Prompt.textPart({ text })]
})
