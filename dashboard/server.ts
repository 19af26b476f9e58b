/**
 * The server of the dashboard: the page and what it asks for, and what a server in production would have.
 *
 * - `/metrics`: Prometheus text
 * - `/health`: the state of `Health` and `CacheHealth` as JSON, with 503 while it is critical
 * - `/document?size=`: a JSON document of about so many bytes, streamed by the library
 */
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { HttpRouter, type HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { createRequire } from "node:module"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { dirname } from "node:path"
import { EventLoopMonitor } from "../src/EventLoopMonitor.ts"
import { Health } from "../src/Health.ts"
import { Serialization, SerializationLayer, WorkerPool } from "../src/index.ts"
import { CacheHealth } from "../src/cache/index.ts"
import { CacheDemo, cacheLayer, isAction } from "./cache.ts"
import { makeDocument } from "./document.ts"
import { isWay, Load } from "./load.ts"
import { Samples } from "./samples.ts"

const largestDocument = 100_000_000

// The charting library is served as its package brings it.
const chart = dirname(createRequire(import.meta.url).resolve("uplot"))
const files = {
  "/": ["text/html; charset=utf-8", new URL("./page/index.html", import.meta.url)],
  "/style.css": ["text/css; charset=utf-8", new URL("./page/style.css", import.meta.url)],
  "/app.js": ["text/javascript; charset=utf-8", new URL("./page/app.js", import.meta.url)],
  "/uplot.js": ["text/javascript; charset=utf-8", `${chart}/uPlot.esm.js`],
  "/uplot.css": ["text/css; charset=utf-8", `${chart}/uPlot.min.css`]
} as const

const fileRoutes = HttpRouter.addAll(
  Object.entries(files).map(([path, [contentType, file]]) =>
    HttpRouter.route(
      "GET",
      path as "/",
      Effect.sync(() => HttpServerResponse.uint8Array(readFileSync(file), { contentType }))
    )
  )
)

const query = Effect.map(
  HttpServerRequest.HttpServerRequest,
  ({ url }) => new URL(url, "http://localhost").searchParams
)

const live = HttpRouter.add(
  "GET",
  "/live",
  Effect.gen(function* () {
    const samples = yield* Samples
    const since = Number((yield* query).get("since") ?? 0)
    const figures = yield* samples.figures
    const cache = yield* CacheDemo.use((demo) => demo.figures)
    return HttpServerResponse.jsonUnsafe({ samples: samples.since(since), figures: { ...figures, cache } })
  })
)

const load = HttpRouter.add(
  "POST",
  "/load",
  Effect.gen(function* () {
    const { start, stop } = yield* Load
    const way = (yield* query).get("way")
    if (way === "stop") yield* stop
    else if (isWay(way)) yield* start(way)
    else return HttpServerResponse.text("`way` is to be native, naive, library or stop", { status: 400 })
    return HttpServerResponse.empty()
  })
)

const cache = HttpRouter.add(
  "POST",
  "/cache",
  Effect.gen(function* () {
    const { run } = yield* CacheDemo
    const action = (yield* query).get("do")
    if (!isAction(action)) {
      return HttpServerResponse.text("`do` is to be stampede, invalidate or cut", { status: 400 })
    }
    return (yield* run(action))
      ? HttpServerResponse.empty()
      : HttpServerResponse.text("There is no Redis to cut off", { status: 409 })
  })
)

const health = HttpRouter.add(
  "GET",
  "/health",
  Effect.gen(function* () {
    const states = [yield* Health.use(({ state }) => state), yield* CacheHealth.use(({ state }) => state)]
    const status = (["critical", "warning"] as const).find((status) => states.some((state) => state.status === status))
    const state = { status: status ?? "healthy", rules: states.flatMap(({ rules }): ReadonlyArray<unknown> => rules) }
    return HttpServerResponse.jsonUnsafe(state, { status: status === "critical" ? 503 : 200 })
  })
)

const document = HttpRouter.add(
  "GET",
  "/document",
  Effect.gen(function* () {
    const { stream } = yield* Serialization
    const size = Number((yield* query).get("size") ?? 1_000_000)
    if (!(size >= 1 && size <= largestDocument)) {
      return HttpServerResponse.text(`\`size\` is to be from 1 to ${largestDocument} bytes`, { status: 400 })
    }
    return HttpServerResponse.stream(stream(makeDocument(size), { label: "GET /document" }), {
      contentType: "application/json"
    })
  })
)

const routes = Layer.mergeAll(fileRoutes, live, load, cache, health, document, PrometheusMetrics.layerHttp())

const services = Samples.layer.pipe(
  Layer.provideMerge(Load.layer),
  Layer.provideMerge(Layer.merge(Health.layer(), cacheLayer)),
  Layer.provideMerge(SerializationLayer.layerNoPool({ name: "dashboard" })),
  Layer.provideMerge(Layer.merge(WorkerPool.layer(), EventLoopMonitor.layer()))
)

/** The whole server, listening on the loopback interface. Port 0 takes a free one. */
export const server = (port: number): Layer.Layer<HttpServer.HttpServer> =>
  HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provide(services),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" })),
    Layer.orDie
  )
