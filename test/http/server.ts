/**
 * Real servers on a port of their own, and a client that tells everything it gets.
 */
import { NodeHttpServer } from "@effect/platform-node"
import { assert } from "@effect/vitest"
import { Context, Effect, Layer, Logger, type Scope } from "effect"
import { type HttpMiddleware, HttpRouter, HttpServer } from "effect/http"
import { createServer, request } from "node:http"

export interface Answer {
  readonly status: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly bytes: Buffer
  /** The connection broke off before the end. */
  readonly isBroken: boolean
}

/** Serves routes until the scope ends; gives the port. Errors of routes are not logged. */
export const serve = (
  routes: Layer.Layer<never, never, any>,
  options?: { readonly middleware?: HttpMiddleware.HttpMiddleware }
): Effect.Effect<number, never, Scope.Scope> =>
  Effect.gen(function* () {
    const server = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })
    const live = HttpRouter.serve(routes, {
      disableLogger: true,
      disableListenLog: true,
      ...(options as { readonly middleware?: never })
    }).pipe(Layer.provideMerge(server), Layer.provide(Layer.succeed(Logger.CurrentLoggers, new Set())))
    const context = yield* Layer.build(live as Layer.Layer<HttpServer.HttpServer>)
    const { address } = Context.get(context, HttpServer.HttpServer)
    return "port" in address ? address.port : 0
  }).pipe(Effect.orDie)

export interface Call {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  /** Leaves after so many bytes. */
  readonly leaveAfter?: number
  /** Leaves when it is aborted, without an answer. */
  readonly signal?: AbortSignal
}

export const call = (port: number, path: string, options: Call = {}): Effect.Effect<Answer> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    let length = 0
    const { body, headers = {}, leaveAfter = Infinity, signal, method = "GET" } = options
    const client = request({
      ...(signal === undefined ? {} : { signal }),
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: { connection: "close", ...headers }
    })
    client.on("error", (error) => resume(Effect.die(error)))
    client.on("response", (response) => {
      const end = (isBroken: boolean) => {
        const { date, ...rest } = response.headersDistinct
        assert.isDefined(date)
        const flat = Object.entries(rest).map(([name, values]) => [name, values!.length === 1 ? values![0]! : values!])
        resume(
          Effect.succeed({
            status: response.statusCode!,
            statusText: response.statusMessage!,
            headers: Object.fromEntries(flat),
            bytes: Buffer.concat(chunks),
            isBroken
          })
        )
      }
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk)
        length += chunk.length
        if (length >= leaveAfter) {
          client.destroy()
          end(true)
        }
      })
      response.on("end", () => end(false))
      response.on("error", () => end(true))
    })
    client.end(body)
  })

/** Status, headers but Date, and bytes are the same. */
export const assertSameAnswer = (actual: Answer, expected: Answer, name: string): void => {
  assert.deepStrictEqual({ name, ...actual, bytes: undefined }, { name, ...expected, bytes: undefined })
  assert.isTrue(actual.bytes.equals(expected.bytes), `${name}: ${actual.bytes.subarray(0, 200).toString()}`)
}
