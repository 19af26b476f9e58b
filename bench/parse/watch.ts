/**
 * What a call costs the calling thread, and the longest gap it leaves in the event loop.
 *
 * Gaps are measured by a chain of `setImmediate`, on the clock and in the thread's CPU time, which does not count what the kernel gives
 * to others. Collections come from the performance timeline, so that the longest gap can be told without them.
 */
import { type PerformanceEntry, PerformanceObserver } from "node:perf_hooks"

export interface Watched {
  /** Milliseconds. */
  readonly cpu: number
  readonly wall: number
  /** The longest gap on the clock; in CPU time; and that when the collections within it are taken off. */
  readonly gap: number
  readonly cpuGap: number
  readonly netGap: number
}

export const cpuNow = (): number => {
  const { system, user } = process.threadCpuUsage()
  return (system + user) / 1000
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Span = readonly [from: number, to: number]

const overlap = ([from, to]: Span, [otherFrom, otherTo]: Span): number =>
  Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom))

/** Runs `run` beside a chain of turns. */
export const watch = async (run: () => unknown): Promise<Watched> => {
  const collections: Array<Span> = []
  const note = (entries: ReadonlyArray<PerformanceEntry>) => {
    for (const { duration, startTime } of entries) collections.push([startTime, startTime + duration])
  }
  const observer = new PerformanceObserver((list) => note(list.getEntries()))
  observer.observe({ entryTypes: ["gc"] })
  const gaps: Array<{ readonly span: Span; readonly cpu: number }> = []
  let isOver = false
  let last = 0
  let lastCpu = 0
  const tick = () => {
    const now = performance.now()
    const cpu = cpuNow()
    if (now - last > 0.3) gaps.push({ span: [last, now], cpu: cpu - lastCpu })
    last = now
    lastCpu = cpu
    if (!isOver) setImmediate(tick)
  }
  await turn()
  last = performance.now()
  lastCpu = cpuNow()
  setImmediate(tick)
  const began = last
  const cpu = cpuNow()
  await run()
  const used = cpuNow() - cpu
  const wall = performance.now() - began
  await turn()
  isOver = true
  await turn()
  // The timeline tells of collections some time after they were.
  await new Promise((resolve) => setTimeout(resolve, 20))
  note(observer.takeRecords())
  observer.disconnect()
  const longest = (of: (gap: (typeof gaps)[number]) => number): number => Math.max(0, ...gaps.map(of))
  const length = ([from, to]: Span): number => to - from
  const collected = (span: Span): number => collections.reduce((sum, other) => sum + overlap(span, other), 0)
  return {
    cpu: used,
    wall,
    gap: longest(({ span }) => length(span)),
    cpuGap: longest(({ cpu }) => cpu),
    netGap: longest(({ cpu, span }) => Math.max(0, Math.min(cpu, length(span) - collected(span))))
  }
}

/** What the machine itself does to a loop that has nothing to do, for so many milliseconds. */
export const idle = (milliseconds: number): Promise<Watched> =>
  watch(() => new Promise((resolve) => setTimeout(resolve, milliseconds)))
