/** The library as the parity tests see it: one subject for each route, which answers in each of the three outputs. */
import { Effect, Layer, ManagedRuntime, Stream } from "effect"
import * as SerializationLayer from "../../src/Layer.ts"
import { Serialization, type SerializationPath, type SerializeOptions, type Routing } from "../../src/Serialization.ts"
import type { SerializationError } from "../../src/SerializationError.ts"
import { layerFailing } from "../../src/testing.ts"
import { patient } from "../fixtures/pool.ts"
import type { Answer } from "./oracle.ts"

export const outputs = ["string", "bytes", "stream"] as const
export type OutputName = (typeof outputs)[number]

export interface Subject {
  readonly name: string
  /** Whether calls are one native call each, or may be. */
  readonly isSync: boolean
  /** The answer, and what is wrong with the rest of the result: path, `truncated`, chunks. */
  readonly answer: (
    output: OutputName,
    value: unknown,
    options: SerializeOptions
  ) => Promise<{ readonly answer: Answer; readonly wrong: string | undefined }>
  readonly dispose: () => Promise<void>
}

const chunkSize = 10_000

const makeSubject = (
  name: string,
  layer: Layer.Layer<Serialization>,
  routing: Routing,
  paths: ReadonlyArray<SerializationPath>
): Subject => {
  const runtime = ManagedRuntime.make(layer)
  const wrongPath = (path: SerializationPath | undefined, truncated: boolean | undefined): string | undefined => {
    if (path === undefined || !paths.includes(path)) return `path ${path}, expected ${paths.join(" or ")}`
    return truncated === false ? undefined : "truncated, though no limit was given"
  }
  type Result = { readonly answer: Answer; readonly wrong: string | undefined }
  type Ask = (value: unknown, options: SerializeOptions) => Effect.Effect<Result, SerializationError, Serialization>
  const answers: Record<OutputName, Ask> = {
    string: Effect.fnUntraced(function* (value: unknown, options: SerializeOptions) {
      const { path, serialized, truncated } = yield* Serialization.use((service) => service.serialize(value, options))
      return { answer: { _tag: "Text", text: serialized }, wrong: wrongPath(path, truncated) } as const
    }),
    bytes: Effect.fnUntraced(function* (value: unknown, options: SerializeOptions) {
      const { bytes, path, truncated } = yield* Serialization.use((service) => service.serializeToBytes(value, options))
      return { answer: { _tag: "Bytes", bytes }, wrong: wrongPath(path, truncated) } as const
    }),
    stream: Effect.fnUntraced(function* (value: unknown, options: SerializeOptions) {
      const service = yield* Serialization
      const seen: Array<Uint8Array> = []
      let wrong: string | undefined = "onEnd was not called"
      const onEnd = (summary: { truncated: boolean; path: SerializationPath; bytes: number }) => {
        const total = seen.reduce((sum, chunk) => sum + chunk.length, 0)
        wrong = wrongPath(summary.path, summary.truncated)
        if (summary.bytes !== total) wrong = `onEnd says ${summary.bytes} bytes, ${total} came`
      }
      yield* Stream.runForEach(service.stream(value, { ...options, chunkSize, onEnd }), (chunk) =>
        Effect.sync(() => seen.push(chunk))
      )
      return { answer: { _tag: "Bytes", bytes: Buffer.concat(seen) }, wrong: wrong ?? wrongChunks(seen) } as const
    })
  }
  return {
    name,
    isSync: routing === "sync" || routing === "adaptive",
    answer: (output, value, options) =>
      runtime.runPromise(
        Effect.match(answers[output](value, { ...options, routing }), {
          onSuccess: (result) => result,
          onFailure: (error) => ({ answer: { _tag: "Failed", error }, wrong: undefined }) as const
        })
      ),
    dispose: () => runtime.dispose()
  }
}

const wrongChunks = (chunks: ReadonlyArray<Uint8Array>): string | undefined => {
  if (chunks.some((chunk) => chunk.length === 0 || chunk.length > chunkSize)) return "a chunk is empty or too large"
  const buffers = new Set(chunks.map((chunk) => chunk.buffer))
  return buffers.size === chunks.length ? undefined : "two chunks share a buffer"
}

// A threshold of 0 sends small values through the engine, too.
const throughEngine = { syncThreshold: 0 }

export const subjects = {
  sync: () => makeSubject("sync", SerializationLayer.layerSliced(), "sync", ["sync"]),
  sliced: () => makeSubject("sliced", SerializationLayer.layerSliced(throughEngine), "sliced", ["sliced"]),
  worker: () =>
    makeSubject("worker", SerializationLayer.layer({ ...throughEngine, ...patient }), "worker", ["worker", "sliced"]),
  fallback: () =>
    makeSubject(
      "fallback",
      Layer.provide(SerializationLayer.layerNoPool(throughEngine), layerFailing("WorkerCrashed")),
      "worker",
      ["fallback", "sliced"]
    ),
  default: () => makeSubject("default", SerializationLayer.layer(patient), "adaptive", ["sync", "sliced", "worker"])
}
