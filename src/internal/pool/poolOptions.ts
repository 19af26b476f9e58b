/**
 * The options of a worker pool: their types, defaults and checks.
 */
import type * as Duration from "effect/Duration"
import { availableParallelism } from "node:os"
import { isAbsolute } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { ResourceLimits } from "node:worker_threads"
import { count, duration, isCount, isObject, isWhole, milliseconds, whole, wrong } from "../options/validators.ts"

/**
 * Options of the worker pool.
 *
 * @category models
 * @since 0.1.0
 */
export interface WorkerPoolOptions {
  /**
   * The most threads that run at the same time. A whole number from 1 up. Default: half of the machine's parallelism,
   * but at least 2.
   */
  readonly maxThreads?: number | undefined
  /**
   * How many threads stay when there is nothing to do. A whole number from 0 to `maxThreads`. Default 0. The pool
   * starts none before its first task, whatever this says.
   */
  readonly minThreads?: number | undefined
  /** How long a thread over `minThreads` may be idle before it ends. Default 30 seconds. */
  readonly idleTimeout?: Duration.Input | undefined
  /**
   * How many frames may wait for a thread. One more fails with `QueueFull`. A whole number from 0 up, or `Infinity`.
   * Default 256. Frames that a thread has received, up to eight a thread, do not count.
   */
  readonly maxQueue?: number | undefined
  /**
   * How long a thread may take to answer. The clock starts when the thread receives the frame. When the time is over,
   * the pool retires all threads, because a thread that hangs cannot be asked to stop. More than zero. Default 10
   * seconds. A thread may take as long to start, and always has at least ten seconds for it.
   */
  readonly taskTimeout?: Duration.Input | undefined
  /** How long a shutdown waits for frames in flight before it ends the threads. Default 5 seconds. */
  readonly shutdownTimeout?: Duration.Input | undefined
  /**
   * Memory limits of each thread, as `new Worker` takes them. Default: Node's own. A thread needs 16 MB of old
   * generation to start; below 8 MB is refused, since V8 may end the whole process there.
   */
  readonly resourceLimits?: ResourceLimits | undefined
  /**
   * The worker file: a `file:` URL or an absolute path. Default: `worker.js` beside this module. Bundled programs need
   * it, because bundlers do not see that the file is used.
   */
  readonly workerUrl?: string | URL | undefined
}

/** {@link WorkerPoolOptions} with the defaults filled in, and times in milliseconds. */
export interface PoolSettings {
  readonly maxThreads: number
  readonly minThreads: number
  readonly idleTimeout: number
  readonly maxQueue: number
  readonly taskTimeout: number
  readonly shutdownTimeout: number
  readonly resourceLimits: ResourceLimits | undefined
  /** A `file:` URL. */
  readonly workerUrl: string | undefined
}

/** The settings of a pool, or what is wrong with its options. */
export const poolSettings = (options: WorkerPoolOptions = {}): PoolSettings | string => {
  if (!isObject(options)) return wrong("options", "an object", options)
  const {
    maxThreads = Math.max(2, Math.floor(availableParallelism() / 2)),
    minThreads = 0,
    idleTimeout = 30_000,
    maxQueue = 256,
    taskTimeout = 10_000,
    shutdownTimeout = 5_000,
    resourceLimits,
    workerUrl
  } = options
  if (!isWhole(maxThreads, 1)) return wrong("maxThreads", whole(1), maxThreads)
  if (!isWhole(minThreads, 0)) return wrong("minThreads", whole(0), minThreads)
  if (minThreads > maxThreads) return wrong("minThreads", `at most \`maxThreads\` (${maxThreads})`, minThreads)
  if (!isCount(maxQueue)) return wrong("maxQueue", count(0), maxQueue)
  const idle = milliseconds(idleTimeout)
  if (idle === undefined) return wrong("idleTimeout", duration, idleTimeout)
  const task = milliseconds(taskTimeout)
  if (task === undefined || task === 0) return wrong("taskTimeout", `${duration}, more than zero`, taskTimeout)
  const shutdown = milliseconds(shutdownTimeout)
  if (shutdown === undefined) return wrong("shutdownTimeout", duration, shutdownTimeout)
  const limits = resourceLimits === undefined ? undefined : checkLimits(resourceLimits)
  if (limits !== undefined) return limits
  const file = workerUrl === undefined ? undefined : fileUrl(workerUrl)
  if (workerUrl !== undefined && file === undefined) {
    return wrong("workerUrl", "a file: URL or an absolute path", workerUrl)
  }
  return {
    maxThreads,
    minThreads,
    idleTimeout: idle,
    maxQueue,
    taskTimeout: task,
    shutdownTimeout: shutdown,
    resourceLimits,
    workerUrl: file
  }
}

// With less, V8 may end the whole process while it makes the thread (tried: below 3 MB of heap, or 0.25 MB of stack).
const leastLimits = {
  maxOldGenerationSizeMb: 8,
  maxYoungGenerationSizeMb: 0.1,
  codeRangeSizeMb: 1,
  stackSizeMb: 0.5
} as const

const checkLimits = (limits: ResourceLimits): string | undefined => {
  if (!isObject(limits)) return wrong("resourceLimits", "an object, as `new Worker` takes it", limits)
  for (const [name, least] of Object.entries(leastLimits)) {
    const limit = limits[name as keyof ResourceLimits]
    if (limit !== undefined && !(typeof limit === "number" && limit >= least)) {
      return wrong(`resourceLimits.${name}`, `a number from ${least} up`, limit)
    }
  }
  return undefined
}

const fileUrl = (url: string | URL): string | undefined => {
  try {
    if (typeof url === "string" && isAbsolute(url)) return pathToFileURL(url).href
    const { href } = new URL(url)
    fileURLToPath(href) // throws if it is no file, or not one of this machine
    return href
  } catch {
    return undefined
  }
}
