/**
 * The entry point of the bundling check: an application in one file, with the worker built beside it and named to the
 * library by `workerUrl`.
 */
import { makeSerializer } from "effect-serialization"
import assert from "node:assert/strict"

const records = Array.from({ length: 5_000 }, (_, id) => ({ id, name: `record ${id}` }))

const serializer = makeSerializer({
  routing: "worker",
  fallback: false,
  workerUrl: new URL("./serialization-worker.js", import.meta.url)
})
const result = await serializer.serialize(records)
assert.equal(result.serialized, JSON.stringify(records))
assert.equal(result.path, "worker")
await serializer.shutdown()

console.log("bundled: done")
