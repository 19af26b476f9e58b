/**
 * What a call costs the calling thread, and the longest gap it leaves in the event loop.
 *
 * Gaps are measured by a chain of `setImmediate`, and collections by the performance timeline, so that the longest gap can be
 * told with collections and without them. CPU is the kernel's clock of the thread, in ticks on some kernels: read over many runs.
 */
import { type PerformanceEntry, PerformanceObserver } from "node:perf_hooks"

export interface Watched {
  /** Milliseconds. */
  readonly cpu: number
  readonly wall: number
  /** The longest gap, and the longest one when the collections within it are taken off. */
  readonly gap: number
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
  const gaps: Array<Span> = []
  let isOver = false
  let last = 0
  const tick = () => {
    const now = performance.now()
    if (now - last > 0.3) gaps.push([last, now])
    last = now
    if (!isOver) setImmediate(tick)
  }
  await turn()
  last = performance.now()
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
  const nets = gaps.map((gap) => gap[1] - gap[0] - collections.reduce((sum, span) => sum + overlap(gap, span), 0))
  return {
    cpu: used,
    wall,
    gap: Math.max(0, ...gaps.map(([from, to]) => to - from)),
    netGap: Math.max(0, ...nets)
  }
}

/** What the machine itself does to a loop that has nothing to do, for so many milliseconds. */
export const idle = (milliseconds: number): Promise<Watched> =>
  watch(() => new Promise((resolve) => setTimeout(resolve, milliseconds)))
