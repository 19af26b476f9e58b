/**
 * `c.req.json` of Hono without blocking the event loop.
 *
 * **Example** (The one line)
 *
 * ```ts
 * import { honoJsonBody } from "effect-serialization/frameworks"
 * import { Hono } from "hono"
 *
 * const app = new Hono()
 * app.use(honoJsonBody())
 *
 * app.post("/rows", async (c) => c.text(`${(await c.req.json()).length} rows`))
 *
 * const body = JSON.stringify(Array.from({ length: 10_000 }, (_, id) => ({ id })))
 * const response = await app.request("/rows", { method: "POST", body })
 * await response.text() // => "10000 rows"
 * ```
 *
 * @since 0.1.0
 */
import { parseAsync, type ParseOptions } from "../parse/Parse.ts"
import { asSyntaxError, isGuarded, isSmallBody, smallest } from "./internal/parseFailure.ts"

/**
 * Options of {@link honoJsonBody}.
 *
 * @category models
 * @since 0.1.0
 */
export interface HonoBodyOptions extends Pick<ParseOptions, "maxDepth" | "dangerousKeys" | "invalidUtf8"> {}

/**
 * A context of Hono whose request has a body, as far as it matters here.
 *
 * @category models
 * @since 0.1.0
 */
export interface HonoBodyContext {
  readonly req: {
    json: () => Promise<any>
    text(): Promise<string>
    readonly raw: Request
    bodyCache: { json?: any }
  }
}

/**
 * Makes a middleware for Hono with which `c.req.json` parses a large body while it arrives, in turns of the event loop. So does the JSON
 * validator.
 *
 * **Details**
 *
 * A body whose Content-Length is at most 64 KiB takes Hono's own code, unless an option is set: options hold for bodies of any size.
 * Another one that is broken rejects with a `SyntaxError`, whose message has the place and nothing of the text, and whose `cause` is the
 * `ParseError`; what an option refuses, with a `ParseError`. Limit the size with Hono's `bodyLimit`.
 *
 * **Gotchas**
 *
 * A body that was parsed while it arrived is not kept: `c.req.json` gives the same value each time, and `c.req.text` behind it gives that
 * value as `JSON.stringify` writes it, at once. Read `c.req.text` first where the very text matters.
 *
 * @category adapters
 * @since 0.1.0
 */
export const honoJsonBody =
  (options: HonoBodyOptions = {}): ((c: HonoBodyContext, next: () => Promise<void>) => Promise<void>) =>
  ({ req }, next) => {
    const original = req.json
    const isAnySize = isGuarded(options)
    req.json = () => {
      const cache = req.bodyCache
      if (cache.json !== undefined) return Promise.resolve(cache.json)
      // Somebody has read it in another form, which Hono keeps.
      if (Object.keys(cache).length > 0)
        return req
          .text()
          .then((text) =>
            !isAnySize && text.length <= smallest ? original.call(req) : told(parseAsync(text, options))
          )
      const { raw } = req
      if (raw.bodyUsed || raw.body === null || (!isAnySize && isSmallBody(raw.headers))) return original.call(req)
      // Where Hono looks for it, too.
      const parsed = told(parseAsync(raw.body, options))
      cache.json = parsed
      return parsed
    }
    return next()
  }

const told = (parsed: Promise<unknown>): Promise<unknown> =>
  parsed.catch((error: unknown) => {
    throw asSyntaxError(error)
  })
