/**
 * Model Context Protocol over stdio: a transport whose `send` does not block the event loop. The client gets the same messages.
 *
 * Run without arguments it is the client, which starts itself as a server: once with the SDK's own transport, and once with this one.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js"
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js"
import { serializeAsync, shutdownSerializationPool } from "effect-serialization"
import assert from "node:assert/strict"

class InTurns extends StdioServerTransport {
  // Messages go out in the order in which they were sent, however long each takes.
  private last: Promise<void> = Promise.resolve()

  override send(message: JSONRPCMessage): Promise<void> {
    const text = serializeAsync(message)
    const sent = this.last.then(async () => this.write(`${(await text).serialized}\n`))
    this.last = sent.catch(() => {})
    return sent
  }

  private write(line: string): Promise<void> {
    return new Promise((resolve) => {
      if (process.stdout.write(line)) resolve()
      else process.stdout.once("drain", resolve)
    })
  }
}

const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id}` }))

const serve = async (transport: StdioServerTransport): Promise<void> => {
  const server = new McpServer({ name: "reports", version: "1.0.0" })
  server.registerTool("report", { description: "All rows" }, async () => ({
    content: [{ type: "text", text: "20000 rows" }],
    structuredContent: { rows }
  }))
  await server.connect(transport)
}

const askServer = async (transport: string): Promise<unknown> => {
  const client = new Client({ name: "reader", version: "1.0.0" })
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [import.meta.filename, transport] }))
  // Many at once, so that the order matters.
  const answers = await Promise.all(Array.from({ length: 5 }, () => client.callTool({ name: "report" })))
  const tools = await client.listTools()
  await client.close()
  return { answers, tools }
}

switch (process.argv[2]) {
  case "plain":
    await serve(new StdioServerTransport())
    break
  case "in turns":
    await serve(new InTurns())
    process.stdin.once("end", () => void shutdownSerializationPool())
    break
  default:
    assert.deepEqual(await askServer("in turns"), await askServer("plain"))
    console.log("MCP: the same messages over either transport")
}
