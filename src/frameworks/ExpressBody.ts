/**
 * `express.json` without blocking the event loop.
 *
 * **Example** (The one line)
 *
 * ```ts
 * import { expressJsonBody } from "effect-serialization/frameworks"
 * import express from "express"
 * import type { AddressInfo } from "node:net"
 *
 * const app = express()
 * app.use(expressJsonBody({ limit: "10mb" }))
 *
 * app.post("/rows", (req, res) => void res.send(`${req.body.length} rows`))
 *
 * const server = app.listen(0)
 * const response = await fetch(`http://localhost:${(server.address() as AddressInfo).port}/rows`, {
 *   method: "POST",
 *   headers: { "content-type": "application/json" },
 *   body: JSON.stringify(Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` })))
 * })
 * await response.text() // => "10000 rows"
 * server.close()
 * ```
 *
 * @since 0.1.0
 */
import { parseAsync } from "../parse/Parse.ts"
import { isParseError } from "../parse/ParseError.ts"
import { failureOf, refused } from "./internal/expressErrors.ts"
import { type ExpressBodyOptions, type Settings, settingsOf } from "./internal/expressBodySettings.ts"
import { type BodyRequest, openBody, type Opened, readOff } from "./internal/expressStream.ts"
import { Head } from "./internal/head.ts"
import { collect } from "./internal/nodeBody.ts"
import { smallest } from "./internal/parseFailure.ts"

export type { ExpressBodyOptions } from "./internal/expressBodySettings.ts"

/**
 * A request of Express with a body, as far as it matters here.
 *
 * @category models
 * @since 0.1.0
 */
export interface ExpressBodyRequest extends BodyRequest {
  body?: any
  is(types: Array<string>): unknown
}

/**
 * Makes a middleware for Express (and NestJS on Express) that stands where `express.json(options)` stands: large bodies are parsed while
 * they arrive, in turns of the event loop. It takes the same options, and gives the same `request.body`, statuses and types of errors.
 *
 * **Details**
 *
 * A broken body is a `SyntaxError` with status 400 and type `entity.parse.failed`, one over `limit` has status 413 and type
 * `entity.too.large`. An empty body is `{}`. With `verify` all of a body is read first.
 *
 * **Gotchas**
 *
 * No error has text of the body: the message tells the place, and there is no field `body`; the `cause` is the `ParseError`. What comes
 * first decides: a body that is broken before it is too large is a 400, and no 413. Of charsets there are UTF-8 and UTF-16; other ones
 * are refused with 415.
 *
 * Throws a `TypeError` where `express.json` does, for a `limit` or a `verify` that is none.
 *
 * @category adapters
 * @since 0.1.0
 */
export const expressJsonBody = (
  options?: ExpressBodyOptions
): ((request: ExpressBodyRequest, response: any, next: (error?: any) => void) => void) => {
  const settings = settingsOf(options)
  return (request, response, proceed) => {
    const isRead = request.complete === true && request.readable === false
    if (isRead) return proceed()
    if (!("body" in request)) request.body = undefined
    if (!hasBody(request) || !settings.shouldParse(request)) return proceed()
    let opened: Opened
    try {
      opened = openBody(request, settings)
    } catch (refusal) {
      return proceed(refusal)
    }
    read(opened, settings, (body) => settings.verify?.(request, response, body, opened.charset)).then(
      (value) => {
        request.body = value
        proceed()
      },
      (error: unknown) => readOff(request, () => proceed(failureOf(error)))
    )
  }
}

const hasBody = ({ headers }: BodyRequest): boolean =>
  headers["transfer-encoding"] !== undefined || !Number.isNaN(Number(headers["content-length"] ?? "none"))

const read = async (
  { charset, chunks, length }: Opened,
  settings: Settings,
  verify: (body: Buffer) => void
): Promise<unknown> => {
  const head = new Head(settings.isStrict)
  const isUtf8 = charset === "utf-8"
  if (settings.verify === undefined && isUtf8 && (length === undefined || length > smallest)) {
    return orEmpty(parseAsync(head.of(chunks), settings.parse), head)
  }
  const body = await collect(chunks)
  try {
    verify(body)
  } catch (thrown) {
    throw refused(thrown)
  }
  const bytes = isUtf8 ? body : Buffer.from(new TextDecoder(charset).decode(body))
  head.see(bytes)
  return orEmpty(parseAsync(bytes, settings.parse), head)
}

/** A body without a byte is an empty object: a mistake that clients make. */
const orEmpty = (parsed: Promise<unknown>, head: Head): Promise<unknown> =>
  parsed.catch((error: unknown) => {
    if (head.isEmpty && isParseError(error) && error.reason._tag === "InvalidJson") return {}
    throw error
  })
