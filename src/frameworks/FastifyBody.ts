/**
 * JSON bodies of Fastify's requests without blocking the event loop.
 *
 * **Example** (The one line)
 *
 * ```ts
 * import { fastifyJsonBody } from "effect-serialization/frameworks"
 * import fastify from "fastify"
 *
 * const app = fastify({ bodyLimit: 10_000_000 })
 * await app.register(fastifyJsonBody)
 *
 * app.post("/rows", async (request) => `${(request.body as Array<unknown>).length} rows`)
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` }))
 * const response = await app.inject({ method: "POST", url: "/rows", body: rows })
 * response.body // => "10000 rows"
 * await app.close()
 * ```
 *
 * @since 0.1.0
 */
import { isParseError } from "../parse/ParseError.ts"
import { parseAsync, type ParseOptions } from "../parse/Parse.ts"
import { chunksOf, collect, type Limits, type Readable } from "./internal/nodeBody.ts"
import { smallest } from "./internal/parseFailure.ts"

/**
 * Options of {@link fastifyJsonBody}.
 *
 * @category models
 * @since 0.1.0
 */
export interface FastifyBodyOptions extends Pick<ParseOptions, "maxDepth"> {
  /** Default: what Fastify was made with, which is `"error"` by default. */
  readonly onProtoPoisoning?: Poisoning | undefined
  /** Default: what Fastify was made with, which is `"error"` by default. */
  readonly onConstructorPoisoning?: Poisoning | undefined
}

type Poisoning = "error" | "remove" | "ignore"

/**
 * An instance of Fastify that parses bodies, as far as it matters here.
 *
 * @category models
 * @since 0.1.0
 */
export interface FastifyBodyInstance {
  readonly initialConfig: object
  getDefaultJsonParser(onProtoPoisoning: Poisoning, onConstructorPoisoning: Poisoning): any
  addContentTypeParser(contentType: string, parser: (request: any, payload: any) => Promise<unknown>): unknown
}

interface Request {
  readonly headers: { readonly "content-length"?: string | undefined }
  readonly routeOptions: { readonly bodyLimit?: number | undefined }
}

interface Payload extends Readable {
  readonly receivedEncodedLength?: number | undefined
}

/** Fastify's own parser. */
type OwnParser = (request: unknown, body: string, done: (error: Error | null, value?: unknown) => void) => void

/**
 * A plugin for Fastify (and NestJS on Fastify) with which large JSON bodies are parsed while they arrive, in turns of the event loop.
 * Values, statuses and errors are Fastify's own: `bodyLimit`, of the instance and of a route, and `onProtoPoisoning` and
 * `onConstructorPoisoning` hold.
 *
 * **Details**
 *
 * A body whose Content-Length is at most 64 KiB takes Fastify's own parser, unless `maxDepth` is set. The error of another one that is
 * broken, or too deep, has the `ParseError` as its `cause`. Where `onProtoPoisoning` and `onConstructorPoisoning` differ, Fastify's own
 * parser runs for all bodies, behind a look at their depth.
 *
 * **Gotchas**
 *
 * What comes first decides: a body that is broken before it is too large is a 400, and no 413.
 *
 * @category adapters
 * @since 0.1.0
 */
export const fastifyJsonBody: (instance: FastifyBodyInstance, options?: FastifyBodyOptions) => Promise<void> =
  Object.assign(
    async (instance: FastifyBodyInstance, options?: FastifyBodyOptions): Promise<void> => {
      instance.addContentTypeParser("application/json", parserFor(instance, options))
    },
    // The parser is for the instance that registers it, not for a new one inside.
    { [Symbol.for("skip-override")]: true, [Symbol.for("fastify.display-name")]: "effect-serialization-body" }
  )

const parserFor = (
  instance: FastifyBodyInstance,
  options: FastifyBodyOptions | undefined
): ((request: Request, payload: Payload) => Promise<unknown>) => {
  const config = instance.initialConfig as FastifyBodyOptions & { readonly bodyLimit?: number }
  const onProto = options?.onProtoPoisoning ?? config.onProtoPoisoning ?? "error"
  const onConstructor = options?.onConstructorPoisoning ?? config.onConstructorPoisoning ?? "error"
  const own: OwnParser = instance.getDefaultJsonParser(onProto, onConstructor)
  const maxDepth = options?.maxDepth
  const isDepthBound = maxDepth !== undefined && maxDepth !== Infinity
  const parseOptions = { dangerousKeys: onProto === "ignore" ? "keep" : onProto, maxDepth } as const

  const read = async (request: Request, payload: Payload): Promise<unknown> => {
    const limits = limitsOf(request, payload, config.bodyLimit)
    const { length } = limits
    if (length !== undefined && length > limits.limit) throw limits.tooLarge(length)
    const chunks = chunksOf(payload, limits)
    if (onProto !== onConstructor || (!isDepthBound && length !== undefined && length <= smallest)) {
      const text = (await collect(chunks)).toString()
      if (isDepthBound) {
        const failure = await parseAsync(text, { maxDepth }).then(
          () => undefined,
          (error: unknown) => error
        )
        if (isTooDeep(failure)) return parseOwn(own, request, "{", failure)
      }
      return parseOwn(own, request, text)
    }
    let isEmpty = true
    const counted = async function* (): AsyncGenerator<Uint8Array, void, void> {
      for await (const chunk of chunks) {
        isEmpty &&= chunk.length === 0
        yield chunk
      }
    }
    try {
      return await parseAsync(counted(), parseOptions)
    } catch (error) {
      if (!isParseError(error)) throw error
      // Fastify's own error, made by its own parser.
      return parseOwn(own, request, isEmpty ? "" : "{", error)
    }
  }

  return (request, payload) =>
    read(request, payload).catch((error: unknown) => {
      // Whatever is left is read off, so that the client gets the answer.
      payload.resume()
      throw withStatus(error)
    })
}

const isTooDeep = (error: unknown): boolean => isParseError(error) && error.reason._tag === "NestingTooDeep"

/** What Fastify's own parser gives; its error gets a cause. */
const parseOwn = (own: OwnParser, request: unknown, text: string, cause?: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    own(request, text, (error, value) => {
      if (error === null) return resolve(value)
      reject(cause === undefined ? error : Object.assign(error, { cause }))
    })
  })

const limitsOf = ({ headers, routeOptions }: Request, payload: Payload, bodyLimit = 1_048_576): Limits => {
  const length = Number(headers["content-length"])
  return {
    limit: routeOptions.bodyLimit ?? bodyLimit,
    length: Number.isNaN(length) ? undefined : length,
    encoded: () => payload.receivedEncodedLength,
    tooLarge: () => fastifyError("FST_ERR_CTP_BODY_TOO_LARGE", "Request body is too large", 413),
    wrongLength: () =>
      fastifyError("FST_ERR_CTP_INVALID_CONTENT_LENGTH", "Request body size did not match Content-Length", 400)
  }
}

const fastifyError = (code: string, message: string, statusCode: number): Error =>
  Object.assign(new RangeError(message), { name: "FastifyError", code, statusCode })

/** What is wrong with the stream is the client's. */
const withStatus = (error: unknown): unknown => {
  const { statusCode } = Object(error) as { readonly statusCode?: unknown }
  const isTold = typeof statusCode === "number" && statusCode >= 400
  return error instanceof Error && !isTold ? Object.assign(error, { statusCode: 400 }) : error
}
