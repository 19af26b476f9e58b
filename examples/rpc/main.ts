/**
 * RPC over HTTP that answers with 30 MB of rows, while other calls go on being answered at once.
 *
 * The protocol is `RpcJson.layerProtocolHttp` instead of `RpcServer.layerProtocolHttp`: nothing else differs, on the server or the wire.
 * The client here is Effect's own. It asks for the rows, and pings while they are made.
 *
 * In a clone, run it with `npm run build` and `npx node examples/rpc/main.ts`.
 */
import { NodeHttpClient, NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Fiber, Layer, Schema } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { Rpc, RpcClient, RpcGroup, RpcSerialization, RpcServer } from "effect/rpc"
import { SerializationLive } from "effect-serialization"
import { RpcJson } from "effect-serialization/http"
import assert from "node:assert"
import { createServer } from "node:http"

const Row = Schema.Struct({ id: Schema.Finite, at: Schema.Date, title: Schema.String })

const Reports = RpcGroup.make(
  Rpc.make("report", { payload: { length: Schema.Finite }, success: Schema.Array(Row) }),
  Rpc.make("ping", { success: Schema.String })
)

const rows = (length: number) =>
  Array.from({ length }, (_, id) => ({ id, at: new Date(1.7e12 + id * 60_000), title: `Reading ${id}` }))

const ReportsLive = Reports.toLayer({
  report: ({ length }) => Effect.sync(() => rows(length)),
  ping: () => Effect.succeed("pong")
})

const Routes = RpcServer.layer(Reports).pipe(
  Layer.provide(ReportsLive),
  Layer.provide(RpcJson.layerProtocolHttp({ path: "/rpc" })),
  Layer.provide([RpcSerialization.layerNdjson, SerializationLive])
)

const Server = HttpRouter.serve(Routes, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0 }))
)

const program = Effect.gen(function* () {
  const { address } = yield* HttpServer.HttpServer
  const port = "port" in address ? address.port : 0
  const protocol = RpcClient.layerProtocolHttp({ url: `http://localhost:${port}/rpc` }).pipe(
    Layer.provide([RpcSerialization.layerNdjsonWith({ maxBufferSize: "unbounded" }), NodeHttpClient.layerNodeHttp])
  )
  const client = yield* RpcClient.make(Reports).pipe(Effect.provide(protocol))
  const report = yield* Effect.forkChild(client.report({ length: 50_000 }))
  yield* Console.log(`ping: ${yield* client.ping()}`)
  const answer = yield* Fiber.join(report)
  assert.deepStrictEqual(answer, rows(50_000))
  yield* Console.log(`report: ${answer.length} rows, as they were sent`)
}).pipe(Effect.scoped)

program.pipe(Effect.provide(Server), NodeRuntime.runMain)
