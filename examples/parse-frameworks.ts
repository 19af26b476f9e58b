/**
 * Large request bodies in Express, Fastify, Hono and Effect, each with one line changed: they are parsed while they arrive.
 *
 * Each server runs with the line and without it, and has to answer the same: to 10 MB of rows, and to a body that is broken at its end.
 *
 * In a clone, run it with `npm run build` and `npx node examples/parse-frameworks.ts`.
 */
import { serve } from "@hono/node-server"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { expressJsonBody, fastifyJsonBody, honoJsonBody } from "effect-serialization/frameworks"
import { HttpJson } from "effect-serialization/http"
import express, { type ErrorRequestHandler } from "express"
import fastify from "fastify"
import { Hono } from "hono"
import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"

const limit = 50_000_000
const said = (rows: unknown): string => `${(rows as ReadonlyArray<unknown>).length} rows`

const listening = async (server: Server): Promise<Server> => {
  if (!server.listening) await once(server, "listening")
  return server
}

const withExpress = (isOurs: boolean): Promise<Server> => {
  const app = express()
  app.use(isOurs ? expressJsonBody({ limit }) : express.json({ limit }))
  app.post("/rows", (request, response) => void response.send(said(request.body)))
  const onError: ErrorRequestHandler = ({ status, type }, _request, response, _next) =>
    void response.status(status).send(type)
  app.use(onError)
  return listening(createServer(app).listen(0))
}

const withFastify = async (isOurs: boolean): Promise<Server> => {
  const app = fastify({ bodyLimit: limit })
  if (isOurs) await app.register(fastifyJsonBody)
  app.post("/rows", async ({ body }) => said(body))
  app.setErrorHandler((error: { readonly code?: string }, _request, reply) => reply.status(400).send(error.code))
  await app.listen({ port: 0 })
  return app.server
}

const withHono = (isOurs: boolean): Promise<Server> => {
  const app = new Hono()
  if (isOurs) app.use(honoJsonBody())
  app.post("/rows", async (c) => c.text(said(await c.req.json())))
  app.onError((error, c) => c.text(error.name, 400))
  return listening(serve({ fetch: app.fetch, port: 0 }) as Server)
}

const withEffect = (isOurs: boolean): Promise<Server> => {
  const answer = Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ json }) =>
    Effect.map(json, (rows) => HttpServerResponse.text(said(rows)))
  )
  const server = createServer()
  const live = HttpRouter.serve(HttpRouter.add("POST", "/rows", answer), {
    disableLogger: true,
    disableListenLog: true,
    ...(isOurs ? { middleware: HttpJson.parseRequestsWith({ maxDepth: 100 }) } : {})
  }).pipe(Layer.provide(NodeHttpServer.layer(() => server, { port: 0 })))
  const fiber = Effect.runFork(Layer.launch(live))
  server.on("close", () => fiber.interruptUnsafe())
  return listening(server)
}

const makers = { Express: withExpress, Fastify: withFastify, Hono: withHono, Effect: withEffect }

const text = JSON.stringify(
  Array.from({ length: 150_000 }, (_, id) => ({ id, name: `user ${id}`, note: "-".repeat(30) }))
)
const headers = { "content-type": "application/json" }

const answersOf = async (server: Server): Promise<ReadonlyArray<string>> => {
  const url = `http://localhost:${(server.address() as AddressInfo).port}/rows`
  const answers: Array<string> = []
  for (const body of [text, `${text.slice(0, -1)},]`]) {
    const response = await fetch(url, { method: "POST", headers, body })
    answers.push(`${response.status} ${await response.text()}`)
  }
  server.close()
  server.closeAllConnections()
  return answers
}

for (const [name, make] of Object.entries(makers)) {
  const [ours, plain] = [await answersOf(await make(true)), await answersOf(await make(false))]
  assert.deepEqual(ours, plain)
  console.log(`${name}: ${ours.join("; ")}: as without the line`)
}
