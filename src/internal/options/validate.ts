/**
 * The checks of a call's options, and their defaults.
 *
 * All are pure. They return what is wrong as a message, and the caller makes it an `InvalidOptions`. Valid options
 * allocate nothing here, because a whole call may take a microsecond.
 */
import type { SerializeOptions, StreamOptions } from "./callOptions.ts"
import { checkTruncate } from "./checkShape.ts"
import { count, isCount, isObject, isWhole, wrong } from "./validators.ts"

export const defaultChunkSize = 65_536
/** 16 MiB: a chunk is copied as it grows, and nobody wants an allocation that fails. */
const largestChunkSize = 16_777_216

/** What is wrong with the options of `serialize` and `serializeToBytes`, if anything is. */
export const checkSerializeOptions = (options: SerializeOptions | undefined): string | undefined => {
  if (options === undefined) return undefined
  if (!isObject(options)) return wrong("options", "an object", options)
  const { label, maxSize, maxTokens, model, pretty, rolloutKey, routing, truncate } = options
  if (maxSize !== undefined && !isCount(maxSize)) return wrong("maxSize", count(0), maxSize)
  if (maxTokens !== undefined && !isCount(maxTokens)) return wrong("maxTokens", count(0), maxTokens)
  if (model !== undefined && typeof model !== "string") return wrong("model", "a string", model)
  if (pretty !== undefined && typeof pretty !== "boolean") return wrong("pretty", "true or false", pretty)
  if (routing !== undefined && !isRouting(routing)) return wrong("routing", routings, routing)
  if (label !== undefined && typeof label !== "string") return wrong("label", "a string", label)
  if (rolloutKey !== undefined && typeof rolloutKey !== "string") return wrong("rolloutKey", "a string", rolloutKey)
  return checkTruncate(truncate)
}

/** What is wrong with a signal, if anything is. */
export const checkSignal = (signal: unknown): string | undefined =>
  signal === undefined || signal instanceof AbortSignal ? undefined : wrong("signal", "an AbortSignal", signal)

/** What is wrong with the options of `stream`, if anything is. */
export const checkStreamOptions = (options: StreamOptions | undefined): string | undefined => {
  const message = checkSerializeOptions(options)
  if (message !== undefined || options === undefined) return message
  const { chunkSize, onEnd } = options
  if (chunkSize !== undefined && !(isWhole(chunkSize, 1) && chunkSize <= largestChunkSize)) {
    return wrong("chunkSize", `a whole number from 1 to ${largestChunkSize} (16 MiB)`, chunkSize)
  }
  if (onEnd !== undefined && typeof onEnd !== "function") return wrong("onEnd", "a function", onEnd)
  return undefined
}

export const routings = 'one of "adaptive", "worker", "sliced", "sync"'

export const isRouting = (u: unknown): boolean => u === "adaptive" || u === "worker" || u === "sliced" || u === "sync"
