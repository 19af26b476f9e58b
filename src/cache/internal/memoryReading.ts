/**
 * How much memory the process uses, and how much it may.
 */
import { totalmem } from "node:os"
import { constants, PerformanceObserver } from "node:perf_hooks"
import { getHeapStatistics } from "node:v8"

/**
 * One look at the memory of a process. All in bytes.
 *
 * @category models
 * @since 0.1.0
 */
export interface MemoryReading {
  /**
   * What the heap held after its last full collection. What it holds between two of them says little: most of it is
   * garbage.
   */
  readonly heapUsedAfterGc: number
  /** What the heap may hold. */
  readonly heapLimit: number
  /** The resident set: heap, buffers and all else. */
  readonly rss: number
  /** What the resident set may be: the limit of the container, or the memory of the machine. */
  readonly limit: number
}

/**
 * Looks at the memory of a process. A test gives one of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface MemoryProbe {
  read(): MemoryReading
}

/** The pressures at which something changes. */
export const elevatedFrom = 0.75
export const criticalFrom = 0.9
export const normalBelow = 0.65

/** The share of its limit that the more pressed of heap and resident set takes. */
export const pressureOf = (reading: MemoryReading): number => Math.max(heapShare(reading), rssShare(reading))

export const heapShare = ({ heapLimit, heapUsedAfterGc }: MemoryReading): number => heapUsedAfterGc / heapLimit

export const rssShare = ({ limit, rss }: MemoryReading): number => rss / limit

/** Looks at this process, until it is closed. */
export class ProcessProbe implements MemoryProbe {
  private heapUsedAfterGc = 0
  private readonly observer: PerformanceObserver
  private readonly limit = memoryLimit()
  private readonly heapLimit = oldGenerationLimit()

  constructor() {
    this.observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind } = (entry as unknown as { readonly detail: { readonly kind: number } }).detail
        if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) this.heapUsedAfterGc = getHeapStatistics().used_heap_size
      }
    })
    this.observer.observe({ entryTypes: ["gc"] })
  }

  read(): MemoryReading {
    const { heapLimit, heapUsedAfterGc, limit } = this
    return { heapUsedAfterGc, heapLimit, rss: process.memoryUsage.rss(), limit }
  }

  close(): void {
    this.observer.disconnect()
  }
}

/** Without a container's limit it reads 1.8e19. */
const memoryLimit = (): number => {
  const constrained = process.constrainedMemory()
  const total = totalmem()
  return constrained > 0 && constrained < total ? constrained : total
}

/**
 * The limit of the old generation. `heap_size_limit` counts the young one too: with `--max-old-space-size=64` it reads
 * 160 MB on Node 26 and 256 on 24, and the process dies at 64. Where the limit was given it is read from where it was
 * given; else the young generation's share is taken off, three semi-spaces.
 */
export const oldGenerationLimit = (
  args: ReadonlyArray<string> = [...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/), ...process.execArgv],
  heapLimit: number = getHeapStatistics().heap_size_limit
): number => {
  const given = args.flatMap((arg) => {
    const match = /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(arg)
    return match === null ? [] : [Number(match[1]) * 1024 * 1024]
  })
  const last = given.at(-1)
  return last !== undefined && last > 0
    ? Math.min(last, heapLimit)
    : Math.max(heapLimit - youngGeneration, heapLimit / 2)
}

const youngGeneration = 3 * 32 * 1024 * 1024
