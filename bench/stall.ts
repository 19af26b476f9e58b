/**
 * How long the event loop is held while 40 MB values of every shape are serialized:
 *
 *     npm run bench:stall [-- --shapes records,text] [--routes worker,sliced] [--outputs bytes,stream] [--runs 7] [--node 24]
 *
 * Prints, per shape, output and route, the median over the runs of each run's longest hold, garbage collection included,
 * beside an idle control before each (it shows what the machine itself does to a loop). A hold is one turn of the
 * loop, see `hold.ts`. One process a shape. A run of everything goes to `bench/results` and to the tables of `docs/benchmarks.md`.
 */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { makeContender } from "./contenders.ts"
import { stallShapes } from "./data/shapes.ts"
import { idle, measure, settle } from "./hold.ts"
import { type Output, use } from "./peers/contender.ts"
import { inProcess } from "./processes.ts"
import { median, megabytes, ms } from "./stats.ts"
import { render } from "./report/render.ts"
import type { StallRow } from "./stallResults.ts"
import { type Machine, save } from "./suite/results.ts"
import { table } from "./table.ts"
import { verify } from "./verify.ts"

const defaults = {
  shapes: stallShapes()
    .map((shape) => shape.name)
    .join(","),
  routes: "native,worker,sliced,adaptive",
  outputs: "bytes,stream",
  runs: "7"
}
const everything = Object.values(defaults).join()

const { values: flags } = parseArgs({
  options: {
    shapes: { type: "string", default: defaults.shapes },
    routes: { type: "string", default: defaults.routes },
    outputs: { type: "string", default: defaults.outputs },
    runs: { type: "string", default: defaults.runs },
    node: { type: "string", default: process.versions.node.split(".")[0]! },
    child: { type: "string" }
  }
})

const limit = 5

const watch = async (shape: string): Promise<Array<StallRow>> => {
  const value = stallShapes()
    .find((set) => set.name === shape)!
    .load()
  const bytes = Buffer.byteLength(JSON.stringify(value))
  const rows: Array<StallRow> = []
  for (const output of flags.outputs.split(",") as Array<Output>) {
    for (const route of flags.routes.split(",")) {
      if (route === "native" && output === "stream") continue
      const contender = await makeContender(route)
      const failure = await verify(contender, [value], output)
      const runs = failure === undefined ? Number(flags.runs) : 0
      const row = {
        holds: [] as Array<number>,
        idle: [] as Array<number>,
        walls: [] as Array<number>,
        over5: [] as Array<number>
      }
      for (let run = 0; run < runs; run++) {
        // The idle time counts for V8: where a program seems to do little but collect garbage, it begins the next collection early
        // (with 25 ms between a forced one and a run, `records` streamed by workers had holds of 9 ms instead of 5).
        await settle()
        row.idle.push((await idle(200)).hold)
        const reading = await measure(() => contender.run(value, output, use))
        row.holds.push(reading.hold)
        row.walls.push(reading.wall)
        row.over5.push(reading.over5)
      }
      await contender.close()
      rows.push({ shape, bytes, output, route, ...row, ...(failure === undefined ? {} : { failure }) })
    }
  }
  return rows
}

if (flags.child !== undefined) process.send!(await watch(flags.child))
else {
  const rows: Array<StallRow> = []
  for (const shape of flags.shapes.split(",")) {
    process.stderr.write(`${shape} …\n`)
    const args = [...process.argv.slice(2), "--child", shape]
    rows.push(...((await inProcess<Array<StallRow>>(fileURLToPath(import.meta.url), args, flags)) ?? []))
  }
  const { node, shapes, routes, outputs, runs } = flags
  const machine = (await inProcess<Machine>(fileURLToPath(new URL("suite/machine.ts", import.meta.url)), [], { node }))!
  const head = [
    "shape",
    "text",
    "output ",
    "route ",
    "hold ms",
    "worst",
    ">5 ms",
    "idle ms",
    "wall ms",
    `<= ${limit} ms over idle`
  ]
  console.log(`Node ${machine.node}, median over ${flags.runs} runs of the longest hold\n`)
  const cells = rows.map((row) => {
    const start = [row.shape, megabytes(row.bytes), row.output, row.route]
    if (row.failure !== undefined) return [...start, row.failure]
    const hold = median(row.holds)
    return [
      ...start,
      ms(hold),
      ms(Math.max(...row.holds)),
      String(median(row.over5)),
      ms(median(row.idle)),
      ms(median(row.walls)),
      hold - median(row.idle) <= limit ? "yes" : "NO"
    ]
  })
  console.log(table(head, cells))
  if ([shapes, routes, outputs, runs].join() === everything) {
    save(`stall-${node}`, { machine, rows })
    await render()
  }
}
