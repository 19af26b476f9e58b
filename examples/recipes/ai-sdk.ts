/**
 * AI SDK: what a tool gives is shortened to what a model should read, as valid JSON, in turns of the event loop.
 */
import { jsonSchema, tool } from "ai"
import { serializeAsync, shutdownSerializationPool } from "effect-serialization"
import assert from "node:assert/strict"

const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, name: `row ${id}` }))

const report = tool({
  description: "All rows",
  inputSchema: jsonSchema<object>({ type: "object", properties: {} }),
  execute: async () => ({ rows }),
  toModelOutput: async ({ output }) => {
    const { serialized } = await serializeAsync(output, { maxSize: 2000, truncate: true })
    return { type: "text", value: serialized }
  }
})

const answer = await report.toModelOutput!({ toolCallId: "1", input: {}, output: { rows } })
assert.equal(answer.type, "text")
const text = (answer as { readonly value: string }).value
assert.ok(text.length <= 2000)
const kept = (JSON.parse(text) as { readonly rows: ReadonlyArray<unknown> }).rows
assert.ok(kept.length > 10)
// Its last row may be shortened itself.
assert.deepEqual(kept.slice(0, -1), rows.slice(0, kept.length - 1))

await shutdownSerializationPool()
console.log(`AI SDK: the model reads ${text.length} of ${JSON.stringify({ rows }).length} characters`)
