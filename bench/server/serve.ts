/**
 * The server: `/ping`, and `/document/0` and so on, in one of the ways of `ways.ts`. Its parent says when to begin counting
 * and when to stop, and gets what the process used meanwhile.
 */
import { createHash } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { measure, settle } from "../hold.ts"
import { peakResident, resetPeak } from "../resident.ts"
import { documents } from "./documents.ts"
import { makeWay } from "./ways.ts"

export interface Ready {
  readonly port: number
  readonly bytes: number
  /** SHA-256 of each document's text as `JSON.stringify` makes it. */
  readonly hashes: ReadonlyArray<string>
}

export interface Used {
  readonly hold: number
  readonly cpu: number
  /** Milliseconds: of the loop and of all other threads. */
  readonly busy: number
  readonly got: number
  readonly others: number
  readonly peak: number
  readonly seconds: number
}

const [name = "", megabytes = "1"] = process.argv.slice(2)
const values = documents(Number(megabytes))
const texts = values.map((value) => JSON.stringify(value))
const hashes = texts.map((text) => createHash("sha256").update(text).digest("hex"))
const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / texts.length
texts.length = 0

const way = await makeWay(name)
const server = createServer((request, response) => {
  if (request.url === "/ping") {
    response.end("pong")
    return
  }
  const index = Number(request.url?.split("/")[2])
  response.setHeader("content-type", "application/json")
  // A client that goes away in the middle, as they all do in the end, is no failure.
  way.send(values[index], response).catch((error: unknown) => {
    if (!response.destroyed) console.error(error)
    response.destroy()
  })
}).listen(0, "127.0.0.1")
await once(server, "listening")

const count = async (): Promise<Used> => {
  await settle()
  resetPeak()
  const before = process.cpuUsage()
  const reading = await measure(() => once(process, "message"))
  const { user, system } = process.cpuUsage(before)
  return {
    hold: reading.hold,
    cpu: (user + system) / 1e6,
    busy: reading.busy,
    got: reading.cpu,
    others: reading.others,
    peak: peakResident(),
    seconds: reading.wall / 1000
  }
}

process.send!({ port: (server.address() as AddressInfo).port, bytes, hashes } satisfies Ready)
await once(process, "message")
process.send!(await count())
await once(process, "message")
server.close()
server.closeAllConnections()
await way.close()
process.disconnect!()
