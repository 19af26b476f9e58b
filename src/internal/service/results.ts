/**
 * The result of a call, as its caller gets it.
 */
import type { CountedText } from "../limit/tokenMeter.ts"
import type { SerializationResult, SerializedBytes } from "../options/callOptions.ts"
import type { Outcome } from "../telemetry/outcome.ts"

export const resultOfText = ({ path, shaped, truncated }: Outcome, serialized: string): SerializationResult =>
  shaped === undefined ? { serialized, truncated, path } : { serialized, truncated, path, ...shaped }

export const resultOfBytes = ({ path, shaped, truncated }: Outcome, bytes: Uint8Array<ArrayBuffer>): SerializedBytes =>
  shaped === undefined ? { bytes, truncated, path } : { bytes, truncated, path, ...shaped }

/** What a result tells of tokens: nothing where they were not counted. */
export const tokensOf = (
  count: CountedText | undefined
): { readonly tokens?: number; readonly tokensExact?: boolean } =>
  count === undefined ? {} : { tokens: count.tokens, tokensExact: count.exact }
