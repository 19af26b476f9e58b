/**
 * A typed HTTP API that answers with 30 MB of rows, while `/ping` goes on answering at once.
 *
 * The group is made by `HttpApiJson.group` instead of `HttpApiBuilder.group`: nothing else differs. The group below it is the same made by
 * `HttpApiBuilder.group`, for comparison: the sums of both answers are equal, but while the second is made nothing else is answered.
 *
 * In a clone, run it with `npm run build` and `npx node examples/http-api/main.ts`, and then, `/ping` while the others are under way:
 *
 *     curl -s localhost:3000/report | sha256sum
 *     curl -s localhost:3000/plain/report | sha256sum
 *     curl -s -w ' %{time_total}\n' localhost:3000/ping
 */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Effect, Layer, Schema } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { SerializationLive } from "effect-serialization"
import { HttpApiJson } from "effect-serialization/http"
import { createServer } from "node:http"

const Row = Schema.Struct({
  id: Schema.Finite,
  at: Schema.Date,
  title: Schema.String,
  owner: Schema.Struct({ id: Schema.Finite, name: Schema.String, since: Schema.Date }),
  tags: Schema.Array(Schema.String)
})

const Report = Schema.Struct({ total: Schema.Finite, rows: Schema.Array(Row) })

const Reports = HttpApiGroup.make("reports").add(HttpApiEndpoint.get("report", "/report", { success: Report }))
const Plain = HttpApiGroup.make("plain").add(HttpApiEndpoint.get("report", "/plain/report", { success: Report }))
const Api = HttpApi.make("api").add(Reports, Plain)

const rows = Array.from({ length: 150_000 }, (_, id) => ({
  id,
  at: new Date(1.7e12 + id * 60_000),
  title: `Reading ${id} of station ${id % 500}`,
  owner: { id: id % 1000, name: `user ${id % 1000}`, since: new Date(1.6e12 + id) },
  tags: ["reading", `group-${id % 40}`]
}))
const report = { total: rows.length, rows }

const ReportsLive = HttpApiJson.group(Api, "reports", (handlers) =>
  handlers.handle("report", () => Effect.succeed(report))
)

const PlainLive = HttpApiBuilder.group(Api, "plain", (handlers) =>
  handlers.handle("report", () => Effect.succeed(report))
)

const Routes = Layer.merge(
  HttpApiBuilder.layer(Api).pipe(Layer.provide([ReportsLive, PlainLive])),
  HttpRouter.add("GET", "/ping", HttpServerResponse.text("pong"))
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

Layer.launch(Server).pipe(NodeRuntime.runMain)
