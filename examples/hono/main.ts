/**
 * Hono with one line changed: while it answers with some 30 MB of rows, it goes on answering `/ping` at once.
 *
 * In a clone, run it with `npm run build` and `npx node examples/hono/main.ts`, and then, the second while the first is under way:
 *
 *     curl localhost:3000/report | sha256sum
 *     curl localhost:3000/ping
 *
 * `npx node examples/hono/main.ts plain` does without that line: the sum is the same, and `/ping` waits. The answer to `/bad` has a bigint
 * at its end; it is a 500 of the program's own.
 */
import { serve } from "@hono/node-server"
import { shutdownSerializationPool } from "effect-serialization"
import { honoJson } from "effect-serialization/frameworks"
import { Hono } from "hono"
import { compress } from "hono/compress"

const rows = Array.from({ length: 250_000 }, (_, id) => ({
  id,
  station: `station ${id % 500}`,
  at: new Date(1.7e12 + id * 60_000),
  values: [id / 3, id / 7, id / 11]
}))

/** The one line, unless it is told to do without. */
const isPlain = process.argv.includes("plain")
const port = Number(process.env["PORT"] ?? 3000)

const app = new Hono()
// What compresses or tags bodies comes first: it works on what the adapter has made.
app.use(compress())
if (!isPlain) app.use(honoJson())

app.get("/report", (c) => c.json({ rows }))
app.get("/bad", (c) => c.json({ rows: rows.slice(0, 50_000), count: 50_000n as never }))
app.get("/ping", (c) => c.text("pong"))

app.onError((_error, c) => c.json({ error: "no report today" }, 500))

const server = serve({ fetch: app.fetch, port }, (info) => {
  console.log(`Listening on http://localhost:${info.port}`)
})

process.once("SIGTERM", () => {
  server.close(() => void shutdownSerializationPool())
})
