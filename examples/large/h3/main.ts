/**
 * h3, where a handler returns a Response: `jsonResponse(value)` stands where `Response.json(value)` stood.
 *
 *     curl localhost:3000/report | sha256sum
 *     curl localhost:3000/ping
 *
 * `npx node examples/large/h3/main.ts plain` answers with `Response.json`: the sum is the same, and `/ping` waits.
 */
import { shutdownSerializationPool } from "effect-serialization"
import { jsonResponse } from "effect-serialization/frameworks"
import { H3, serve } from "h3"

// Some 6 MB. Beyond 8 MiB, the answer is streamed.
const rows = Array.from({ length: 50_000 }, (_, id) => ({
  id,
  station: `station ${id % 500}`,
  at: new Date(1.7e12 + id * 60_000),
  values: [id / 3, id / 7, id / 11]
}))

const isPlain = process.argv.includes("plain")

const app = new H3()
app.get("/report", (event) =>
  isPlain ? Response.json({ rows }) : jsonResponse({ rows }, { signal: event.req.signal })
)
app.get("/ping", () => "pong")

const server = serve(app, { port: Number(process.env["PORT"] ?? 3000), silent: true, gracefulShutdown: false })
await server.ready()
console.log(`Listening on ${server.url?.replace("[::]", "localhost")}`)

process.once("SIGTERM", () => void server.close(true).then(() => shutdownSerializationPool()))
