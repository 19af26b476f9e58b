/** The same server in each framework: `/large`, `/small` and `/ping`, with the adapter or without. */
import { serve } from "@hono/node-server"
import { expressJson, fastifyJson, honoJson, koaJson } from "effect-serialization/frameworks"
import express from "express"
import fastify from "fastify"
import { Hono } from "hono"
import Koa from "koa"
import { once } from "node:events"
import { createServer, type Server } from "node:http"

export interface Values {
  readonly large: object
  readonly small: object
  /** What the server has used since it was asked last. */
  readonly used: () => object
}

type MakeServer = (isOurs: boolean, values: Values) => Promise<Server>

const listen = async (server: Server): Promise<Server> => {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return server
}

export const apps: Record<string, MakeServer> = {
  express: (isOurs, { large, small, used }) => {
    const app = express()
    if (isOurs) app.use(expressJson())
    app.get("/large", (_request, response) => void response.json(large))
    app.get("/small", (_request, response) => void response.json(small))
    app.get("/used", (_request, response) => void response.json(used()))
    app.get("/ping", (_request, response) => void response.end("pong"))
    return listen(createServer(app))
  },
  fastify: async (isOurs, { large, small, used }) => {
    const app = fastify()
    if (isOurs) await app.register(fastifyJson)
    app.get("/large", async () => large)
    app.get("/small", async () => small)
    app.get("/used", async () => used())
    app.get("/ping", async () => "pong")
    await app.listen({ port: 0, host: "127.0.0.1" })
    return app.server
  },
  hono: async (isOurs, { large, small, used }) => {
    const app = new Hono()
    if (isOurs) app.use(honoJson())
    app.get("/large", (c) => c.json(large))
    app.get("/small", (c) => c.json(small))
    app.get("/used", (c) => c.json(used()))
    app.get("/ping", (c) => c.text("pong"))
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server
    if (!server.listening) await once(server, "listening")
    return server
  },
  koa: (isOurs, { large, small, used }) => {
    const app = new Koa()
    app.on("error", () => {})
    if (isOurs) app.use(koaJson())
    app.use((ctx) => {
      if (ctx.path === "/large") ctx.body = large
      if (ctx.path === "/small") ctx.body = small
      if (ctx.path === "/used") ctx.body = used()
      if (ctx.path === "/ping") ctx.body = "pong"
    })
    return listen(createServer(app.callback()))
  }
}
