/**
 * Counts tokens where `gpt-tokenizer` is not installed, and, given the place of a bundled worker file, where it is in that.
 */
import { serializeAsync, shutdownSerializationPool } from "effect-serialization"
import { Tokens } from "effect-serialization/tokens"
import { Effect } from "effect"
import assert from "node:assert/strict"

const count = (options: Parameters<typeof Tokens.layer>[0]) =>
  Tokens.use((tokens) => tokens.count("Hello, world!")).pipe(Effect.provide(Tokens.layer(options)))

const missing = await Effect.runPromise(Effect.flip(count({})))
assert.equal(missing.reason._tag, "TokenizerMissing")
assert.match(missing.message, /npm install gpt-tokenizer@4/)

const estimate = Tokens.use(({ count, estimate }) =>
  Effect.map(count("Hello"), ({ tokens }) => tokens === estimate("Hello"))
)
assert.equal(await Effect.runPromise(Effect.provide(estimate, Tokens.layerEstimate())), true)
const { serialized } = await serializeAsync({ id: 1 })
assert.equal(serialized, '{"id":1}')
await shutdownSerializationPool()

const bundled = await Effect.runPromise(count({ workerUrl: new URL("./tokens-worker.mjs", import.meta.url) }))
assert.deepEqual(bundled, { tokens: 4, exact: true, encoding: "o200k_base" })
console.log("tokens: done")
