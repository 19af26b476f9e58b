/**
 * A server under load, for each way of making large documents into JSON:
 *
 *     npm run bench:server [-- --node 24] [--quick] [--ways "JSON.stringify;adaptive, streamed"] [--sizes 1,10]
 *
 * What `/ping` takes beside clients that fetch documents, documents a second, CPU seconds and peak memory of the server. The
 * documents' SHA-256 is compared before the load and after it. Server, `/ping` client and load are processes of their own.
 */
import { type ChildProcess, fork } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { inProcess, nodePath } from "../processes.ts"
import { render } from "../report/render.ts"
import { serverTable } from "../report/serverTable.ts"
import { quantile } from "../stats.ts"
import { type Machine, save } from "../suite/results.ts"
import type { Load } from "./load.ts"
import type { ServerRow } from "./results.ts"
import type { Ready, Used } from "./serve.ts"
import { controlNames, wayNames } from "./ways.ts"

const { values: flags } = parseArgs({
  options: {
    node: { type: "string", default: process.versions.node.split(".")[0]! },
    quick: { type: "boolean", default: false },
    ways: { type: "string", default: wayNames.join(";") },
    sizes: { type: "string", default: "1,10" },
    clients: { type: "string", default: "16" },
    seconds: { type: "string" }
  }
})
const seconds = Number(flags.seconds ?? (flags.quick ? 2 : 10))
const clients = Number(flags.clients)

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const start = (file: string, args: ReadonlyArray<string>): ChildProcess =>
  fork(here(file), args, { execPath: nodePath(flags.node), execArgv: ["--max-old-space-size=8192"] })

/** The next message; a child that ends instead is an error. */
const answer = async <A>(child: ChildProcess): Promise<A> => {
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`ended with ${signal ?? code}`)
  })
  return Promise.race([once(child, "message").then(([message]) => message as A), ended])
}

const ask = async <A>(child: ChildProcess): Promise<A> => {
  child.send("next")
  return answer<A>(child)
}

const identical = async ({ port, hashes }: Ready): Promise<boolean> => {
  for (const [i, expected] of hashes.entries()) {
    const response = await fetch(`http://127.0.0.1:${port}/document/${i}`)
    const body = new Uint8Array(await response.arrayBuffer())
    if (createHash("sha256").update(body).digest("hex") !== expected) return false
  }
  return true
}

const load = async ({ port, hashes }: Ready, seconds: number): Promise<Load> => {
  const args = [port, clients, seconds, hashes.length].map(String)
  return (await inProcess<Load>(here("load.ts"), args, { node: flags.node, limit: seconds + 90 }))!
}

/** One way, one size. A control has nothing but `/ping`. */
const measureWay = async (way: string, megabytes: number): Promise<ServerRow> => {
  const isControl = controlNames.includes(way)
  const server = start("serve.ts", [way, String(megabytes)])
  const ready = await answer<Ready>(server)
  const before = isControl || (await identical(ready))
  // Threads start, compilers warm up, the route is learnt.
  if (!isControl) await load(ready, flags.quick ? 1 : 3)
  const client = start("ping.ts", [String(ready.port)])
  await wait(1000)
  await ask(client)
  server.send("count")
  const loaded = isControl ? await wait(seconds * 1000, { documents: 0, errors: 0 }) : await load(ready, seconds)
  const latencies = await ask<Array<number>>(client)
  const used = await ask<Used>(server)
  client.disconnect()
  const after = isControl || (await identical(ready))
  server.send("end")
  await once(server, "exit")
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(latencies, share)) as [number, number, number]
  return {
    way,
    bytes: isControl ? 0 : Math.round(ready.bytes),
    clients: isControl ? 0 : clients,
    pings: latencies.length,
    p50,
    p99,
    max,
    ...used,
    ...loaded,
    identical: before && after
  }
}

const main = async (): Promise<void> => {
  const machine = (await inProcess<Machine>(here("../suite/machine.ts"), [], { node: flags.node }))!
  const todo: Array<readonly [string, number]> = controlNames.map((name) => [name, 1])
  for (const size of flags.sizes.split(",")) for (const way of flags.ways.split(";")) todo.push([way, Number(size)])
  const rows: Array<ServerRow> = []
  for (const [i, [way, megabytes]] of todo.entries()) {
    process.stderr.write(`${i + 1}/${todo.length} ${way}, ${megabytes} MB\n`)
    rows.push(await measureWay(way, megabytes))
  }
  console.log(serverTable([{ node: flags.node, results: undefined, server: { machine, rows }, stall: undefined }]))
  if (flags.quick) return
  save(`server-${flags.node}`, { machine, rows })
  await render()
}

await main()
