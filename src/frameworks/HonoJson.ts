/**
 * `c.json` of Hono without blocking the event loop.
 *
 * **Example** (The one line)
 *
 * ```ts
 * import { honoJson } from "effect-serialization/frameworks"
 * import { Hono } from "hono"
 *
 * const app = new Hono()
 * app.use(honoJson())
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` }))
 * app.get("/rows", (c) => c.json(rows))
 *
 * const response = await app.request("/rows")
 * response.headers.get("content-type") // => "application/json"
 * const text = await response.text()
 * text === JSON.stringify(rows) // => true
 * ```
 *
 * @since 0.1.0
 */
import { AsyncLocalStorage } from "node:async_hooks"
import type { FrameworkOptions } from "./FrameworkOptions.ts"
import { makeBody } from "./internal/body.ts"
import { lazyStream } from "./internal/lazyStream.ts"
import { sendInPieces } from "./internal/sendInPieces.ts"
import { isLarge, type Settings, settingsOf } from "./internal/settings.ts"

/**
 * A context of Hono, as far as it matters here.
 *
 * @category models
 * @since 0.1.0
 */
export interface HonoContext {
  json: (value: any, ...rest: Array<any>) => any
  get res(): Response
  set res(response: Response | undefined)
  readonly req: { readonly raw: Request }
  readonly env: any
}

/**
 * Makes a middleware for Hono with which `c.json` of a large value does not block the event loop. Status, headers and bytes are the same;
 * small values take Hono's own code.
 *
 * **Details**
 *
 * `c.json` gives a Response whose body is not made yet. It is made when what comes after this middleware has run, so use it first, but after
 * `etag()` and `compress()`. Whatever reads the body earlier, or wraps it, gets the same bytes as a stream. Errors reach `onError`. When the
 * client leaves, the work stops.
 *
 * **Gotchas**
 *
 * A value must not be changed once it was handed over. An error comes after middleware further inside has run, and as a `SerializationError`.
 * What those would read of a body then fails.
 *
 * Throws a `SerializationError` with reason `InvalidOptions` if an option is out of range.
 *
 * @category adapters
 * @since 0.1.0
 */
export const honoJson = (
  options?: FrameworkOptions
): ((c: HonoContext, next: () => Promise<void>) => Promise<void>) => {
  const settings = settingsOf(options)
  return async (c, next) => {
    const original = c.json
    // By body: a handler may make several responses and return one of them, and Hono makes new ones around the same body.
    const calls = new Map<unknown, Call>()
    c.json = (value, ...rest) => {
      if (!isLarge(value, settings)) return original(value, ...rest)
      const response = standIn(original, rest)
      if (response === undefined) return original(value, ...rest)
      const inContext = AsyncLocalStorage.snapshot()
      const body = lazyStream(() => settings.serializer.serializeToReadableStream(value), inContext)
      calls.set(body, { value, inContext, headers: namesIn(rest) })
      return new Response(body, { status: response.status, headers: response.headers })
    }
    await next()
    if (calls.size === 0) return
    const call = calls.get(c.res.body)
    if (call !== undefined) await finish(c, call, settings)
  }
}

/** A call of `c.json`. */
interface Call {
  readonly value: unknown
  /** Code in the value sees what the handler sees. */
  readonly inContext: <A>(f: () => A) => A
  /** Names of the headers that it sets. */
  readonly headers: ReadonlyArray<string>
}

/** Puts a response with all of the body in the place of the one that would stream it. */
const finish = async (c: HonoContext, { headers: own, inContext, value }: Call, settings: Settings): Promise<void> => {
  const { headers, status, statusText } = c.res
  const replace = (body: Uint8Array<ArrayBuffer> | null, init?: ResponseInit): void => {
    // Else Hono copies the headers of the one before.
    c.res = undefined
    c.res = new Response(body, init)
  }
  try {
    const body = await inContext(() => makeBody(value, settings, { signal: c.req.raw.signal }))
    // Where Hono runs on Node.
    sendInPieces(c.env?.outgoing)
    replace(typeof body === "string" ? null : body, { headers, status, statusText })
  } catch (error) {
    // The error's answer has what middleware has set, but nothing of this one.
    const kept = new Headers(headers)
    for (const name of own) kept.delete(name)
    replace(null, { headers: kept })
    throw error
  }
}

/** The response that `c.json` gives for `null`, unless something else than Hono's own `c.json` puts it into another value. */
const standIn = (json: HonoContext["json"], rest: ReadonlyArray<any>): Response | undefined => {
  let isRoot = false
  const value = {
    toJSON: (key: string) => {
      isRoot = key === ""
      return null
    }
  }
  const response: unknown = json(value, ...rest)
  return isRoot && response instanceof Response ? response : undefined
}

/** `c.json(value, init)` and `c.json(value, status, headers)`. */
const namesIn = ([init, headers]: ReadonlyArray<any>): ReadonlyArray<string> => [
  "content-type",
  ...new Headers(init?.headers).keys(),
  ...Object.keys(headers ?? {})
]
