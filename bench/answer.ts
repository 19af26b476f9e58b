/**
 * What a frame costs the calling thread beyond what a call sees of it: turns of the loop, answers coming in, garbage collection.
 *
 *     node bench/answer.ts [--data licenses,vectors] [--node 24]
 *
 * prints, per data set and route, the busy and the CPU time of the thread for each frame that is not in the library's own count of
 * what it has held. `routing/router.ts` adds the difference between the two routes to the cost of a frame on a worker. `missing` is the time for
 * which the thread was active and had no core, over what the process's other threads got meanwhile (`routing/cpuContention.ts`).
 */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { dataSet, loadValues } from "./data.ts"
import { measure, settle } from "./hold.ts"
import { use } from "./peers/contender.ts"
import { makeLibrary } from "./peers/library.ts"
import { inProcess } from "./processes.ts"
import { median } from "./stats.ts"
import { table } from "./table.ts"

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "licenses,transcript,vectors,records,icons" },
    node: { type: "string" },
    child: { type: "string" }
  }
})

interface Counts {
  readonly workerFrames: number
  readonly slicedFrames: number
  readonly arms: { readonly offloop: { readonly holdTime: number } }
}

type Row = readonly [data: string, route: string, busy: string, cpu: string, missing: string]

const sampleBytes = 60e6
const rounds = 7

/** Microseconds a frame, by route. */
const watch = async (name: string): Promise<ReadonlyArray<Row>> => {
  const value = loadValues(dataSet(name))[0]
  const calls = Math.ceil(sampleBytes / JSON.stringify(value).length)
  const rows: Array<Row> = []
  for (const routing of ["worker", "sliced"]) {
    const library = await makeLibrary(routing, { routing })
    const counts = async () => (await library.metrics!()) as unknown as Counts
    await library.run(value, "bytes", use)
    const busy: Array<number> = []
    const cpu: Array<number> = []
    const missing: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      await settle()
      const before = await counts()
      const reading = await measure(async () => {
        for (let i = 0; i < calls; i++) await library.run(value, "bytes", use)
      })
      const after = await counts()
      const frames = after.workerFrames + after.slicedFrames - before.workerFrames - before.slicedFrames
      const held = after.arms.offloop.holdTime - before.arms.offloop.holdTime
      busy.push((1000 * (reading.busy - held)) / frames)
      cpu.push((1000 * (reading.cpu - held)) / frames)
      missing.push((reading.busy - reading.cpu) / reading.others)
    }
    await library.close()
    rows.push([name, routing, median(busy).toFixed(0), median(cpu).toFixed(0), median(missing).toFixed(2)])
  }
  return rows
}

if (flags.child !== undefined) process.send!(await watch(flags.child))
else {
  const rows: Array<Row> = []
  for (const name of flags.data.split(",")) {
    const answer = await inProcess<ReadonlyArray<Row>>(fileURLToPath(import.meta.url), ["--child", name], flags)
    rows.push(...(answer ?? []))
  }
  console.log("Microseconds a frame that the library does not see\n")
  console.log(table(["data", "route ", "busy", "cpu", "missing"], rows))
}
