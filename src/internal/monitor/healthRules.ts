/**
 * The rules of `Health`, and the sliding window that they look at. Usable without Effect's runtime.
 */
import type { BreakerState } from "../pool/circuitBreaker.ts"
import type { HealthSettings } from "./monitorOptions.ts"

/**
 * The worst severity of all rules that fire.
 *
 * @category models
 * @since 0.1.0
 */
export type HealthStatus = "healthy" | "warning" | "critical"

/**
 * The rules of `Health`.
 *
 * @category models
 * @since 0.1.0
 */
export type PoolRule = "WorkerPoolFailureRate" | "WorkerPoolBreakerOpen" | "EventLoopBlocking"

/**
 * One rule, and what it has found.
 *
 * @category models
 * @since 0.1.0
 */
export interface HealthRule<Name extends string = PoolRule> {
  readonly name: Name
  /** Undefined while the rule does not fire. */
  readonly severity: "critical" | "warning" | undefined
  /** What it looks at: a share, a number of things or of milliseconds, or 1 for what is not as it should be. */
  readonly value: number
  readonly threshold: number
  /** What it has found, in words. */
  readonly message: string
}

/**
 * The result of all rules.
 *
 * @category models
 * @since 0.1.0
 */
export interface HealthState<Name extends string = PoolRule> {
  readonly status: HealthStatus
  readonly rules: ReadonlyArray<HealthRule<Name>>
}

/** Calls, and those of them that a rule is about. */
export interface Share {
  readonly some: number
  readonly all: number
}

/** Totals that only grow, as they were at some times in the window. */
export class Window {
  private readonly length: number
  private readonly samples: Array<{ time: number; some: number; all: number }> = []

  constructor(length: number) {
    this.length = length
  }

  /** Adds the totals of now, and returns what they have grown by since the window began. */
  add(time: number, { all, some }: Share): Share {
    const { samples } = this
    samples.push({ time, some, all })
    // The last sample from before the window is where it begins.
    while (samples.length > 1 && samples[1]!.time <= time - this.length) samples.shift()
    const first = samples[0]!
    return { some: some - first.some, all: all - first.all }
  }
}

/** The calls that used the pool, or were turned away from it, and those of them that failed there. */
export const poolTotals = ({
  fallbackPath,
  workerErrors,
  workerPath
}: {
  readonly workerErrors: number
  readonly workerPath: number
  readonly fallbackPath: number
}): Share => ({ some: workerErrors, all: workerPath + fallbackPath })

export const initialState = (settings: HealthSettings): HealthState =>
  evaluate(settings, { some: 0, all: 0 }, "closed", 0)

export const evaluate = (
  settings: HealthSettings,
  { all: calls, some: errors }: Share,
  breaker: BreakerState,
  lag: number
): HealthState => {
  const rate = calls === 0 ? 0 : errors / calls
  const isFailing = calls >= settings.minCalls && rate > settings.maxFailureRate
  const isBlocking = lag > settings.maxLag
  const rules: ReadonlyArray<HealthRule> = [
    {
      name: "WorkerPoolFailureRate",
      severity: isFailing ? "critical" : undefined,
      value: rate,
      threshold: settings.maxFailureRate,
      message: `a worker thread failed in ${errors} of ${calls} calls`
    },
    {
      name: "WorkerPoolBreakerOpen",
      // Half-open is no more than a warning: if it were critical, an instance that is given no more calls because it is
      // not healthy could never find out that it is.
      severity: breaker === "open" ? "critical" : breaker === "half-open" ? "warning" : undefined,
      value: breaker === "closed" ? 0 : 1,
      threshold: 0,
      message: `the circuit breaker of the worker pool is ${breaker}`
    },
    {
      name: "EventLoopBlocking",
      severity: isBlocking ? "warning" : undefined,
      value: lag,
      threshold: settings.maxLag,
      message: `the event loop was late by up to ${lag.toFixed(0)} ms`
    }
  ]
  return stateOf(rules)
}

/** The worst of some rules. */
export const stateOf = <Name extends string>(rules: ReadonlyArray<HealthRule<Name>>): HealthState<Name> => {
  const has = (severity: HealthStatus) => rules.some((rule) => rule.severity === severity)
  return { status: has("critical") ? "critical" : has("warning") ? "warning" : "healthy", rules }
}
