/** Values of a few frames, and layers over real threads that a marker in the value can break. */
import { assert } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import * as SerializationLayer from "../../src/Layer.ts"
import type { Serialization } from "../../src/Serialization.ts"
import { isSerializationError, type SerializationError } from "../../src/SerializationError.ts"
import { layerInline } from "../../src/testing.ts"
import { WorkerPool } from "../../src/WorkerPool.ts"
import { fixture, patient } from "../fixtures/pool.ts"

/** Records of about 45 code units each. */
export const records = (count: number): Array<object> =>
  Array.from({ length: count }, (_, id) => ({ id, name: `record number ${id}`, tags: ["a", "b"] }))

/** Records that no clone can carry: they are done on the calling thread. */
export const unsendable = (count: number): Array<object> =>
  Array.from({ length: count }, (_, id) => ({ id, name: `record number ${id}`, method: () => id }))

/** A value of several frames with `inner` in the middle. */
export const around = (inner: unknown): unknown => ({ before: records(2000), inner, after: records(2000) })

/** `Serialization` over a pool whose threads misbehave at markers, with the pool itself, and what is logged. */
export const markedLayer = (options: SerializationLayer.LayerOptions = {}) => {
  const logged: Array<string> = []
  const logger = Logger.layer([Logger.make(({ message }) => void logged.push(String(message)))])
  const all = { workerUrl: fixture("./worker-marked.ts"), maxThreads: 1, ...patient, ...options }
  const layer = SerializationLayer.layerNoPool({ routing: "worker", ...options }).pipe(
    Layer.provideMerge(WorkerPool.layer(all)),
    Layer.provide(logger)
  )
  return { layer, logged }
}

/** `Serialization` over a pool made by hand. */
export const mockedLayer = (
  run: WorkerPool["Service"]["run"],
  options: SerializationLayer.LayerOptions = {}
): Layer.Layer<Serialization> =>
  Layer.provide(
    SerializationLayer.layerNoPool({ routing: "worker", ...options }),
    Layer.mock(WorkerPool, { run: (task) => Effect.suspend(() => run(task)) })
  )

/** What a pool without threads does with a frame, for pools made by hand that do something else with some. */
export const inlineRun = WorkerPool.use((pool) => Effect.succeed(pool.run)).pipe(Effect.provide(layerInline))

/** What a promise is rejected with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("it did not reject"),
    (error: unknown) => error
  )

/** The reason of the error of the library that a promise is rejected with. */
export const reasonOf = async (promise: Promise<unknown>) => {
  const error = await rejection(promise)
  assert.isTrue(isSerializationError(error))
  return (error as SerializationError).reason
}

/** The chunks of a web stream. */
export const collect = async (stream: ReadableStream<Uint8Array>): Promise<Array<Uint8Array>> => {
  const chunks: Array<Uint8Array> = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

/** A nested array without recursion, and its text. */
export const nestedArray = (depth: number): { readonly value: unknown; readonly text: string } => {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = [value]
  return { value, text: "[".repeat(depth) + "1" + "]".repeat(depth) }
}
