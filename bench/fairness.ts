/**
 * What an HTTP handler sees while 50 serializations of 5 MB are in flight in its process:
 *
 *     node bench/fairness.ts [--routes adaptive,worker,sliced] [--flight 50] [--node 24]
 *
 * The client is a process of its own that sends a `/ping` every 4 ms; `idle` is the same client with nothing else going on.
 * Waiting for a core counts too: on two cores client, server and worker threads share them.
 */
import { fork, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { makeContender } from "./contenders.ts"
import { dataSet } from "./data.ts"
import { measure, settle } from "./hold.ts"
import { use } from "./peers/contender.ts"
import { inProcess } from "./processes.ts"
import { ms, quantile } from "./stats.ts"
import { table } from "./table.ts"

const { values: flags } = parseArgs({
  options: {
    routes: { type: "string", default: "adaptive,worker,sliced,native" },
    flight: { type: "string", default: "50" },
    node: { type: "string" },
    child: { type: "boolean", default: false }
  }
})
const script = fileURLToPath(import.meta.url)
const pinger = fileURLToPath(new URL("./server/ping.ts", import.meta.url))

/** Latencies since the last time. */
const ask = async (client: ChildProcess): Promise<Array<number>> => {
  client.send("")
  const [latencies] = await once(client, "message")
  return latencies as Array<number>
}

/** Five values of about 5 MB, as different as can be. */
const makeValues = (): ReadonlyArray<unknown> => [
  dataSet("licenses").load(),
  dataSet("coastlines").load(),
  [dataSet("atlas").load(), (dataSet("cities").load() as Array<unknown>).slice(0, 13_000)],
  (dataSet("records").load() as Array<unknown>).slice(0, 40_000),
  (dataSet("transcript").load() as Array<unknown>).slice(0, 330)
]

const serve = async (): Promise<void> => {
  const values = makeValues()
  const server = createServer((_, response) => response.end("pong")).listen(0, "127.0.0.1")
  await once(server, "listening")
  const client = fork(pinger, [String((server.address() as AddressInfo).port)])
  const rows: Array<Array<string>> = []
  const row = (name: string, latencies: ReadonlyArray<number>, hold: number, wall: number) =>
    rows.push([
      name,
      String(latencies.length),
      ...[0.5, 0.99, 1].map((share) => ms(quantile(latencies, share))),
      ms(hold),
      ms(wall)
    ])
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 2000))
  await pause()
  await ask(client)
  const quiet = await measure(pause)
  row("idle", await ask(client), quiet.hold, quiet.wall)
  for (const name of flags.routes.split(",")) {
    const contender = await makeContender(name)
    // Once without counting: threads start, compilers warm up.
    for (const value of values) await contender.run(value, "bytes", use)
    await settle()
    await ask(client)
    const reading = await measure(() =>
      Promise.all(
        Array.from({ length: Number(flags.flight) }, (_, i) => contender.run(values[i % values.length], "bytes", use))
      )
    )
    row(name, await ask(client), reading.hold, reading.wall)
    await contender.close()
  }
  client.disconnect()
  await once(client, "exit")
  server.close()
  server.closeAllConnections()
  console.log(
    `Node ${process.versions.node}: /ping beside ${flags.flight} serializations of 5 MB in flight, to bytes\n`
  )
  console.log(table(["way", "pings", "p50 ms", "p99 ms", "max ms", "hold ms", "all done ms"], rows))
}

if (flags.child) await serve()
else await inProcess(script, [...process.argv.slice(2), "--child"], flags)
