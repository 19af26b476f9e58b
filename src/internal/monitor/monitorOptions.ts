/**
 * The options of the event-loop monitor and of `Health`: their types, defaults and checks.
 */
import type * as Duration from "effect/Duration"
import { duration, isObject, isShare, isWhole, milliseconds, share, whole, wrong } from "../options/validators.ts"

/**
 * Options of the event-loop monitor.
 *
 * @category models
 * @since 0.1.0
 */
export interface EventLoopMonitorOptions {
  /**
   * How far back `maxLagInWindow` goes. The other figures cover at least the last half of it. From 20 milliseconds up.
   * Default 1 minute.
   */
  readonly window?: Duration.Input | undefined
  /**
   * How often the delay is measured where Node cannot measure each iteration of the loop (before 24.21, and from 25 up
   * to 26.5). Whole milliseconds. Default 10 milliseconds.
   */
  readonly resolution?: Duration.Input | undefined
}

/**
 * Options of `Health`.
 *
 * @category models
 * @since 0.1.0
 */
export interface HealthOptions {
  /** How far back calls count. Default 1 minute. The event loop's window is the monitor's. */
  readonly window?: Duration.Input | undefined
  /** How often the rules are evaluated. Default 5 seconds. */
  readonly interval?: Duration.Input | undefined
  /** How many calls must use the pool in the window before their failure rate counts. Default 20. */
  readonly minCalls?: number | undefined
  /** `WorkerPoolFailureRate` fires above this rate. From 0 to 1. Default 0.05. */
  readonly maxFailureRate?: number | undefined
  /** `EventLoopBlocking` fires above this delay. Default 50 milliseconds. */
  readonly maxLag?: Duration.Input | undefined
}

/** The settings of the event-loop monitor, in milliseconds, or what is wrong with its options. */
export const monitorSettings = (
  options: EventLoopMonitorOptions = {}
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
