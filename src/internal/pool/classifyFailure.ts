/**
 * Tells apart what Piscina and Node report when a thread fails.
 */
import * as Duration from "effect/Duration"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describeThrown } from "../value/describeValue.ts"
import {
  NotCloneable,
  PoolClosed,
  QueueFull,
  TaskTimedOut,
  WorkerCrashed,
  WorkerOutOfMemory,
  WorkerPoolError,
  WorkerStartFailed
} from "./workerPoolError.ts"

/** A start that failed for a reason that only this library knows. The message is the detail to show. */
export class StartFailure extends Error {}

/** The error of a thread that did not get ready. `module` is the name of the worker file in the package. */
export const startFailed = (workerFile: string, module: string, cause: unknown): WorkerPoolError =>
  new WorkerPoolError({
    reason: new WorkerStartFailed({ workerFile, detail: startDetail(workerFile, module, cause), cause })
  })

const moreThreads = "Raise the limit of processes and threads (of the container, or `ulimit -u`), or lower `maxThreads`"
const permission =
  'Start Node with `--allow-worker` and `--allow-fs-read` (the worker file and its imports), or set `routing: "sliced"`'
const bundled =
  "If the program is bundled, keep `piscina` out of the bundle, and set `workerUrl` to the built worker file"

const startDetail = (workerFile: string, module: string, cause: unknown): string => {
  if (cause instanceof StartFailure) return cause.message
  const message = describeThrown(cause)
  switch (codeOf(cause)) {
    // `new Worker` throws this when the limit of threads is reached.
    case "ERR_WORKER_INIT_FAILED":
      return `The system gives no thread: ${message}. ${moreThreads}`
    case "ERR_ACCESS_DENIED":
      return `Node's permission model forbids it: ${message}. ${permission}`
  }
  if (!exists(workerFile)) {
    const remedy = `Build \`${module}\` as a file of its own, and set \`workerUrl\` to it`
    return `There is no such file. Bundlers leave it out. ${remedy}`
  }
  return isOutOfMemory(cause)
    ? `It failed to load: ${message}. Raise \`resourceLimits\``
    : `It failed to load: ${message}. ${bundled}`
}

const exists = (workerFile: string): boolean => {
  try {
    return existsSync(fileURLToPath(workerFile))
  } catch {
    return false
  }
}

/**
 * The error of a task. `posted` tells whether the thread has received it. A failure before that is a failure of the
 * clone, whatever was thrown: the clone runs getters of the value.
 */
export const taskFailed = (cause: unknown, posted: boolean): WorkerPoolError => {
  if (!posted) return new WorkerPoolError({ reason: new NotCloneable({ cause }) })
  if (isOutOfMemory(cause)) return new WorkerPoolError({ reason: new WorkerOutOfMemory({ cause }) })
  const exit = cause instanceof Error ? /^worker exited with code: (\d+)$/.exec(cause.message) : null
  return new WorkerPoolError({
    reason: new WorkerCrashed(exit === null ? { cause } : { exitCode: Number(exit[1]), cause })
  })
}

/**
 * Whether user code in the value threw: a getter or a trap that the clone ran. Then the pool is sound, and the calling
 * thread meets the same error when it makes the text. The clone's own errors are a `DataCloneError`, and a `RangeError`
 * where the nesting is too deep.
 */
export const isErrorOfValue = ({ reason }: WorkerPoolError): boolean =>
  reason._tag === "NotCloneable" &&
  !(reason.cause instanceof DOMException && reason.cause.name === "DataCloneError") &&
  !(reason.cause instanceof RangeError)

const isOutOfMemory = (cause: unknown): boolean => codeOf(cause) === "ERR_WORKER_OUT_OF_MEMORY"

const codeOf = (cause: unknown): unknown => (cause instanceof Error && "code" in cause ? cause.code : undefined)

export const queueFull = (maxQueue: number): WorkerPoolError =>
  new WorkerPoolError({ reason: new QueueFull({ maxQueue }) })

export const taskTimedOut = (milliseconds: number): WorkerPoolError =>
  new WorkerPoolError({ reason: new TaskTimedOut({ taskTimeout: Duration.millis(milliseconds) }) })

export const poolClosed = (): WorkerPoolError => new WorkerPoolError({ reason: new PoolClosed({}) })
