/**
 * How long the event loop is held, and how busy the calling thread is, while an async function runs.
 *
 * Hold: libuv's own view, `monitorEventLoopDelay({ samplePerIteration: true })`. It times each turn of the loop without
 * the wait for events, in C++, so garbage collection is in it and the probe adds nothing to what it measures. Blocks of
 * 7 ms placed first, in the middle and last read 7.0-7.4 ms; an idle loop reads up to 0.3 ms. The alternatives, measured
 * beside it: a chain of `setImmediate` is as exact but keeps one core busy, which a worker on a small machine needs; a
 * 1 ms timer reads a millisecond too much and wakes the loop a thousand times a second. Older versions of Node ignore
 * the option without a word, hence the check.
 *
 * Busy: `performance.eventLoopUtilization().active`, the time the loop did not wait for events, exact to microseconds.
 * It is the thread's own work as long as nobody else wants its core. `cpu` is what the kernel gave the thread
 * (`threadClock.ts`), free of that weakness and as exact. Where the two differ much, the machine was not quiet.
 */
import { monitorEventLoopDelay, performance } from "node:perf_hooks"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { threadTime } from "./threadClock.ts"

export interface Reading<A> {
  readonly value: A
  /** All in milliseconds. */
  readonly wall: number
  readonly busy: number
  readonly cpu: number
  /** What the kernel gave all other threads of the process. */
  readonly others: number
  /** The longest turn of the loop. */
  readonly hold: number
  /** Turns longer than 5 ms. */
  readonly over5: number
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major < 24 || (major === 24 && minor < 21) || major === 25 || (major === 26 && minor < 5)) {
  throw new Error(`Node ${process.versions.node} cannot time each turn of the loop: use 24.21, 26.5 or newer`)
}

export const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as (options?: object) => void

/**
 * Collects garbage, so that nobody pays for what the one before left behind. V8's threads go on sweeping after that, and the kernel
 * takes the loop's core for them, 4 ms at a time: listing 20,000 keys took 2.4 ms or 6.5, by chance.
 */
export const settle = async (): Promise<void> => {
  collect()
  await new Promise<void>((resolve) => setTimeout(resolve, 25))
}

/** The same, and gives back to the system what the heap no longer needs: before memory is compared. */
export const shrink = async (times = 4): Promise<void> => {
  for (let i = 0; i < times; i++) {
    collect({ type: "major", execution: "sync", flavor: "last-resort" })
    await new Promise<void>((resolve) => setTimeout(resolve, 50))
  }
}

/** Runs `run` and watches the loop until the turn in which it ended is over. */
export const measure = async <A>(run: () => A | Promise<A>): Promise<Reading<A>> => {
  const turns = monitorEventLoopDelay({ resolution: 1, samplePerIteration: true })
  await immediate()
  turns.enable()
  await immediate()
  const allBefore = process.cpuUsage()
  const cpuBefore = threadTime()
  const loopBefore = performance.eventLoopUtilization()
  const start = performance.now()
  const value = await run()
  const wall = performance.now() - start
  const busy = performance.eventLoopUtilization(loopBefore).active
  const cpu = threadTime() - cpuBefore
  const others = milliseconds(process.cpuUsage(allBefore)) - cpu
  await immediate()
  await immediate()
  turns.disable()
  return { value, wall, busy, cpu, others, hold: turns.max / 1e6, over5: countOver(turns, 5e6) }
}

const milliseconds = ({ system, user }: NodeJS.CpuUsage): number => (system + user) / 1000

/** The histogram tells no counts, but a percentile's value: so look for the share of turns at or below the limit. */
const countOver = (turns: ReturnType<typeof monitorEventLoopDelay>, limit: number): number => {
  if (turns.max <= limit) return 0
  let low = 0
  let high = 100
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (middle > 0 && turns.percentile(middle) > limit) high = middle
    else low = middle
  }
  return Math.max(1, Math.round(turns.count * (1 - low / 100)))
}

/** What the machine itself does to an idle loop during `milliseconds`. */
export const idle = (milliseconds: number): Promise<Reading<void>> =>
  measure(() => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)))
