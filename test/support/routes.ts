/** The routes that a call can take, for tests that want the same of each. */
import { Context, Effect, Layer, type Scope, Stream } from "effect"
import * as SerializationLayer from "../../src/Layer.ts"
import { type Routing, Serialization, type SerializationPath, type SerializeOptions } from "../../src/Serialization.ts"
import { layerFailing } from "../../src/testing.ts"
import { patient } from "../fixtures/pool.ts"

export interface Route {
  readonly name: string
  readonly routing: Routing
  readonly path: SerializationPath
  readonly layer: Layer.Layer<Serialization>
}

/** With a threshold of 0 small values take the route as well. */
export const makeRoutes = (options: SerializationLayer.LayerOptions = {}): ReadonlyArray<Route> => [
  { name: "sync", routing: "sync", path: "sync", layer: SerializationLayer.layerSliced(options) },
  { name: "sliced", routing: "sliced", path: "sliced", layer: SerializationLayer.layerSliced(options) },
  {
    name: "worker",
    routing: "worker",
    path: "worker",
    layer: SerializationLayer.layer({ maxThreads: 1, ...patient, ...options })
  },
  {
    name: "fallback",
    routing: "worker",
    path: "fallback",
    layer: Layer.provide(SerializationLayer.layerNoPool(options), layerFailing("WorkerCrashed"))
  }
]

export const serviceOf = (
  layer: Layer.Layer<Serialization>
): Effect.Effect<Serialization["Service"], never, Scope.Scope> =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, Serialization))

export type Output = "string" | "bytes" | "stream"
export const outputs: ReadonlyArray<Output> = ["string", "bytes", "stream"]

/** The text of a call in any output. */
export const textOf = Effect.fnUntraced(function* (
  service: Serialization["Service"],
  output: Output,
  value: unknown,
  options?: SerializeOptions
) {
  if (output === "string")
    return yield* service.serialize(value, options).pipe(Effect.map((r) => ({ ...r, text: r.serialized })))
  if (output === "bytes") {
    const { bytes, path, truncated } = yield* service.serializeToBytes(value, options)
    return { text: Buffer.from(bytes).toString(), truncated, path }
  }
  let ended: { truncated: boolean; path: SerializationPath; bytes: number } | undefined
  const chunks = yield* Stream.runCollect(service.stream(value, { ...options, onEnd: (summary) => (ended = summary) }))
  return { text: Buffer.concat(chunks).toString(), truncated: ended!.truncated, path: ended!.path }
})
