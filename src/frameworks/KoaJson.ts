/**
 * JSON bodies of Koa without blocking the event loop.
 *
 * **Example** (The one line)
 *
 * ```ts
 * import { koaJson } from "effect-serialization/frameworks"
 * import Koa from "koa"
 * import type { AddressInfo } from "node:net"
 *
 * const app = new Koa()
 * app.use(koaJson())
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` }))
 * app.use((ctx) => {
 *   ctx.body = rows
 * })
 *
 * const server = app.listen(0)
 * const response = await fetch(`http://localhost:${(server.address() as AddressInfo).port}`)
 * response.headers.get("content-type") // => "application/json; charset=utf-8"
 * const text = await response.text()
 * text === JSON.stringify(rows) // => true
 * server.close()
 * ```
 *
 * @since 0.1.0
 */
import { Stream } from "node:stream"
import type { FrameworkOptions } from "./FrameworkOptions.ts"
import { bodyFor, type Outgoing } from "./internal/body.ts"
import { isLarge, settingsOf } from "./internal/settings.ts"

/**
 * A context of Koa, as far as it matters here.
 *
 * @category models
 * @since 0.1.0
 */
export interface KoaContext {
  body: any
  readonly status: number
  readonly method: string
  respond?: boolean
  readonly res: Outgoing
  readonly response: {
    has(header: string): boolean
    remove(header: string): void
  }
}

/**
 * Makes a middleware for Koa with which a large `ctx.body` becomes JSON without blocking the event loop. Status, headers and bytes are the
 * same; small values, and bodies that are no JSON, are left to Koa.
 *
 * **Details**
 *
 * The body is made when what comes after this middleware has run, so use it first, but after what compresses or tags bodies. When the client
 * leaves, the work stops.
 *
 * **Gotchas**
 *
 * A value must not be changed once it is the body. A value without JSON text throws a `SerializationError` here, so a `try` around `next()`
 * further out sees it; Koa itself would only emit `error`.
 *
 * Throws a `SerializationError` with reason `InvalidOptions` if an option is out of range.
 *
 * @category adapters
 * @since 0.1.0
 */
export const koaJson = (options?: FrameworkOptions): ((ctx: KoaContext, next: () => Promise<any>) => Promise<void>) => {
  const settings = settingsOf(options)
  return async (ctx, next) => {
    await next()
    const value: unknown = ctx.body
    if (!isJson(value) || !isLarge(value, settings) || !isSent(ctx)) return
    const body = await bodyFor(ctx.res, value, settings)
    if (body === "client gone") {
      // Koa would stringify it all the same.
      ctx.respond = false
    } else if (body !== "no text") {
      const hasType = ctx.response.has("Content-Type")
      ctx.body = body
      if (!hasType) ctx.response.remove("Content-Type")
    }
  }
}

/** What Koa stringifies: all that is neither nothing nor text nor binary. */
const isJson = (value: unknown): boolean =>
  value !== null &&
  value !== undefined &&
  typeof value !== "string" &&
  !Buffer.isBuffer(value) &&
  !isStream(value) &&
  !(value instanceof ReadableStream || value instanceof Blob || value instanceof Response)

const isStream = (value: unknown): boolean =>
  value instanceof Stream || typeof (value as { readonly pipe?: unknown }).pipe === "function"

/** Koa needs no text for an empty status, nor to answer a HEAD whose length it is told. */
const isSent = (ctx: KoaContext): boolean =>
  ctx.respond !== false &&
  ctx.status !== 204 &&
  ctx.status !== 205 &&
  ctx.status !== 304 &&
  !(ctx.method === "HEAD" && ctx.response.has("Content-Length"))
