/**
 * What all adapters take.
 *
 * @since 0.1.0
 */
import type { Serializer } from "../Async.ts"

/**
 * Options of an adapter.
 *
 * @category models
 * @since 0.1.0
 */
export interface FrameworkOptions {
  /** What makes the bytes. Default: the instance of this process, as `serializeToBytesAsync` uses it. */
  readonly serializer?: Pick<Serializer, "serializeToBytes" | "serializeToReadableStream"> | undefined
  /** Estimated code units below which the framework's own code runs, unchanged and synchronously. Default 16384. */
  readonly threshold?: number | undefined
}
