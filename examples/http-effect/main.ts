/**
 * An Effect HTTP server that streams a document of some 25 MB, while `/ping` goes on answering at once.
 *
 * The bytes are made as fast as the client reads them and no faster, so a slow client costs no memory. All requests share the
 * event loop's turns fairly: many documents in flight hold it no longer than one does.
 *
 * In a clone, run it with `npm run build` and `npx node examples/http-effect/main.ts`, and then, the second while the first is under way:
 *
 *     curl localhost:3000/document --output document.json
 *     curl localhost:3000/ping
 *     curl localhost:3000/stats
 */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Serialization, SerializationLive } from "effect-serialization"
import { createServer } from "node:http"

const document = {
  title: "Measurements",
  rows: Array.from({ length: 200_000 }, (_, id) => ({
    id,
    station: `station ${id % 500}`,
    at: new Date(1.7e12 + id * 60_000),
    values: [id / 3, id / 7, id / 11]
  }))
}

const Routes = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const serialization = yield* Serialization

    yield* router.add("GET", "/ping", HttpServerResponse.text("pong"))

    // The response begins with the first bytes. If the value turns out to hold a cycle, say, further inside, it is too late for
    // another status: the server breaks the connection off, and the client sees that the body is not complete.
    yield* router.add("GET", "/document", () =>
      Effect.succeed(HttpServerResponse.stream(serialization.stream(document), { contentType: "application/json" }))
    )

    // A small value takes plain `JSON.stringify`: the same call, and no detour.
    yield* router.add("GET", "/stats", () =>
      Effect.gen(function* () {
        const { bytes } = yield* serialization.serializeToBytes(yield* serialization.metrics, { pretty: true })
        return HttpServerResponse.uint8Array(bytes, { contentType: "application/json" })
      })
    )
  })
)

const Server = HttpRouter.serve(Routes).pipe(
  Layer.provide(SerializationLive),
  Layer.provide(
    NodeHttpServer.layerConfig(createServer, {
      port: Config.Int("PORT").pipe(Config.withDefault(3000)),
      gracefulShutdownTimeout: Config.succeed("5 seconds" as const)
    })
  )
)

// On SIGINT and SIGTERM the layers are released in order: first the server, then the pool of worker threads.
Layer.launch(Server).pipe(NodeRuntime.runMain)
