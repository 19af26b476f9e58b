/**
 * `request.json()` and `response.json()` without blocking the event loop.
 *
 * @since 0.1.0
 */
import { parseAsync, type ParseAsyncOptions } from "../parse/Parse.ts"
import { asSyntaxError, isSmallBody } from "./internal/parseFailure.ts"

/**
 * A web `Request` or `Response`, as far as it matters here.
 *
 * @category models
 * @since 0.1.0
 */
export interface JsonMessage {
  readonly body: ReadableStream<Uint8Array> | null
  readonly bodyUsed: boolean
  readonly headers: { get(name: string): string | null }
  json(): Promise<any>
}

/**
 * Gives what `message.json()` gives of a web `Request` or `Response`, parsed while it arrives, in turns of the event loop: for handlers of
 * Next and h3, for the answers of `fetch`, anywhere.
 *
 * **Details**
 *
 * A body whose Content-Length is at most 64 KiB takes `json()` itself, unless there are options. A broken body rejects with a
 * `SyntaxError`, whose message has the place and nothing of the text, and whose `cause` is the `ParseError`. What an option refuses
 * rejects with a `ParseError`; a `signal` that aborts, with its reason.
 *
 * **Example** (The answer of a fetch)
 *
 * ```ts
 * import { jsonBody } from "effect-serialization/frameworks"
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` }))
 * const response = Response.json(rows)
 *
 * const answer = (await jsonBody(response, { maxBytes: 10_000_000 })) as Array<unknown>
 * answer.length // => 10000
 * ```
 *
 * @category adapters
 * @since 0.1.0
 */
export const jsonBody = async (message: JsonMessage, options?: ParseAsyncOptions): Promise<unknown> => {
  const { body } = message
  if (body === null || message.bodyUsed || (options === undefined && isSmallBody(message.headers))) {
    return message.json()
  }
  try {
    return await parseAsync(body, options)
  } catch (error) {
    throw asSyntaxError(error)
  }
}
