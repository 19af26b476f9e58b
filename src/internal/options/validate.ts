/**
 * The checks of options, and their defaults.
 *
 * All are pure: they return what is wrong as a message, which the caller makes an `InvalidOptions`. A call with options in
 * order allocates nothing here, because a whole call may take a microsecond.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { availableParallelism } from "node:os"
import { isAbsolute } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { ResourceLimits } from "node:worker_threads"
import type { HealthOptions } from "../../Health.ts"
import { describeValue } from "../value/describeValue.ts"
import type { LayerOptions, Routing, SerializeOptions, StreamOptions, WorkerPoolOptions } from "./callOptions.ts"

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

/** What is left of {@link LayerOptions} without the pool's, filled in in the same way. */
export interface EngineSettings {
  readonly name: string
  readonly syncThreshold: number
  readonly routing: Routing
  readonly fallback: boolean
  readonly turnBudget: number
  /** The share of calls that go off the event loop. */
  readonly rollout: number | SubscriptionRef.SubscriptionRef<number>
  readonly shadow: number
}

export const defaultChunkSize = 65536

/** What is wrong with the options of `serialize` and `serializeToBytes`, if anything is. */
export const checkSerializeOptions = (options: SerializeOptions | undefined): string | undefined => {
  if (options === undefined) return undefined
  if (!isObject(options)) return wrong("options", "an object", options)
  const { label, maxSize, pretty, rolloutKey, routing, truncate } = options
  if (maxSize !== undefined && !isCount(maxSize)) return wrong("maxSize", count(0), maxSize)
  if (pretty !== undefined && typeof pretty !== "boolean") return wrong("pretty", "true or false", pretty)
  if (truncate !== undefined && typeof truncate !== "boolean") return wrong("truncate", "true or false", truncate)
  if (routing !== undefined && !isRouting(routing)) return wrong("routing", routings, routing)
  if (label !== undefined && typeof label !== "string") return wrong("label", "a string", label)
  if (rolloutKey !== undefined && typeof rolloutKey !== "string") return wrong("rolloutKey", "a string", rolloutKey)
  return undefined
}

/** What is wrong with a signal, if anything is. */
export const checkSignal = (signal: unknown): string | undefined =>
  signal === undefined || signal instanceof AbortSignal ? undefined : wrong("signal", "an AbortSignal", signal)

/** What is wrong with the options of `stream`, if anything is. */
export const checkStreamOptions = (options: StreamOptions | undefined): string | undefined => {
  const message = checkSerializeOptions(options)
  if (message !== undefined || options === undefined) return message
  const { chunkSize, onEnd } = options
  if (chunkSize !== undefined && !isWhole(chunkSize, 1)) return wrong("chunkSize", whole(1), chunkSize)
  if (onEnd !== undefined && typeof onEnd !== "function") return wrong("onEnd", "a function", onEnd)
  return undefined
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

/** The settings of the engine, or what is wrong with the options. */
export const engineSettings = (options: LayerOptions = {}): EngineSettings | string => {
  if (!isObject(options)) return wrong("options", "an object", options)
  const {
    fallback = true,
    name = "default",
    routing = "adaptive",
    shadow = 0,
    syncThreshold = 1024,
    turnBudget = 1
  } = options
  // Shadow mode compares calls that stay on `JSON.stringify`: with it, all do unless something else is asked for.
  const rollout = options.rollout ?? (shadow > 0 ? 0 : 1)
  if (typeof name !== "string" || name === "") return wrong("name", "a string that is not empty", name)
  if (!isCount(syncThreshold)) return wrong("syncThreshold", count(0), syncThreshold)
  if (!isRouting(routing)) return wrong("routing", routings, routing)
  if (typeof fallback !== "boolean") return wrong("fallback", "true or false", fallback)
  const budget = milliseconds(turnBudget)
  if (budget === undefined || budget === 0 || budget === Infinity) {
    return wrong("turnBudget", `${duration}, more than zero and finite`, turnBudget)
  }
  if (!isShare(shadow)) return wrong("shadow", share, shadow)
  if (!isShare(rollout) && !SubscriptionRef.isSubscriptionRef(rollout)) {
    return wrong("rollout", `${share}, or a \`SubscriptionRef\` of one`, rollout)
  }
  return { name, syncThreshold, routing, fallback, turnBudget: budget, rollout, shadow }
}

/** The settings of the event-loop monitor, in milliseconds, or what is wrong with its options. */
export const monitorSettings = (
  options: { readonly window?: Duration.Input | undefined; readonly resolution?: Duration.Input | undefined } = {}
): { readonly window: number; readonly resolution: number } | string => {
  if (!isObject(options)) return wrong("options", "an object", options)
  const window = milliseconds(options.window ?? 60_000)
  if (window === undefined || window < 20 || window === Infinity) {
    return wrong("window", `${duration}, from 20 milliseconds up and finite`, options.window)
  }
  const resolution = milliseconds(options.resolution ?? 10)
  if (!isWhole(resolution, 1))
    return wrong("resolution", `${duration}, whole milliseconds from 1 up`, options.resolution)
  return { window, resolution: resolution! }
}

/** The settings of `Health`; times in milliseconds. */
export interface HealthSettings {
  readonly window: number
  readonly interval: number
  readonly minCalls: number
  readonly maxFailureRate: number
  readonly maxLag: number
}

/** The settings of `Health`, or what is wrong with its options. */
export const healthSettings = (options: HealthOptions = {}): HealthSettings | string => {
  if (!isObject(options)) return wrong("options", "an object", options)
  const { minCalls = 20, maxFailureRate = 0.05 } = options
  const window = milliseconds(options.window ?? 60_000)
  if (!isTime(window)) return wrong("window", `${duration}, more than zero and finite`, options.window)
  const interval = milliseconds(options.interval ?? 5_000)
  if (!isTime(interval)) return wrong("interval", `${duration}, more than zero and finite`, options.interval)
  const maxLag = milliseconds(options.maxLag ?? 50)
  if (maxLag === undefined) return wrong("maxLag", duration, options.maxLag)
  if (!isWhole(minCalls, 0)) return wrong("minCalls", whole(0), minCalls)
  if (!isShare(maxFailureRate)) return wrong("maxFailureRate", share, maxFailureRate)
  return { window, interval, minCalls, maxFailureRate, maxLag }
}

const isTime = (time: number | undefined): time is number => time !== undefined && time > 0 && time < Infinity

const wrong = (name: string, expected: string, given: unknown): string =>
  `Expected \`${name}\` to be ${expected}, but it is ${given instanceof URL ? given.href : describeValue(given)}`

const routings = 'one of "adaptive", "worker", "sliced", "sync"'

const duration = 'a duration, as milliseconds or like "30 seconds"'

const whole = (from: number): string => `a whole number from ${from} up`

const count = (from: number): string => `${whole(from)}, or Infinity`

const share = "a number from 0 to 1"

const isShare = (u: unknown): u is number => typeof u === "number" && u >= 0 && u <= 1

const isObject = (u: unknown): u is object => typeof u === "object" && u !== null

const isWhole = (u: unknown, from: number): boolean => Number.isSafeInteger(u) && (u as number) >= from

const isCount = (u: unknown): boolean => isWhole(u, 0) || u === Infinity

const isRouting = (u: unknown): boolean => u === "adaptive" || u === "worker" || u === "sliced" || u === "sync"

// `Duration` takes NaN as zero; as an option it is a mistake, as negative times are.
const milliseconds = (input: Duration.Input): number | undefined => {
  if (typeof input === "number" && !(input >= 0)) return undefined
  const parsed = Option.getOrUndefined(Duration.fromInput(input))
  return parsed === undefined || Duration.isNegative(parsed) ? undefined : Duration.toMillis(parsed)
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
