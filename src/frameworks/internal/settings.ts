/**
 * Options of an adapter with their defaults, and the one question that all adapters ask: is this value worth the detour?
 */
import { type Serializer, serializeToBytesAsync, serializeToReadableStream } from "../../Async.ts"
import { invalidOptions } from "../../internal/errors/serializationErrors.ts"
import { count, isCount, isObject, wrong } from "../../internal/options/validators.ts"
import { estimate } from "../../internal/walk/estimateSize.ts"
import type { FrameworkOptions } from "../FrameworkOptions.ts"

export interface Settings {
  readonly serializer: Pick<Serializer, "serializeToBytes" | "serializeToReadableStream">
  readonly threshold: number
}

const shared: Settings["serializer"] = { serializeToBytes: serializeToBytesAsync, serializeToReadableStream }

/** Throws an `InvalidOptions` when the adapter is made, not at a request. */
export const settingsOf = (options: FrameworkOptions | undefined): Settings => {
  const { serializer = shared, threshold = 16_384 } = options ?? {}
  if (!isCount(threshold)) throw invalidOptions(wrong("threshold", count(0), threshold))
  if (!isObject(serializer) || typeof serializer.serializeToBytes !== "function") {
    throw invalidOptions(wrong("serializer", "what `makeSerializer` gives", serializer))
  }
  return { serializer, threshold }
}

/** A small value, and what has no text at all, is left to the framework. No user code runs here. */
export const isLarge = (value: unknown, { threshold }: Settings): boolean =>
  typeof value !== "function" &&
  typeof value !== "symbol" &&
  value !== undefined &&
  estimate(value, threshold) >= threshold
