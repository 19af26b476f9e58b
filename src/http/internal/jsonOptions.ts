/**
 * The options of JSON responses.
 */
import type { Cookies } from "effect/http/Cookies"
import type * as Headers from "effect/http/Headers"
import type { SerializeOptions } from "../../Serialization.ts"
import { count, isCount, wrong } from "../../internal/options/validators.ts"

/**
 * Options of a JSON response: those of the response, and those of `serializeToBytes`.
 *
 * @category models
 * @since 0.1.0
 */
export interface JsonOptions extends SerializeOptions {
  /** Default 200. */
  readonly status?: number | undefined
  readonly statusText?: string | undefined
  readonly headers?: Headers.Input | undefined
  readonly cookies?: Cookies | undefined
  /** Default: the `content-type` of `headers`, or `"application/json"`. */
  readonly contentType?: string | undefined
  /**
   * Bytes up to which a body is one piece with a Content-Length. A longer one is streamed, in chunks. Default 8 MiB for `json`, 64 MiB
   * for `schemaJson`.
   */
  readonly buffer?: number | undefined
  /**
   * An ETag as Express makes it, for bodies within `buffer`; a GET or HEAD whose `if-none-match` has it is answered by a 304. Default
   * `false`. An `etag` in `headers` wins.
   */
  readonly etag?: false | "weak" | "strong" | undefined
}

/** What is wrong with what is not the service's to check, if anything is. */
export const checkJsonOptions = (options: Pick<JsonOptions, "buffer" | "etag"> | undefined): string | undefined => {
  const { buffer, etag = false } = options ?? {}
  if (buffer !== undefined && !isCount(buffer)) return wrong("buffer", count(0), buffer)
  return etag === false || etag === "weak" || etag === "strong"
    ? undefined
    : wrong("etag", 'false, "weak" or "strong"', etag)
}
