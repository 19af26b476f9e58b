/**
 * What the adapters do to servers:
 *
 *     npm run bench:frameworks [-- --runs 5] [--node 24] [--only express,koa]
 *
 * A server process for each framework and arm, plain and ours turn by turn. One connection asks for 1 KB, in batches. Then eight
 * connections ask for 17 MB of cities, while a process of its own pings; and once more, while the server reads its thread's clock in every
 * turn. Prints medians over the runs, and with all frameworks writes them into `docs/benchmarks.md`. The bytes of both arms are compared first. "Busy" is the hold of a loop that does a millisecond of
 * work a turn and nothing else: what the machine itself adds.
 */
import { fork, type ChildProcess } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { Agent, get } from "node:http"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { nodePath } from "../processes.ts"
import { markdownTable } from "../report/markdown.ts"
import { reportTables } from "../report/programTables.ts"
import { median, ms, quantile, ratio } from "../stats.ts"
import { apps } from "./apps.ts"

const everyApp = Object.keys(apps).join(",")

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    node: { type: "string", default: process.versions.node.split(".")[0]! },
    only: { type: "string", default: everyApp }
  }
})
const connections = 8
const answersEach = 2
const batch = 500

const agent = new Agent({ keepAlive: true })

const ask = async (port: number, path: string, see: (chunk: Buffer) => void = () => {}): Promise<void> => {
  const [response] = await once(get({ host: "127.0.0.1", port, path, agent }), "response")
  response.on("data", see)
  await once(response, "end")
}

const sumOf = async (port: number): Promise<string> => {
  const hash = createHash("sha256")
  await ask(port, "/large", (chunk) => hash.update(chunk))
  return hash.digest("hex")
}

interface Used {
  readonly hold: number
  readonly cpu: number
}

const usedBy = async (port: number): Promise<Used> => {
  let text = ""
  await ask(port, "/used", (chunk) => (text += chunk))
  return JSON.parse(text)
}

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const start = async (app: string, arm: string) => {
  const child = fork(file("serve.ts"), [app, arm], { execPath: nodePath(flags.node) })
  const [port] = (await once(child, "message")) as [number]
  return { child, port, arm, readings: [] as Array<Reading>, small: [] as Array<number>, busy: [] as Array<number> }
}

interface Reading {
  readonly p50: number
  readonly p99: number
  readonly hold: number
  /** The longest turn by the thread's clock. */
  readonly cpuHold: number
  /** Milliseconds an answer: of the clock, and of the server's thread. */
  readonly wall: number
  readonly cpu: number
}

const latencies = async (client: ChildProcess): Promise<Array<number>> => {
  client.send("next")
  const [all] = (await once(client, "message")) as [Array<number>]
  return all
}

const load = (port: number): Promise<unknown> =>
  Promise.all(
    Array.from({ length: connections }, async () => {
      for (let i = 0; i < answersEach; i++) await ask(port, "/large")
    })
  )

/** The longest turn of the server's loop under load, by its thread's clock. */
const readCpuHold = async ({
  child,
  port
}: {
  readonly child: ChildProcess
  readonly port: number
}): Promise<number> => {
  child.send("watch")
  await load(port)
  child.send("tell")
  const [longest] = (await once(child, "message")) as [number]
  return longest
}

const readLarge = async (port: number, client: ChildProcess): Promise<Omit<Reading, "cpuHold">> => {
  await latencies(client)
  await usedBy(port)
  const began = performance.now()
  await load(port)
  const answers = connections * answersEach
  const wall = (performance.now() - began) / answers
  const { cpu, hold } = await usedBy(port)
  const pings = await latencies(client)
  return { p50: median(pings), p99: quantile(pings, 0.99), hold, wall, cpu: cpu / answers }
}

/** CPU microseconds of the server's thread for an answer of 1 KB. */
const readSmall = async (port: number): Promise<number> => {
  await usedBy(port)
  for (let i = 0; i < batch; i++) await ask(port, "/small")
  return ((await usedBy(port)).cpu * 1000) / batch
}

const readBusy = async ({ child, port }: { readonly child: ChildProcess; readonly port: number }): Promise<number> => {
  await usedBy(port)
  child.send("busy")
  await once(child, "message")
  return (await usedBy(port)).hold
}

const measure = async (app: string): Promise<Array<Array<string>>> => {
  const servers = [await start(app, "plain"), await start(app, "ours")]
  const [plainSum, ourSum] = [await sumOf(servers[0]!.port), await sumOf(servers[1]!.port)]
  if (plainSum !== ourSum) throw new Error(`${app}: other bytes than without the adapter`)
  for (let run = 0; run < Number(flags.runs); run++) {
    // In turns, so that both have the same of a machine that is busy with others, too; the first are not counted.
    for (let i = 0; i < 12; i++) {
      for (const server of servers) {
        const cpu = await readSmall(server.port)
        if (run > 0 || i > 3) server.small.push(cpu)
      }
    }
    for (const server of servers) {
      const client = fork(file("../server/ping.ts"), [String(server.port)])
      server.busy.push(await readBusy(server))
      const reading = await readLarge(server.port, client)
      client.disconnect()
      await once(client, "exit")
      server.readings.push({ ...reading, cpuHold: await readCpuHold(server) })
    }
  }
  for (const { child } of servers) child.disconnect()
  const of = (server: (typeof servers)[0], key: keyof Reading) => median(server.readings.map((reading) => reading[key]))
  const base = servers[0]!
  return servers.map((server) => [
    `${app}, ${server.arm}`,
    ms(of(server, "p50")),
    ms(of(server, "p99")),
    ms(of(server, "cpuHold")),
    ms(of(server, "hold")),
    ms(median(server.busy)),
    ratio(1000 / of(server, "wall")),
    ratio(of(server, "wall") / of(base, "wall")),
    ratio(of(server, "cpu") / of(base, "cpu")),
    ms(median(server.small)),
    (median(server.small) / median(base.small)).toFixed(3)
  ])
}

const head = [
  "server",
  "ping p50 ms",
  "p99",
  "hold, CPU ms",
  "wall ms",
  "busy",
  "answers/s",
  "wall ×",
  "CPU ×",
  "1 KB, CPU us",
  "×"
]

const rows: Array<ReadonlyArray<string>> = []
for (const app of flags.only.split(",")) {
  process.stderr.write(`${app} …\n`)
  rows.push(...(await measure(app)))
}
reportTables({
  name: "frameworks",
  node: flags.node,
  isWhole: flags.only === everyApp,
  lead: `Medians of ${flags.runs} runs, ${connections} connections, the same bytes in both arms.`,
  tables: [markdownTable(head, rows)]
})
agent.destroy()
