/**
 * NestJS on Fastify with one line changed: while it answers with some 30 MB of rows, it goes on answering `/ping` at once.
 *
 *     curl localhost:3000/report | sha256sum
 *     curl localhost:3000/ping
 *
 * `npx node examples/large/nest-fastify/main.ts plain` does without that line: the sum is the same, and `/ping` waits.
 * The answer to `/bad` has a bigint at its end; it is a 500 of NestJS.
 */
import "reflect-metadata"
import { Controller, Get, Module } from "@nestjs/common"
import { NestFactory } from "@nestjs/core"
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify"
import { shutdownSerializationPool } from "effect-serialization"
import { fastifyJson } from "effect-serialization/frameworks"

const rows = Array.from({ length: 250_000 }, (_, id) => ({
  id,
  station: `station ${id % 500}`,
  at: new Date(1.7e12 + id * 60_000),
  values: [id / 3, id / 7, id / 11]
}))

class Reports {
  report() {
    return { rows }
  }
  bad() {
    return { rows: rows.slice(0, 50_000), count: 50_000n }
  }
  ping() {
    return "pong"
  }
}
class App {}

// What `@Controller()`, `@Get("report")` and `@Module({ ... })` do: Node runs TypeScript, but no decorators.
for (const name of ["report", "bad", "ping"] as const) {
  Get(name)(Reports.prototype, name, Object.getOwnPropertyDescriptor(Reports.prototype, name)!)
}
Controller()(Reports)
Module({ controllers: [Reports] })(App)

const app = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter(), { logger: false })
if (!process.argv.includes("plain")) await app.register(fastifyJson)
await app.listen(Number(process.env["PORT"] ?? 3000), "localhost")
console.log(`Listening on ${(await app.getUrl()).replace("[::1]", "localhost")}`)

process.once("SIGTERM", () => void app.close().then(() => shutdownSerializationPool()))
