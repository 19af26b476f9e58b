/**
 * Keyv: `serialize` and `deserialize` as a pair. Values come back as `JSON.parse` gives them.
 *
 * A new namespace, since the pair must not read what another one has written: Keyv's own writes a Buffer as `":base64:..."` and marks
 * strings that begin with a colon.
 */
import { serializeAsync, shutdownSerializationPool } from "effect-serialization"
import { Keyv } from "keyv"
import assert from "node:assert/strict"

const cache = new Keyv<unknown>({
  namespace: "v2",
  serialize: async (data) => (await serializeAsync(data)).serialized,
  deserialize: (text) => JSON.parse(text)
})

const values: Record<string, unknown> = {
  report: { rows: Array.from({ length: 50_000 }, (_, id) => ({ id, name: `row ${id}`, at: new Date(id) })) },
  colon: ":a string that begins with a colon",
  nothing: null
}
for (const [key, value] of Object.entries(values)) {
  await cache.set(key, value, 60_000)
  assert.deepEqual(await cache.get(key), JSON.parse(JSON.stringify(value)))
}

await shutdownSerializationPool()
console.log("Keyv: every value comes back as from JSON.parse(JSON.stringify(value))")
