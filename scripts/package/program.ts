/**
 * A small program for the packed package: each output, each face, each fixed route and the typed errors, from an
 * installed copy. `check-package.ts` copies it into an empty project.
 */
import { Effect, Stream } from "effect"
import { makeSerializer, Serialization, SerializationLayer, serializeAsync } from "effect-serialization"
import { serializeToBytesAsync, serializeToReadableStream, shutdownSerializationPool } from "effect-serialization/Async"
import assert from "node:assert/strict"

const records = Array.from({ length: 5_000 }, (_, id) => ({
  id,
  name: `récord ${id}`,
  at: new Date(id * 1e6),
  tags: ["a"]
}))
const text = JSON.stringify(records)
const bytes = new TextEncoder().encode(text)

const program = Effect.gen(function* () {
  const serialization = yield* Serialization
  const small = yield* serialization.serialize({ hello: "world" })
  assert.deepEqual(small, { serialized: '{"hello":"world"}', truncated: false, path: "sync" })

  for (const routing of ["worker", "sliced", "sync"] as const) {
    const string = yield* serialization.serialize(records, { routing })
    assert.equal(string.serialized, text)
    assert.equal(string.path, routing)
    const binary = yield* serialization.serializeToBytes(records, { routing })
    assert.ok(Buffer.from(binary.bytes).equals(bytes))
    const chunks = yield* Stream.runCollect(serialization.stream(records, { routing }))
    assert.ok(Buffer.concat(Array.from(chunks)).equals(bytes))
  }

  const cyclic: Record<string, unknown> = {}
  cyclic["self"] = cyclic
  const pointer = yield* serialization.serialize(cyclic).pipe(
    Effect.as("no error"),
    Effect.catchReason("SerializationError", "CyclicValue", (reason) => Effect.succeed(reason.pointer))
  )
  assert.equal(pointer, "/self")
})

// No fallback: a worker that could not be started from the installed files must not go unnoticed.
await Effect.runPromise(program.pipe(Effect.provide(SerializationLayer.layer({ fallback: false }))))

assert.equal((await serializeAsync(records)).serialized, text)
assert.ok(Buffer.from((await serializeToBytesAsync(records)).bytes).equals(bytes))
assert.equal(await new Response(await serializeToReadableStream(records)).text(), text)
await shutdownSerializationPool()

const serializer = makeSerializer({ routing: "worker", fallback: false })
const result = await serializer.serialize(records)
assert.equal(result.serialized, text)
assert.equal(result.path, "worker")
await serializer.shutdown()

console.log("program: done")
