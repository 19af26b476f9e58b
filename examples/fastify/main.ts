/**
 * Fastify with one line changed: while it answers with some 30 MB of rows, it goes on answering `/ping` at once.
 *
 * In a clone, run it with `npm run build` and `npx node examples/fastify/main.ts`, and then, the second while the first is under way:
 *
 *     curl localhost:3000/report | sha256sum
 *     curl localhost:3000/ping
 *
 * `npx node examples/fastify/main.ts plain` does without that line: the sum is the same, and `/ping` waits. The answer to `/bad` has a bigint
 * at its end; it is a 500 of the program's own.
 */
import { shutdownSerializationPool } from "effect-serialization"
import { fastifyJson } from "effect-serialization/frameworks"
import fastify from "fastify"

const rows = Array.from({ length: 250_000 }, (_, id) => ({
  id,
  station: `station ${id % 500}`,
  at: new Date(1.7e12 + id * 60_000),
  values: [id / 3, id / 7, id / 11]
}))

/** The one line, unless it is told to do without. */
const isPlain = process.argv.includes("plain")
const port = Number(process.env["PORT"] ?? 3000)

const app = fastify()
if (!isPlain) await app.register(fastifyJson)

app.get("/report", async () => ({ rows }))
app.get("/bad", async () => ({ rows: rows.slice(0, 50_000), count: 50_000n }))
app.get("/ping", async () => "pong")

app.setErrorHandler((_error, _request, reply) => void reply.code(500).send({ error: "no report today" }))
app.addHook("onClose", () => shutdownSerializationPool())

console.log(`Listening on ${await app.listen({ port, host: "localhost" })}`)

process.once("SIGTERM", () => void app.close())
