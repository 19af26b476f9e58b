/**
 * A report of 20 MB, computed once for everybody who asks, and served as it is.
 *
 * A thousand requests at the same time cost one computation and one serialization. A client that sends `If-None-Match` with the tag
 * that it has gets 304, and no text. `/ping` goes on answering meanwhile.
 *
 * In a clone, run it with `npm run build` and `npx node examples/cache/main.ts`, and then:
 *
 *     curl -i localhost:3000/report --output report.json
 *     curl localhost:3000/ping
 *     curl localhost:3000/invalidate
 *     curl localhost:3000/metrics
 */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Ref } from "effect"
import { HttpRouter, HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { SerializationLive } from "effect-serialization"
import { SerializedCache } from "effect-serialization/cache"
import { createServer } from "node:http"

/** What changes: the report is of this version. */
const version = Ref.makeUnsafe(1)

const rows = Array.from({ length: 200_000 }, (_, id) => ({
  id,
  customer: `customer ${id % 5_000}`,
  at: new Date(1.7e12 + id * 60_000),
  balance: (id * 7919) % 100_000,
  paid: id % 3 === 0
}))

/** Takes a while, and gives 20 MB of JSON. */
const computeReport = Effect.gen(function* () {
  yield* Effect.log("Computing the report")
  const at = yield* Ref.get(version)
  yield* Effect.sleep("300 millis")
  return { version: at, rows }
})

const routes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const cache = yield* SerializedCache
    yield* router.add(
      "GET",
      "/report",
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const report = yield* cache.getOrCompute("report", computeReport, { timeToLive: "1 hour" })
        // Whoever has it asks each time whether it is still the one, which costs no text.
        return SerializedCache.toResponse(report, { request, cacheControl: "no-cache" })
      })
    )
    yield* router.add("GET", "/ping", Effect.succeed(HttpServerResponse.text("pong")))
    yield* router.add(
      "GET",
      "/invalidate",
      Effect.gen(function* () {
        // First the source, then the cache.
        yield* Ref.update(version, (n) => n + 1)
        yield* cache.invalidate("report")
        return HttpServerResponse.text("The next report is new")
      })
    )
    yield* router.add(
      "GET",
      "/metrics",
      Effect.map(cache.metrics, (metrics) => HttpServerResponse.jsonUnsafe(metrics))
    )
  })
)

const port = Number(process.env["PORT"] ?? 3000)

const live = HttpRouter.serve(routes).pipe(
  HttpServer.withLogAddress,
  Layer.provide(SerializedCache.layer({ maxBytes: "256 MiB" })),
  Layer.provide(SerializationLive),
  Layer.provide(NodeHttpServer.layer(createServer, { port }))
)

NodeRuntime.runMain(Layer.launch(live))
