/**
 * JSON replies of Fastify without blocking the event loop.
 *
 * **Example** (The one line)
 *
 * ```ts
 * import { fastifyJson } from "effect-serialization/frameworks"
 * import fastify from "fastify"
 *
 * const app = fastify()
 * await app.register(fastifyJson)
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` }))
 * app.get("/rows", async () => rows)
 *
 * const response = await app.inject("/rows")
 * response.headers["content-type"] // => "application/json; charset=utf-8"
 * response.body === JSON.stringify(rows) // => true
 * await app.close()
 * ```
 *
 * @since 0.1.0
 */
import type { FrameworkOptions } from "./FrameworkOptions.ts"
import { bodyFor, type Outgoing } from "./internal/body.ts"
import { isLarge, type Settings, settingsOf } from "./internal/settings.ts"

/**
 * An instance of Fastify, as far as it matters here.
 *
 * @category models
 * @since 0.1.0
 */
export interface FastifyInstance {
  addHook(name: "onRoute", hook: (this: any, route: any) => void): unknown
}

interface Route {
  readonly schema?: { readonly response?: unknown } | undefined
  preSerialization?: Hook | ReadonlyArray<Hook> | undefined
}

type Done = (error: null, payload: unknown) => void
type Hook = (this: object, request: Request, reply: Reply, payload: unknown, done: Done) => unknown

interface Request {
  readonly routeOptions?: { readonly schema?: Route["schema"] } | undefined
}

interface Reply {
  readonly raw: Outgoing
  serializer(serialize: ((payload: unknown) => unknown) | null): unknown
}

/**
 * A plugin for Fastify (and NestJS on Fastify) with which large replies do not block the event loop. Status, headers and bytes are the
 * same; small values take Fastify's own code.
 *
 * **Details**
 *
 * Register it before the routes. It adds a `preSerialization` hook to each route, behind those that the program has, and takes the options of
 * the other adapters. Fastify's own code runs where a route has a response schema, which filters fields, and where the program has a
 * serializer of its own (`setReplySerializer`, `reply.serializer`). When the client leaves, the work stops.
 *
 * **Gotchas**
 *
 * A value must not be changed once it was sent. `onSend` hooks see a Buffer where they saw a string. A value without JSON text fails with a
 * `SerializationError`, so the message of the 500 differs.
 *
 * @category adapters
 * @since 0.1.0
 */
export const fastifyJson: (instance: FastifyInstance, options?: FrameworkOptions) => Promise<void> = Object.assign(
  async (instance: FastifyInstance, options?: FrameworkOptions): Promise<void> => {
    const hook = hookFor(instance, options)
    instance.addHook("onRoute", (route: Route) => {
      if (route.schema?.response !== undefined) return
      route.preSerialization = [...[route.preSerialization ?? []].flat(), hook]
    })
  },
  // The hooks are for the instance that registers it, not for a new one inside.
  { [Symbol.for("skip-override")]: true, [Symbol.for("fastify.display-name")]: "effect-serialization" }
)

const hookFor = (instance: object, options: FrameworkOptions | undefined): Hook => {
  const settings = settingsOf(options)
  const instanceSerializer = symbolOf(instance, "fastify.replySerializerDefault")
  let replySerializer: symbol | undefined

  // Serializers of the program's own are told by these only. Where Fastify has renamed them, nothing can be told.
  const isDefault = (instance: object, reply: object): boolean => {
    replySerializer ??= symbolOf(reply, "fastify.reply.serializer")
    return [
      [instance, instanceSerializer],
      [reply, replySerializer]
    ].every(([object, symbol]) => symbol !== undefined && Reflect.get(object as object, symbol as symbol) === null)
  }

  return function (request, reply, payload, done) {
    const isOurs = isLarge(payload, settings) && isDefault(this, reply)
    // A plugin may have added a response schema behind us: fields that it hides must stay hidden.
    if (!isOurs || request.routeOptions?.schema?.response !== undefined) return done(null, payload)
    return serialize(reply, payload, settings)
  }
}

/** Makes the bytes, and sees to it that Fastify finds them when it would stringify the payload. */
const serialize = async (reply: Reply, payload: unknown, settings: Settings): Promise<unknown> => {
  const body = await bodyFor(reply.raw, payload, settings)
  // Nobody is to be answered: the reply ends here.
  if (body === "client gone") return new Promise(() => {})
  reply.serializer((last) => {
    reply.serializer(null)
    // A hook behind ours has put something else in its place.
    if (last !== payload) return JSON.stringify(last)
    return body === "no text" ? undefined : body
  })
  return payload
}

const symbolOf = (object: object, description: string): symbol | undefined => {
  for (let owner: object | null = object; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const symbol = Object.getOwnPropertySymbols(owner).find((symbol) => symbol.description === description)
    if (symbol !== undefined) return symbol
  }
  return undefined
}
