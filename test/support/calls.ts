/** Calls of the service of the context. */
import { assert } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Serialization, type SerializeOptions } from "../../src/Serialization.ts"

export const serialize = (value: unknown, options?: SerializeOptions) =>
  Serialization.use((service) => service.serialize(value, options))

export const metrics = Serialization.use((service) => service.metrics)

/** Calls in all three outputs, whose texts and paths are checked. */
export const allOutputs = Effect.fnUntraced(function* (value: unknown, path: string) {
  const text = JSON.stringify(value)
  const service = yield* Serialization
  const string = yield* service.serialize(value)
  assert.isTrue(string.serialized === text)
  const bytes = yield* service.serializeToBytes(value)
  assert.isTrue(Buffer.from(bytes.bytes).toString() === text)
  let ended: string | undefined
  const chunks = yield* Stream.runCollect(service.stream(value, { onEnd: (summary) => (ended = summary.path) }))
  assert.isTrue(Buffer.concat(chunks).toString() === text)
  assert.deepStrictEqual([string.path, bytes.path, ended], [path, path, path])
})
