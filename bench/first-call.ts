/**
 * The first call of a process, as a serverless function or a command makes it:
 *
 *     npm run bench:first [-- --data records@1,records@10] [--output string] [--rounds 15] [--node 24]
 *
 * Each call is made in a fresh process that has imported the library, as it is built for the package, and has its value: from the sources
 * a thread takes more than twice as long to start. Prints per data set and route the median time until the result is there, the CPU time
 * of the calling thread and of the whole process, and the ratio to slices; the target for adaptive routing is at most 1.5. Routes take
 * turns, process by process. The last row is what starting a thread takes, alone (`routing/router.ts` goes by it).
 */
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import type * as Async from "../src/Async.ts"
import type { Routing } from "../src/Serialization.ts"
import type * as WorkerPool from "../src/WorkerPool.ts"
import { dataSet } from "./data.ts"
import { inProcess } from "./processes.ts"
import { median, ms, ratio } from "./stats.ts"
import { table } from "./table.ts"

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "records@1,transcript@1,records@10,transcript@10" },
    output: { type: "string", default: "bytes" },
    rounds: { type: "string", default: "15" },
    node: { type: "string" },
    child: { type: "string" },
    route: { type: "string", default: "adaptive" }
  }
})

/** In milliseconds. */
interface First {
  readonly wall: number
  readonly thread: number
  readonly process: number
  readonly path: string
}

const routes = ["sliced", "adaptive", "worker"] as const
const target = 1.5
const start = "start"

const milliseconds = ({ system, user }: NodeJS.CpuUsage): number => (system + user) / 1000

const built = (module: string): string => new URL(`../dist/${module}.js`, import.meta.url).href

const timed = async (run: () => Promise<string>): Promise<First> => {
  // What loading has left to do is not the call's.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const all = process.cpuUsage()
  const own = process.threadCpuUsage()
  const began = performance.now()
  const path = await run()
  const wall = performance.now() - began
  return { wall, thread: milliseconds(process.threadCpuUsage(own)), process: milliseconds(process.cpuUsage(all)), path }
}

const call = async (name: string, routing: string): Promise<First> => {
  const value = dataSet(name).load()
  const { makeSerializer } = (await import(built("Async"))) as typeof Async
  await using serializer = makeSerializer({ routing: routing as Routing })
  return await timed(async () =>
    flags.output === "bytes"
      ? (await serializer.serializeToBytes(value)).path
      : (await serializer.serialize(value)).path
  )
}

const startThread = async (): Promise<First> => {
  const { WorkerPool: Pool } = (await import(built("WorkerPool"))) as typeof WorkerPool
  const ready = Effect.gen(function* () {
    const pool = yield* Pool
    return yield* Effect.promise(() => timed(() => Effect.runPromise(Effect.as(pool.admission!.ready, ""))))
  })
  return await Effect.runPromise(Effect.provide(ready, Pool.layer()))
}

const inFresh = async (args: ReadonlyArray<string>): Promise<First> =>
  (await inProcess<First>(fileURLToPath(import.meta.url), args, { node: flags.node, limit: 60 }))!

const medians = (firsts: ReadonlyArray<First>) => ({
  wall: median(firsts.map(({ wall }) => wall)),
  thread: median(firsts.map(({ thread }) => thread)),
  process: median(firsts.map((first) => first.process)),
  paths: [...new Set(firsts.map(({ path }) => path))].join(", ")
})

const report = async (name: string): Promise<ReadonlyArray<ReadonlyArray<string>>> => {
  const firsts = new Map<string, Array<First>>(routes.map((route) => [route, []]))
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [route, list] of firsts) {
      list.push(await inFresh(["--child", name, "--route", route, "--output", flags.output]))
    }
  }
  const base = medians(firsts.get("sliced")!)
  return routes.map((route) => {
    const own = medians(firsts.get(route)!)
    const times = (["wall", "thread", "process"] as const).flatMap((time) => [
      ms(own[time]),
      ratio(own[time] / base[time])
    ])
    const isWithin = own.wall <= target * base.wall && own.process <= target * base.process
    return [`${name} ${route}`, ...times, own.paths, route === "adaptive" ? (isWithin ? "within" : "over") : ""]
  })
}

if (flags.child === undefined) {
  const rows: Array<ReadonlyArray<string>> = []
  for (const name of flags.data.split(",")) rows.push(...(await report(name)))
  const starts: Array<First> = []
  for (let round = 0; round < Number(flags.rounds); round++) starts.push(await inFresh(["--child", start]))
  const { wall, thread, process } = medians(starts)
  rows.push(["start of a thread", ms(wall), "", ms(thread), "", ms(process), "", "", ""])
  const head = ["first call", "wall ms", "x", "thread CPU ms", "x", "process CPU ms", "x", "path ", `target ${target} `]
  console.log(table(head, rows))
} else {
  process.send!(flags.child === start ? await startThread() : await call(flags.child, flags.route))
}
