/**
 * RPC over HTTP whose large answers do not block the event loop: `RpcJson.layerProtocolHttp` stands where
 * `RpcServer.layerProtocolHttp` stands.
 *
 * **Example** (One layer changed)
 *
 * ```ts
 * import { Effect, Layer, Schema } from "effect"
 * import { HttpRouter, HttpServer } from "effect/http"
 * import { Rpc, RpcGroup, RpcSerialization, RpcServer } from "effect/rpc"
 * import { SerializationLive } from "effect-serialization"
 * import { RpcJson } from "effect-serialization/http"
 *
 * const Row = Schema.Struct({ id: Schema.Finite, at: Schema.Date })
 * const Reports = RpcGroup.make(Rpc.make("report", { success: Schema.Array(Row) }))
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, at: new Date(id) }))
 * const live = RpcServer.layer(Reports).pipe(
 *   Layer.provide(Reports.toLayer({ report: () => Effect.succeed(rows) })),
 *   Layer.provide(RpcJson.layerProtocolHttp({ path: "/rpc" })),
 *   Layer.provide([RpcSerialization.layerNdjson, SerializationLive, HttpServer.layerServices])
 * )
 *
 * const { dispose, handler } = HttpRouter.toWebHandler(live, { disableLogger: true })
 * const body = JSON.stringify({ _tag: "Request", id: "1", tag: "report", payload: null, headers: [] }) + "\n"
 * const response = await handler(new Request("http://localhost/rpc", { method: "POST", body }))
 * const { exit } = JSON.parse(await response.text())
 * exit.value[7] // => { id: 7, at: "1970-01-01T00:00:00.007Z" }
 * await dispose()
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import { RpcSerialization } from "effect/rpc/RpcSerialization"
import * as RpcServer from "effect/rpc/RpcServer"
import { Serialization } from "../Serialization.ts"
import { invalidOptions } from "../internal/errors/serializationErrors.ts"
import { count, isCount, wrong } from "../internal/options/validators.ts"
import { isPlainJson, keeping, type KeptByRequest } from "./internal/keptMessages.ts"
import { splice } from "./internal/splice.ts"

/**
 * Options of {@link layerProtocolHttp}.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProtocolOptions {
  readonly path: HttpRouter.PathInput
  /** How many messages of a stream wait for the client. Default 16. */
  readonly streamBufferSize?: number | "unbounded" | undefined
  /** Estimated code units below which a message is made as `RpcServer` makes it. Default 16384. */
  readonly threshold?: number | undefined
}

/**
 * Layer of a server `Protocol` that takes RPC calls as HTTP POST requests. It is `RpcServer.layerProtocolHttp`, but that large messages
 * are encoded and serialized in turns of the event loop. Clients need not know.
 *
 * **Details**
 *
 * Takes the `RpcSerialization` of its context. For `layerJson` and `layerNdjson` the bytes are the same; all others, like MessagePack and
 * JSON-RPC, are served as `RpcServer` serves them. Payloads decode in turns, too. A client that leaves ends the work on its answer.
 *
 * **Gotchas**
 *
 * A value must not be changed once a handler has returned it. A value that has no JSON (a bigint in a `Schema.Any`) fails with a
 * `SerializationError` where plain RPC has a `TypeError`. A message longer than 64 MiB is sent as it is made: an error in it breaks
 * the connection off.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerProtocolHttp = (
  options: ProtocolOptions
): Layer.Layer<RpcServer.Protocol, never, RpcSerialization | HttpRouter.HttpRouter | Serialization> =>
  Layer.effect(RpcServer.Protocol)(
    Effect.gen(function* () {
      const { threshold = 16 * 1024 } = options
      if (!isCount(threshold)) return yield* Effect.die(invalidOptions(wrong("threshold", count(0), threshold)))
      const serialization = yield* RpcSerialization
      if (!isPlainJson(serialization)) return yield* RpcServer.makeProtocolHttp(options)
      const service = yield* Serialization
      const router = yield* HttpRouter.HttpRouter
      const kept: KeptByRequest = new WeakMap()
      const { httpEffect, protocol } = yield* RpcServer.makeProtocolWithHttpEffect(options).pipe(
        Effect.provideService(RpcSerialization, keeping(serialization, kept, threshold))
      )
      const respond = Effect.flatMap(httpEffect, (response) =>
        splice(service, kept, serialization.includesFraming, response)
      )
      yield* router.add("POST", options.path, respond)
      return protocol
    })
  )
