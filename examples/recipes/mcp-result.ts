/**
 * Model Context Protocol: a server's result within a number of tokens, as text and as structured content. `read_more` goes on from where
 * a page has ended.
 *
 * Clients give either part to the model, so both are capped. A client that wants the whole result reads it as a resource, from a file, or
 * page by page.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js"
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js"
import { countTokensAsync } from "effect-serialization/tokens"
import { makeSerializer, type NextPage } from "effect-serialization"
import assert from "node:assert/strict"
import * as z from "zod"

const maxTokens = 500

const orders = Array.from({ length: 2000 }, (_, id) => ({ id, customer: `customer ${id % 900}`, paid: id % 3 > 0 }))

await using serializer = makeSerializer()

/** A page of the orders. `next` is what to give to `read_more`. */
const page = async (place: Partial<NextPage>) => {
  const { next, serialized } = await serializer.serialize(orders, { maxTokens, truncate: { markers: false, ...place } })
  return {
    content: [{ type: "text" as const, text: serialized }],
    structuredContent: { orders: JSON.parse(serialized) as unknown, ...(next === undefined ? {} : { next }) }
  }
}

const server = new McpServer({ name: "reports", version: "1.0.0" })
server.registerTool("orders", { description: "The orders of the year" }, () => page({}))
server.registerTool(
  "read_more",
  { description: "More of the orders, from an entry on", inputSchema: { at: z.string(), from: z.number() } },
  (place) => page(place)
)

const client = new Client({ name: "reader", version: "1.0.0" })
const [mine, theirs] = InMemoryTransport.createLinkedPair()
await Promise.all([server.connect(theirs), client.connect(mine)])

interface Answer {
  readonly content: ReadonlyArray<{ readonly text: string }>
  readonly structuredContent: { readonly orders: ReadonlyArray<(typeof orders)[number]>; readonly next?: NextPage }
}

const seen: Array<number> = []
let pages = 0
let answer = (await client.callTool({ name: "orders" })) as unknown as Answer
for (;;) {
  pages++
  const { content, structuredContent } = answer
  assert.ok((await countTokensAsync(content[0]!.text)).tokens <= maxTokens)
  assert.deepEqual(JSON.parse(content[0]!.text), structuredContent.orders)
  // Without markers, the last entry of a page that goes on may be `"…"`.
  for (const order of structuredContent.orders) if (typeof order === "object") seen.push(order.id)
  const { next } = structuredContent
  if (next === undefined) break
  answer = (await client.callTool({ name: "read_more", arguments: { ...next } })) as unknown as Answer
}
await client.close()

assert.deepEqual(
  seen,
  orders.map(({ id }) => id)
)
console.log(`MCP: ${orders.length} orders in ${pages} pages of at most ${maxTokens} tokens`)
