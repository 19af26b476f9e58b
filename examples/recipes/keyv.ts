/**
 * Keyv 6: the option `serialization`. Values come back as `JSON.parse` gives them. Keyv 5 takes the pair as two options, `serialize` and
 * `deserialize`.
 *
 * A new namespace, since the pair must not read what another one has written: Keyv's own writes a Buffer as `":base64:..."` and marks
 * strings that begin with a colon.
 */
import { serializeAsync, shutdownSerializationPool } from "effect-serialization"
import { Keyv } from "keyv"
import assert from "node:assert/strict"

const store = new Map<string, { readonly value: string }>()
const cache = new Keyv<unknown>({
  store,
  namespace: "v2",
  serialization: {
    stringify: async (data: unknown) => (await serializeAsync(data)).serialized,
    parse: (text: string) => JSON.parse(text)
  }
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

// Keyv ignores options that it does not know: this text is not its own serializer's.
assert.equal(JSON.parse(store.get("v2::colon")!.value).value, values["colon"])

await shutdownSerializationPool()
console.log("Keyv: every value comes back as from JSON.parse(JSON.stringify(value))")
