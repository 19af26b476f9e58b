/**
 * `Response.json` without blocking the event loop: for Next, h3, and whatever else answers with a `Response`.
 *
 * @since 0.1.0
 */
import type { CallOptions } from "../Async.ts"
import { invalidOptions } from "../internal/errors/serializationErrors.ts"
import { count, isCount, wrong } from "../internal/options/validators.ts"
import type { FrameworkOptions } from "./FrameworkOptions.ts"
import { inPieces } from "./internal/inPieces.ts"
import { isLarge, settingsOf } from "./internal/settings.ts"

/**
 * Status and headers of the response, and options of the call that makes its body. `signal` is the request's, where there is one: it ends
 * the work when the client leaves.
 *
 * @category models
 * @since 0.1.0
 */
export interface JsonResponseInit extends ResponseInit, CallOptions {}

/**
 * Options of {@link jsonResponse}.
 *
 * @category models
 * @since 0.1.0
 */
export interface JsonResponseOptions extends FrameworkOptions {
  /** Bytes up to which the body is made before there is a response. A longer one is streamed. Default 8 MiB. */
  readonly buffer?: number | undefined
}

/**
 * Makes the response that `Response.json(value, init)` makes, without blocking the event loop.
 *
 * **Details**
 *
 * A small value takes `Response.json` itself. A body up to `buffer` bytes is made first, so whatever is wrong in the value rejects, with a
 * `SerializationError`. Of a longer one, the rest is made as it is read.
 *
 * **Gotchas**
 *
 * A value must not be changed once it was handed over. An error in a streamed body breaks the connection off.
 *
 * **Example** (A route of any framework that answers with a Response)
 *
 * ```ts
 * import { jsonResponse } from "effect-serialization/frameworks"
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` }))
 * const GET = (request: Request) => jsonResponse(rows, { status: 203, signal: request.signal })
 *
 * const response = await GET(new Request("http://localhost/rows"))
 * response.status // => 203
 * response.headers.get("content-type") // => "application/json"
 * const text = await response.text()
 * text === JSON.stringify(rows) // => true
 * ```
 *
 * @category adapters
 * @since 0.1.0
 */
export const jsonResponse = async (
  value: unknown,
  init?: JsonResponseInit,
  options?: JsonResponseOptions
): Promise<Response> => {
  const settings = settingsOf(options)
  const { buffer = 8 * 1024 * 1024 } = options ?? {}
  if (!isCount(buffer)) throw invalidOptions(wrong("buffer", count(0), buffer))
  const { headers, status = 200, statusText = "", ...call } = init ?? {}
  const isPlain = Object.values(call).every((option) => option === undefined || option === call.signal)
  if (isPlain && !isLarge(value, settings)) return Response.json(value, init)
  const reader = settings.serializer.serializeToReadableStream(value, call).getReader()
  const body = await take(reader, buffer)
  return new Response(body, { status, statusText, headers: withType(headers) })
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

/** All of it, or a stream of it when it is longer than `buffer`. */
const take = async (reader: Reader, buffer: number): Promise<Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>> => {
  const chunks: Array<Uint8Array> = []
  let length = 0
  while (length <= buffer) {
    const { done, value } = await reader.read()
    if (done) return join(chunks, length)
    chunks.push(value)
    length += value.length
  }
  return resume(chunks, reader)
}

/** In one go, 8 MB are a hold of 2 ms. */
const join = async (chunks: ReadonlyArray<Uint8Array>, length: number): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = new Uint8Array(length)
  let at = 0
  await inPieces(chunks.length, (i) => {
    bytes.set(chunks[i]!, at)
    at += chunks[i]!.length
  })
  return bytes
}

/** What was taken, and then the rest of the same stream. */
const resume = (chunks: ReadonlyArray<Uint8Array>, reader: Reader): ReadableStream<Uint8Array> => {
  let next = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next < chunks.length) return controller.enqueue(chunks[next++]!)
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason)
  })
}

const withType = (init: ResponseInit["headers"]): Headers => {
  const headers = new Headers(init)
  if (!headers.has("content-type")) headers.set("content-type", ownType())
  return headers
}

/** Bun adds a charset. */
const ownType = (): string => Response.json(null).headers.get("content-type") ?? "application/json"
