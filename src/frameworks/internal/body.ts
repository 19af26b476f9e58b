/**
 * The bytes of an answer, made while the client waits for them.
 */
import type { CallOptions } from "../../Async.ts"
import { isSerializationError } from "../../SerializationError.ts"
import { sendInPieces } from "./sendInPieces.ts"
import type { Settings } from "./settings.ts"

/** Bytes; nothing, where `JSON.stringify` gives `undefined`; or the client has left, and nobody is to be answered. */
export type Body = Buffer<ArrayBuffer> | "no text" | "client gone"

/** Where the answer goes: an `http.ServerResponse`, as far as it matters here. */
export interface Outgoing {
  once(event: "close", listener: () => void): unknown
  removeListener(event: "close", listener: () => void): unknown
  readonly destroyed?: boolean | undefined
}

/** A client that leaves ends the work. */
export const bodyFor = async (
  outgoing: Outgoing,
  value: unknown,
  settings: Settings,
  options?: CallOptions
): Promise<Body> => {
  if (outgoing.destroyed === true) return "client gone"
  const controller = new AbortController()
  const abort = () => controller.abort()
  outgoing.once("close", abort)
  try {
    const body = await makeBody(value, settings, { ...options, signal: controller.signal })
    sendInPieces(outgoing)
    return body
  } finally {
    outgoing.removeListener("close", abort)
  }
}

/** The same where the client is known by a signal only. */
export const makeBody = async (value: unknown, { serializer }: Settings, options?: CallOptions): Promise<Body> => {
  try {
    const { bytes } = await serializer.serializeToBytes(value, options)
    return asBuffer(bytes)
  } catch (error) {
    if (options?.signal?.aborted === true) return "client gone"
    if (hasNoText(error)) return "no text"
    throw error
  }
}

const asBuffer = (bytes: Uint8Array): Buffer<ArrayBuffer> =>
  Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)

/** A `toJSON` or replacer has given `undefined`, a function or a symbol for the whole value. */
const hasNoText = (error: unknown): boolean =>
  isSerializationError(error) &&
  error.reason._tag === "UnsupportedValue" &&
  error.reason.pointer === "" &&
  error.reason.type !== "bigint"
