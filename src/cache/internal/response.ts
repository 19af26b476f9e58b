/**
 * A text of the cache as the response to an HTTP request.
 */
import * as Duration from "effect/Duration"
import type * as Headers from "effect/http/Headers"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Cached } from "./model.ts"

/**
 * Options of a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResponseOptions {
  /** What is answered: `If-None-Match` is looked at, and the method. Effect's `HttpServerRequest` is one. */
  readonly request?:
    | { readonly method: string; readonly headers: Readonly<Record<string, string | undefined>> }
    | undefined
  /** Default 200. Only a 200 becomes a 304. */
  readonly status?: number | undefined
  /** More headers. They win over those that are made here. */
  readonly headers?: Headers.Input | undefined
  /**
   * `true`: `Cache-Control` says `max-age` from what is left of the time to live. A string is sent as it is, and
   * `false` sends none. Default `true`.
   */
  readonly cacheControl?: boolean | string | undefined
}

export const toResponse = (cached: Cached, options: ResponseOptions = {}): HttpServerResponse.HttpServerResponse => {
  const { cacheControl = true, request, status = 200 } = options
  const headers: Record<string, string> = { etag: cached.etag }
  if (cacheControl !== false) {
    headers["cache-control"] =
      cacheControl === true ? `max-age=${Math.floor(Duration.toSeconds(cached.timeToLive))}` : cacheControl
  }
  const withHeaders = (response: HttpServerResponse.HttpServerResponse) =>
    options.headers === undefined ? response : HttpServerResponse.setHeaders(response, options.headers)
  const isRead = request !== undefined && (request.method === "GET" || request.method === "HEAD")
  if (isRead && status === 200 && matches(request.headers["if-none-match"], cached.etag)) {
    return withHeaders(HttpServerResponse.empty({ status: 304, headers }))
  }
  const contentType = "application/json"
  if (request?.method === "HEAD") {
    const length = { "content-type": contentType, "content-length": String(cached.size) }
    return withHeaders(HttpServerResponse.empty({ status, headers: { ...headers, ...length } }))
  }
  const { parts } = cached
  const described = { status, headers, contentType }
  return withHeaders(
    parts.length === 1
      ? HttpServerResponse.uint8Array(parts[0]!, described)
      : HttpServerResponse.stream(cached.stream, { ...described, contentLength: cached.size })
  )
}

/** Whether `If-None-Match` names a tag, by weak comparison. Tags may hold commas. */
export const matches = (header: string | undefined, etag: string): boolean => {
  if (header === undefined) return false
  if (header.trim() === "*") return true
  for (const [, tag] of header.matchAll(/(?:W\/)?("[^"]*")/g)) {
    if (tag === etag) return true
  }
  return false
}
