/**
 * A server of 30 MB of typed rows, made in one of the ways that are compared, and of `/ping`:
 *
 *     node bench/http/serve.ts "HttpApi" | "HttpApi, ours" | "RPC" | "RPC, ours"
 *
 * Tells its parent the port, and at `/used` the longest turn of its event loop and the CPU time of its thread since it was asked last.
 */
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { Rpc, RpcGroup, RpcSerialization, RpcServer } from "effect/rpc"
import { SerializationLayer } from "effect-serialization"
import { HttpApiJson, RpcJson } from "effect-serialization/http"
import { createServer } from "node:http"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { schemaCases } from "../schema/cases.ts"
import { threadTime } from "../threadClock.ts"

const { load, schema } = schemaCases.find(({ name }) => name === "rows")!
const value = load()
const way = process.argv[2]!
const isOurs = way.endsWith("ours")

const api = () => {
  const Reports = HttpApiGroup.make("reports").add(HttpApiEndpoint.get("report", "/report", { success: schema }))
  const Api = HttpApi.make("api").add(Reports)
  const group = isOurs ? HttpApiJson.group : HttpApiBuilder.group
  const handlers = (group as typeof HttpApiJson.group)(Api, "reports", (handlers) =>
    handlers.handle("report", () => Effect.succeed(value))
  )
  return HttpApiBuilder.layer(Api).pipe(Layer.provide(handlers))
}

const rpc = () => {
  const Reports = RpcGroup.make(Rpc.make("report", { success: schema }))
  const protocol: Layer.Layer<RpcServer.Protocol, never, any> = isOurs
    ? RpcJson.layerProtocolHttp({ path: "/report" })
    : RpcServer.layerProtocolHttp({ path: "/report" })
  return RpcServer.layer(Reports).pipe(
    Layer.provide(Reports.toLayer({ report: () => Effect.succeed(value) })),
    Layer.provide(protocol),
    Layer.provide(RpcSerialization.layerNdjson)
  )
}

const turns = monitorEventLoopDelay({ resolution: 1, samplePerIteration: true })
turns.enable()
let cpuBefore = 0

const Routes = Layer.mergeAll(
  (way.startsWith("RPC") ? rpc() : api()) as Layer.Layer<never, never, any>,
  HttpRouter.add("GET", "/ping", HttpServerResponse.text("pong")),
  HttpRouter.add(
    "GET",
    "/used",
    Effect.sync(() => {
      const used = { hold: turns.max / 1e6, cpu: threadTime() - cpuBefore }
      turns.reset()
      cpuBefore = threadTime()
      return HttpServerResponse.text(JSON.stringify(used))
    })
  )
)

const Server = HttpRouter.serve(Routes, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provide(SerializationLayer.layerSliced()),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0 }))
) as Layer.Layer<HttpServer.HttpServer>

const program = Effect.gen(function* () {
  const { address } = yield* HttpServer.HttpServer
  yield* Effect.sync(() => process.send!("port" in address ? address.port : 0))
  return yield* Effect.never
})

process.on("disconnect", () => process.exit(0))
Effect.runFork(program.pipe(Effect.provide(Server)))
