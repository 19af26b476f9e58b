/**
 * Tool results that a model reads within a limit, as they come.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Prompt from "effect/ai/Prompt"
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import { tokensFailed } from "../../internal/errors/serializationErrors.ts"
import { accessOf } from "../../internal/service/tokensAccess.ts"
import type { Serialization } from "../../Serialization.ts"
import type { Shape } from "../../Shape.ts"
import { limitedTokens } from "./countMessages.ts"

/** A text may be over the limit without its quotes. Then it is made for a narrower one; in the end it keeps them. */
const tries = 4

/** What a narrower limit is aimed at, of the limit. */
const aim = 0.97

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
  serialization: Serialization["Service"]
): Toolkit.WithHandler<Tools> => {
  const access = accessOf(serialization)
  // What a model reads of a value that is over the limit; undefined where it is not.
  const shortened = Effect.fnUntraced(function* (value: unknown) {
    const within = (maxTokens: number) => serialization.serialize(value, { maxTokens, model, truncate: shape })
    const json = yield* within(maxTokens)
    if (typeof value !== "string" || access === undefined) return json.truncated ? json.serialized : undefined
    // A model reads it without quotes and escapes. That may be more tokens than the JSON, though not more bytes.
    let found = json
    for (let i = 0; i < tries; i++) {
      const text = String(JSON.parse(found.serialized))
      if (found.tokens === undefined) return found.truncated ? text : undefined
      const count = limitedTokens(yield* Effect.mapError(access.count(text, { model }), tokensFailed))
      if (count <= maxTokens) return found.truncated ? text : undefined
      const narrower = yield* Effect.option(within(Math.floor((found.tokens * maxTokens * aim) / count)))
      if (narrower._tag === "None") break
      found = narrower.value
    }
    return json.serialized
  })
  const shaped = <T extends Tool.Any>(output: Tool.HandlerResult<T>, name: string) => {
    const { encodedResult, isFailure, modelOutput, preliminary } = output
    if (preliminary || isFailure || modelOutput !== undefined || encodedResult === undefined) {
      return Effect.succeed(output)
    }
    const within = Effect.map(shortened(encodedResult), (text) =>
      text === undefined ? output : withOutput(output, text)
    )
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
