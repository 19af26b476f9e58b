/**
 * The same without Effect: plain `node:http` and promises.
 *
 * In a clone, run it with `npm run build` and `npx node examples/http-node/main.ts`, and then:
 *
 *     curl localhost:3000/document --output document.json
 *     curl localhost:3000/page
 *     curl localhost:3000/ping
 */
import { isSerializationError, makeSerializer } from "effect-serialization"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

const serializer = makeSerializer({ maxThreads: 2 })

const rows = Array.from({ length: 200_000 }, (_, id) => ({
  id,
  station: `station ${id % 500}`,
  at: new Date(1.7e12 + id * 60_000),
  values: [id / 3, id / 7, id / 11]
}))

const json = { "content-type": "application/json" }

/** Of any size: streamed, as fast as the client reads. A client that goes away ends the work, too. */
const sendDocument = async (response: ServerResponse): Promise<void> => {
  response.writeHead(200, json)
  await pipeline(Readable.fromWeb(serializer.serializeToReadableStream({ rows })), response)
}

/** Of a limited size: the beginning of the rows that fits into 16 KB, as valid JSON. */
const sendPage = async (response: ServerResponse, signal: AbortSignal): Promise<void> => {
  const { bytes, truncated } = await serializer.serializeToBytes(rows, { maxSize: 16_384, truncate: true, signal })
  response.writeHead(200, { ...json, "content-length": bytes.length, "x-truncated": String(truncated) })
  response.end(bytes)
}

const server = createServer((request, response) => {
  const closed = new AbortController()
  response.once("close", () => closed.abort())

  const answer = async (): Promise<void> => {
    switch (request.url) {
      case "/ping":
        return void response.end("pong")
      case "/document":
        return sendDocument(response)
      case "/page":
        return sendPage(response, closed.signal)
      default:
        return void response.writeHead(404).end()
    }
  }

  answer().catch((error: unknown) => {
    // The client has gone: nobody is left to tell.
    if (closed.signal.aborted) return
    console.error(isSerializationError(error) ? `${error.reason._tag}: ${error.message}` : error)
    if (response.headersSent) response.destroy()
    else response.writeHead(500).end()
  })
})

server.listen(Number(process.env["PORT"] ?? 3000), () => {
  console.log(`Listening on http://localhost:${(server.address() as AddressInfo).port}`)
})

const shutdown = (): void => {
  server.close(() => void serializer.shutdown())
  // Clients may keep connections open that have nothing to do.
  server.closeIdleConnections()
}
process.once("SIGTERM", shutdown)
process.once("SIGINT", shutdown)
