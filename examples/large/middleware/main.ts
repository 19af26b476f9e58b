/**
 * What compresses and tags answers, beside the adapters, in either order: the same answers as without the adapter.
 */
import fastifyCompress from "@fastify/compress"
import fastifyEtag from "@fastify/etag"
import koaEtag from "@koa/etag"
import compression from "compression"
import { shutdownSerializationPool } from "effect-serialization"
import { expressJson, fastifyJson, koaJson } from "effect-serialization/frameworks"
import express from "express"
import fastify from "fastify"
import Koa from "koa"
import koaCompress from "koa-compress"
import conditional from "koa-conditional-get"
import assert from "node:assert/strict"
import { createServer, type Server } from "node:http"
import { ask, header, type Listening, listening, readable } from "../../../test/frameworks/support/client.ts"

const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id} é` }))

/** Where the adapter stands among the others: nowhere, before them or behind them. */
type Place = "plain" | "first" | "last"

const apps: Record<string, (place: Place) => Promise<Server>> = {
  Express: async (place) => {
    const app = express()
    if (place === "first") app.use(expressJson())
    app.use(compression())
    if (place === "last") app.use(expressJson())
    app.get("/", (_request, response) => void response.json(rows))
    return createServer(app).listen(0, "127.0.0.1")
  },
  Koa: async (place) => {
    const app = new Koa()
    if (place === "first") app.use(koaJson())
    for (const each of [conditional(), koaEtag(), koaCompress({ br: false })]) app.use(each)
    if (place === "last") app.use(koaJson())
    app.use((ctx) => void (ctx.body = rows))
    return createServer(app.callback()).listen(0, "127.0.0.1")
  },
  Fastify: async (place) => {
    const app = fastify()
    if (place === "first") await app.register(fastifyJson)
    await app.register(fastifyCompress)
    await app.register(fastifyEtag)
    if (place === "last") await app.register(fastifyJson)
    app.get("/", async () => rows)
    await app.listen({ port: 0, host: "127.0.0.1" })
    return app.server
  }
}

const answersOf = async ({ port }: Listening): Promise<ReadonlyArray<unknown>> => {
  const etag = header(await ask(port, { path: "/" }), "etag")!
  const answers = []
  for (const headers of [{}, { "accept-encoding": "gzip" }, { "if-none-match": etag }]) {
    for (const method of ["GET", "HEAD"]) answers.push(readable(await ask(port, { path: "/", method, headers })))
  }
  return answers
}

for (const [name, make] of Object.entries(apps)) {
  const answers = []
  for (const place of ["plain", "first", "last"] as const) {
    await using server = await listening(await make(place))
    answers.push(await answersOf(server))
  }
  assert.deepEqual(answers[1], answers[0])
  assert.deepEqual(answers[2], answers[0])
  console.log(`${name}: compressed, tagged and conditional answers are the same`)
}
await shutdownSerializationPool()
