/**
 * A server in one framework, for `main.ts`: `node bench/frameworks/serve.ts express plain | ours`
 *
 * Tells its parent the port, and at `/used` the longest turn of its event loop and the CPU time of its thread since it was asked last.
 * Told "busy", it is so for a second, a millisecond a turn, with neither answers nor garbage: the control. From "watch" to "tell" it reads
 * its thread's clock in each turn of the loop: what the longest one took is free of what others do on the machine.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import type { AddressInfo } from "node:net"
import { dataSet } from "../data.ts"
import { threadTime } from "../threadClock.ts"
import { apps } from "./apps.ts"

const [name = "", arm = ""] = process.argv.slice(2)

const turns = monitorEventLoopDelay({ resolution: 1, samplePerIteration: true })
turns.enable()
let cpuBefore = 0

const used = (): object => {
  const hold = turns.max / 1e6
  const cpu = threadTime() - cpuBefore
  turns.reset()
  cpuBefore = threadTime()
  return { hold, cpu }
}

const small = Array.from({ length: 16 }, (_, id) => ({ id, name: `row number ${id}`, at: "2026-01-01T00:00:00Z" }))
const large = dataSet("cities").load() as object

const spin = (until: number): void => {
  const end = performance.now() + 1
  while (performance.now() < end);
  if (end < until) setImmediate(spin, until)
  else process.send!("done")
}

let isWatching = false
let longest = 0

const watch = (before: number): void => {
  longest = Math.max(longest, threadTime() - before)
  if (isWatching) setImmediate(watch, threadTime())
}

process.on("message", (command) => {
  if (command === "busy") return spin(performance.now() + 1000)
  isWatching = command === "watch"
  if (!isWatching) return process.send!(longest)
  longest = 0
  setImmediate(watch, threadTime())
})
process.on("disconnect", () => process.exit(0))
const server = await apps[name]!(arm === "ours", { large, small, used })
process.send!((server.address() as AddressInfo).port)
