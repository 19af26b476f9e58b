/**
 * One use of `parse` in a process of its own, plain and ours turn by turn: the records set posted to a server, or decoded by a schema. A
 * child posts, so that its work is not the server's.
 */
import { serve } from "@hono/node-server"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import express from "express"
import fastify from "fastify"
import { Hono } from "hono"
import { fork } from "node:child_process"
import { once } from "node:events"
import { createServer, request, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { expressJsonBody, fastifyJsonBody, honoJsonBody } from "../../src/frameworks/index.ts"
import { HttpJson } from "../../src/http/index.ts"
import { SchemaTurns } from "../../src/schema/index.ts"
import { settle } from "../hold.ts"
import { schemaCases } from "../schema/cases.ts"
import { median } from "../stats.ts"
import { textSet } from "./sets.ts"
import { idle, type Watched, watch } from "./watch.ts"

export interface UseRow {
  readonly name: string
  readonly megabytes: number
  /** Milliseconds of CPU, the longest gap in CPU time, and that without collections: plain, ours. */
  readonly cpu: readonly [number, number]
  readonly gap: readonly [number, number]
  readonly netGap: readonly [number, number]
  /** The longest gap of an idle loop. */
  readonly idleGap: number
}

interface Use {
  readonly megabytes: number
  readonly plain: () => Promise<unknown>
  readonly ours: () => Promise<unknown>
}

const limit = 100_000_000
const said = (rows: unknown): string => `${(rows as ReadonlyArray<unknown>).length} rows`
type Serve = (isOurs: boolean) => Promise<Server>

const listening = async (server: Server): Promise<Server> => {
  if (!server.listening) await once(server, "listening")
  return server
}

const servers: { readonly [name: string]: Serve } = {
  Express: (isOurs) => {
    const app = express()
    app.use(isOurs ? expressJsonBody({ limit }) : express.json({ limit }))
    app.post("/", (request, response) => void response.send(said(request.body)))
    return listening(createServer(app).listen(0))
  },
  Fastify: async (isOurs) => {
    const app = fastify({ bodyLimit: limit })
    if (isOurs) await app.register(fastifyJsonBody)
    app.post("/", async ({ body }) => said(body))
    await app.listen({ port: 0 })
    return app.server
  },
  Hono: (isOurs) => {
    const app = new Hono()
    if (isOurs) app.use(honoJsonBody())
    app.post("/", async (c) => c.text(said(await c.req.json())))
    return listening(serve({ fetch: app.fetch, port: 0 }) as Server)
  },
  "Effect's HTTP server": (isOurs) => {
    const answer = Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ json }) =>
      Effect.map(json, (rows) => HttpServerResponse.text(said(rows)))
    )
    const server = createServer()
    const routes = HttpRouter.add("POST", "/", answer)
    const live = HttpRouter.serve(routes, {
      disableLogger: true,
      disableListenLog: true,
      ...(isOurs ? { middleware: HttpJson.parseRequestsWith({ maxDepth: 100 }) } : {})
    }).pipe(Layer.provide(NodeHttpServer.layer(() => server, { port: 0 })))
    Effect.runFork(Layer.launch(live))
    return listening(server)
  }
}

const posting = async (make: Serve): Promise<Use> => {
  const child = fork(fileURLToPath(import.meta.url), ["post"])
  const post = (server: Server) => async () => {
    child.send((server.address() as AddressInfo).port)
    const [answer] = (await once(child, "message")) as [string]
    if (!answer.endsWith(" rows")) throw new Error(answer)
  }
  const [plain, ours] = [await make(false), await make(true)]
  return { megabytes: textSet("records").load().length / 1e6, plain: post(plain), ours: post(ours) }
}

const decoding = (name: string): Use => {
  const { load, schema } = schemaCases.find((one) => one.name === name)!
  const codec = Schema.toCodecJson(schema)
  const bytes = Buffer.from(JSON.stringify(Schema.encodeSync(codec)(load())))
  const decode = Schema.decodeUnknownSync(codec)
  const parse = SchemaTurns.parse(schema)
  return {
    megabytes: bytes.length / 1e6,
    plain: async () => decode(JSON.parse(bytes.toString())),
    ours: () => Effect.runPromise(parse(bytes))
  }
}

const post = (): void => {
  const body = textSet("records").load()
  const headers = { "content-type": "application/json" }
  process.on("message", (port: number) => {
    const client = request({ port, method: "POST", headers }, async (response) => {
      let text = ""
      for await (const chunk of response) text += String(chunk)
      process.send!(text)
    })
    client.end(body)
  })
  process.on("disconnect", () => process.exit(0))
}

const measure = async (name: string): Promise<UseRow> => {
  const { megabytes, ours, plain } = await useOf[name]!()
  const samples: Array<readonly [Watched, Watched]> = []
  const gaps: Array<number> = []
  const one = async (run: () => Promise<unknown>): Promise<Watched> => {
    await settle()
    return watch(run)
  }
  for (let i = 0; i < 7; i++) {
    const pair = [await one(plain), await one(ours)] as const
    gaps.push((await idle(pair[1].wall)).cpuGap)
    // The first round compiles both.
    if (i > 0) samples.push(pair)
  }
  const both = (key: "cpu" | "cpuGap" | "netGap"): readonly [number, number] => [
    median(samples.map(([plain]) => plain[key])),
    median(samples.map(([, ours]) => ours[key]))
  ]
  const [cpu, gap, netGap] = [both("cpu"), both("cpuGap"), both("netGap")]
  return { name, megabytes, cpu, gap, netGap, idleGap: median(gaps) }
}

const useOf: { readonly [name: string]: () => Promise<Use> } = {
  ...Object.fromEntries(Object.entries(servers).map(([name, make]) => [`a body: ${name}`, () => posting(make)])),
  "`SchemaTurns.parse`: flat": async () => decoding("flat"),
  "`SchemaTurns.parse`: rows": async () => decoding("rows")
}

export const uses = Object.keys(useOf)

const [name] = process.argv.slice(2)
if (name === "post") post()
else if (process.send !== undefined && name !== undefined && name in useOf) {
  process.send(await measure(name), () => process.exit(0))
}
