/**
 * `res.json` of Express without blocking the event loop.
 *
 * **Example** (The one line)
 *
 * ```ts
 * import { expressJson } from "effect-serialization/frameworks"
 * import express from "express"
 * import type { AddressInfo } from "node:net"
 *
 * const app = express()
 * app.use(expressJson())
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` }))
 * app.get("/rows", (_req, res) => res.json(rows))
 *
 * const server = app.listen(0)
 * const response = await fetch(`http://localhost:${(server.address() as AddressInfo).port}/rows`)
 * response.headers.get("content-type") // => "application/json; charset=utf-8"
 * const text = await response.text()
 * text === JSON.stringify(rows) // => true
 * server.close()
 * ```
 *
 * @since 0.1.0
 */
import type { FrameworkOptions } from "./FrameworkOptions.ts"
import { bodyFor, type Outgoing } from "./internal/body.ts"
import { etagOf } from "./internal/etag.ts"
import { isLarge, type Settings, settingsOf } from "./internal/settings.ts"
import { utf8Type } from "./internal/utf8Type.ts"

/**
 * A request of Express, as far as it matters here.
 *
 * @category models
 * @since 0.1.0
 */
export interface ExpressRequest {
  /** The `next` of the innermost router that the request is in: `res.sendFile` reports its failures there, too. */
  readonly next?: ((error?: any) => void) | undefined
}

/**
 * A response of Express, as far as it matters here.
 *
 * @category models
 * @since 0.1.0
 */
export interface ExpressResponse extends Outgoing {
  json: (value?: any) => any
  readonly app: { get(setting: string): any }
  readonly headersSent: boolean
  statusCode: number
  get(header: string): string | undefined
  set(header: string, value: string): unknown
  send(body: any): unknown
}

/**
 * Makes a middleware for Express (and NestJS on Express) with which `res.json` and `res.send` of a large value do not block the event
 * loop. Status, headers and bytes are the same; small values take Express's own code.
 *
 * **Details**
 *
 * `json replacer` and `json spaces` are heeded; with `json escape` Express's own code runs. The ETag is the same, weak or strong, and is
 * hashed in turns of the event loop. Errors go to `next`, as those of `res.sendFile` do: a `SerializationError`, not the `TypeError` of
 * `JSON.stringify`. When the client leaves, the work stops. Use it before what adds routes.
 *
 * **Gotchas**
 *
 * The answer is sent later than `res.json` returns. A value must not be changed once it was handed over, and a `try` around `res.json`
 * sees no error. Until it is sent, `res.headersSent` is true, and a second `res.json` throws, as it would after the first was sent.
 * Middleware that replaces `res.send` or `res.end` sees a Buffer.
 *
 * Throws a `SerializationError` with reason `InvalidOptions` if an option is out of range.
 *
 * @category adapters
 * @since 0.1.0
 */
export const expressJson = (
  options?: FrameworkOptions
): ((request: ExpressRequest, response: ExpressResponse, next: (error?: any) => void) => void) => {
  const settings = settingsOf(options)
  return (request, response, next) => {
    const original = response.json
    let isPending = false
    response.json = function (value?: unknown, ...rest: Array<unknown>): unknown {
      if (isPending) throw alreadySent()
      // Express 4 knows `res.json(status, value)`, too.
      if (rest.length > 0 || !isLarge(value, settings) || response.app.get("json escape")) {
        return original.apply(this, [value, ...rest] as [unknown])
      }
      isPending = true
      const release = claim(response)
      const fail = request.next ?? next
      answer(response, value, settings).then(
        (send) => {
          isPending = false
          release()
          if (send === undefined || response.headersSent) return
          try {
            send(original)
          } catch (thrown) {
            fail(thrown)
          }
        },
        (error: unknown) => {
          isPending = false
          release()
          fail(error)
        }
      )
      return response
    }
    next()
  }
}

type Send = (original: ExpressResponse["json"]) => void

/** All that takes time, and then how to send it at once; nothing when the client has left. */
const answer = async (response: ExpressResponse, value: unknown, settings: Settings): Promise<Send | undefined> => {
  const { app, statusCode } = response
  const body = await bodyFor(response, value, settings, argumentsOf(app))
  if (body === "client gone") return undefined
  const kind = body === "no text" ? undefined : etagKind(response)
  const etag = kind === undefined ? undefined : await etagOf(body as Buffer, kind)
  return (original) => {
    response.statusCode = statusCode
    if (body === "no text") return void original.call(response, undefined)
    // Not earlier: an error page must not inherit it.
    const type = response.get("Content-Type")
    response.set("Content-Type", type ? utf8Type(response, type) : "application/json; charset=utf-8")
    if (etag !== undefined) response.set("ETag", etag)
    response.send(body)
  }
}

const argumentsOf = (app: ExpressResponse["app"]) => {
  const replacer = app.get("json replacer")
  const space = app.get("json spaces")
  return {
    replacer: typeof replacer === "function" || Array.isArray(replacer) ? replacer : undefined,
    space: typeof space === "number" || typeof space === "string" ? space : undefined
  }
}

/** How `res.send` would hash it. What the program does itself, it does in `res.send`. */
const etagKind = (response: ExpressResponse): "weak" | "strong" | undefined => {
  if (response.get("ETag") || typeof response.app.get("etag fn") !== "function") return undefined
  const setting: unknown = response.app.get("etag")
  if (setting === "strong") return "strong"
  return setting === "weak" || setting === true ? "weak" : undefined
}

/** For all others, this response is sent. Gives what ends that. */
const claim = (response: ExpressResponse): (() => void) => {
  Object.defineProperty(response, "headersSent", { configurable: true, get: () => true })
  return () => void Reflect.deleteProperty(response, "headersSent")
}

const alreadySent = (): Error =>
  Object.assign(new Error("Cannot set headers after they are sent to the client"), { code: "ERR_HTTP_HEADERS_SENT" })
