/**
 * What `/ping` takes beside an answer of 30 MB of typed rows:
 *
 *     npm run bench:http [-- --runs 7] [--node 24]
 *
 * A server process a way, plain and ours turn by turn; one client reads the large answer while a process of its own pings, every 4 ms.
 * Prints medians over the runs, and writes them into `docs/benchmarks.md`: how long the answer took, what the server's thread had of a
 * core for it (and the pings beside it), the slowest ping, and the longest turn of the server's event loop, beside pings of an idle
 * server. The bytes of plain and ours are compared first.
 */
import { type ChildProcess, fork } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { Agent, request } from "node:http"
import { parseArgs } from "node:util"
import { nodePath } from "../processes.ts"
import { markdownTable } from "../report/markdown.ts"
import { reportTables } from "../report/programTables.ts"
import { median, ms, ratio } from "../stats.ts"

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "7" },
    node: { type: "string", default: process.versions.node.split(".")[0]! }
  }
})

interface Answer {
  readonly sum: string
  readonly text: string
}

let agent = new Agent({ keepAlive: true })

/** Hashing is the client's own work, and would be in the pings beside it: only the first answers are. */
const ask = (port: number, path: string, body?: string, isHashed = false): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const client = request({ port, path, agent, method: body === undefined ? "GET" : "POST" }, (response) => {
      const hash = createHash("sha256")
      let text = ""
      response.on("data", (chunk: Buffer) => {
        if (isHashed) hash.update(chunk)
        if (text.length < 100) text += chunk.toString("latin1", 0, 100)
      })
      response.on("end", () => resolve({ sum: hash.digest("hex"), text }))
      response.on("error", reject)
    })
    client.on("error", reject)
    client.end(body)
  })

const call = `${JSON.stringify({ _tag: "Request", id: "1", tag: "report", payload: null, headers: [] })}\n`

interface Reading {
  readonly wall: number
  /** Milliseconds that the server's thread had of a core. */
  readonly cpu: number
  readonly ping: number
  readonly hold: number
}

const latencies = async (pings: ChildProcess): Promise<ReadonlyArray<number>> => {
  pings.send("next")
  const [all] = (await once(pings, "message")) as [ReadonlyArray<number>]
  return all
}

/** The slowest ping while something else goes on. */
const pingBeside = async (port: number, run: () => Promise<unknown>): Promise<Reading> => {
  const pings = fork(fileURLToPath(new URL("../server/ping.ts", import.meta.url)), [String(port)])
  await once(pings, "spawn")
  // It is connected, and its code is compiled.
  while ((await latencies(pings)).length < 10) await new Promise((resolve) => setTimeout(resolve, 100))
  // The server ends connections that were idle for five seconds, as they are while others have their turn.
  agent.destroy()
  agent = new Agent({ keepAlive: true })
  await ask(port, "/used")
  await latencies(pings)
  const began = performance.now()
  await run()
  const wall = performance.now() - began
  // The last of them may still be on their way.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const ping = Math.max(...(await latencies(pings)))
  const { cpu, hold } = JSON.parse((await ask(port, "/used")).text)
  pings.disconnect()
  await once(pings, "exit")
  return { wall, cpu, ping, hold }
}

const ways = ["HttpApi", "HttpApi, ours", "RPC", "RPC, ours"]

const start = async (way: string) => {
  const script = fileURLToPath(new URL("serve.ts", import.meta.url))
  const child = fork(script, [way], { execPath: nodePath(flags.node) })
  const port = await new Promise<number>((resolve) => child.once("message", (port) => resolve(port as number)))
  const report = (isHashed = false) => ask(port, "/report", way.startsWith("RPC") ? call : undefined, isHashed)
  const { sum } = await report(true)
  return { way, child, port, report, sum, readings: [] as Array<Reading>, idle: [] as Array<Reading> }
}

const servers = await Promise.all(ways.map(start))
for (const [plain, ours] of [servers.slice(0, 2), servers.slice(2)]) {
  if (plain!.sum !== ours!.sum) throw new Error(`${ours!.way} answers other bytes than ${plain!.way}`)
}
for (let run = 0; run < Number(flags.runs); run++) {
  for (const server of servers) {
    server.idle.push(await pingBeside(server.port, () => new Promise((resolve) => setTimeout(resolve, 300))))
    server.readings.push(await pingBeside(server.port, () => server.report()))
  }
}
const rows = servers.map(({ idle, readings, way }, i) => {
  const of = (key: keyof Reading, list = readings) => median(list.map((reading) => reading[key]))
  const plain = servers[i - (i % 2)]!.readings
  return [
    way,
    ms(of("wall")),
    ratio(of("wall") / of("wall", plain)),
    ms(of("cpu")),
    ratio(of("cpu") / of("cpu", plain)),
    ms(of("ping")),
    ms(of("ping", idle)),
    ms(of("hold")),
    ms(of("hold", idle))
  ]
})
const head = ["way", "answer ms", "of plain", "CPU ms", "of plain", "slowest ping ms", "idle", "hold ms", "idle"]
reportTables({
  name: "http",
  node: flags.node,
  isWhole: true,
  lead: `Medians of ${flags.runs} runs; the same bytes with and without us.`,
  tables: [markdownTable(head, rows)]
})
for (const { child } of servers) child.disconnect()
agent.destroy()
