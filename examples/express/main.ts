/**
 * Express with one line changed: while it answers with some 30 MB of rows, it goes on answering `/ping` at once.
 *
 * In a clone, run it with `npm run build` and `npx node examples/express/main.ts`, and then, the second while the first is under way:
 *
 *     curl localhost:3000/report | sha256sum
 *     curl localhost:3000/ping
 *
 * `npx node examples/express/main.ts plain` does without that line: the sum is the same, and `/ping` waits. The answer to `/bad` has a bigint
 * at its end; it is a 500 of the program's own.
 */
import express, { type ErrorRequestHandler } from "express"
import { shutdownSerializationPool } from "effect-serialization"
import { expressJson } from "effect-serialization/frameworks"
import type { AddressInfo } from "node:net"

const rows = Array.from({ length: 250_000 }, (_, id) => ({
  id,
  station: `station ${id % 500}`,
  at: new Date(1.7e12 + id * 60_000),
  values: [id / 3, id / 7, id / 11]
}))

/** The one line, unless it is told to do without. */
const isPlain = process.argv.includes("plain")
const port = Number(process.env["PORT"] ?? 3000)

const app = express()
if (!isPlain) app.use(expressJson())

app.get("/report", (_request, response) => void response.json({ rows }))
app.get("/bad", (_request, response) => void response.json({ rows: rows.slice(0, 50_000), count: 50_000n }))
app.get("/ping", (_request, response) => void response.send("pong"))

const onError: ErrorRequestHandler = (_error, _request, response, next) => {
  if (response.headersSent) return next(_error)
  response.status(500).json({ error: "no report today" })
}
app.use(onError)

const server = app.listen(port, () => {
  console.log(`Listening on http://localhost:${(server.address() as AddressInfo).port}`)
})

process.once("SIGTERM", () => {
  server.close(() => void shutdownSerializationPool())
  server.closeIdleConnections()
})
