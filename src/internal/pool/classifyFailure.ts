/**
 * What Piscina and Node say when a thread fails, told apart.
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

/** A start failed for a reason that only this library knows; the message is the detail to show. */
export class StartFailure extends Error {}

/** The error of a thread that did not become ready. `module` is the worker file's name in the package. */
export const startFailed = (workerFile: string, module: string, cause: unknown): WorkerPoolError =>
  new WorkerPoolError({
    reason: new WorkerStartFailed({ workerFile, detail: startDetail(workerFile, module, cause), cause })
  })

const startDetail = (workerFile: string, module: string, cause: unknown): string => {
  if (cause instanceof StartFailure) return cause.message
  const message = describeThrown(cause)
  switch (codeOf(cause)) {
    // What `new Worker` throws where the limit of threads is reached.
    case "ERR_WORKER_INIT_FAILED":
      return `The system gives no thread: ${message}. Raise the limit of processes and threads (a container's, or \`ulimit -u\`), or lower \`maxThreads\``
    case "ERR_ACCESS_DENIED":
      return `Node's permission model forbids it: ${message}. Give Node \`--allow-worker\`, and \`--allow-fs-read\` for the worker file and what it imports, or choose \`routing: "sliced"\``
  }
  if (!exists(workerFile)) {
    return `There is no such file. A bundler leaves it out: build \`${module}\` as a file of its own, and give its place as \`workerUrl\``
  }
  return isOutOfMemory(cause)
    ? `It failed to load: ${message}. Raise \`resourceLimits\``
    : `It failed to load: ${message}. If the program is bundled, keep \`piscina\` out of the bundle and give the built worker file as \`workerUrl\``
}

const exists = (workerFile: string): boolean => {
  try {
    return existsSync(fileURLToPath(workerFile))
  } catch {
    return false
  }
}

/**
 * The error of a task. `posted` tells whether the thread had been given it: a failure before that is one of the clone, whatever
 * was thrown, since cloning runs getters of the value.
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
 * Whether user code in the value threw, a getter or a trap that the clone ran. Nothing is wrong with the pool then, and who does the frame
 * again meets the error itself. The clone's own errors are a `DataCloneError`, and a `RangeError` for what is too deep.
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
