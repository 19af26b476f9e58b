/**
 * The rules of `CacheHealth`, and how long each has had a reason to fire. Usable without Effect's runtime.
 */
import type * as Duration from "effect/Duration"
import { type HealthRule, type HealthState, stateOf, Window } from "../../internal/monitor/healthRules.ts"
import { duration, isObject, isShare, milliseconds, share, wrong } from "./check.ts"
import { criticalFrom, elevatedFrom } from "./memoryReading.ts"
import type { CacheMetrics } from "./snapshot.ts"

/**
 * The rules on a cache.
 *
 * @category models
 * @since 0.1.0
 */
export type CacheRule = "CacheStoreDetached" | "CacheHitRateLow" | "MemoryPressure" | "CacheInvalidationsQueued"

/**
 * Options of `CacheHealth`.
 *
 * @category models
 * @since 0.1.0
 */
export interface CacheHealthOptions {
  /** How often the rules are evaluated. Default 5 seconds. */
  readonly interval?: Duration.Input | undefined
  /** How far back reads count. Default 5 minutes. */
  readonly window?: Duration.Input | undefined
  /** `CacheHitRateLow` fires below this share of reads without a computation of their own. Default 0.7. */
  readonly minHitRate?: number | undefined
  /** How many reads must be in the window before their share counts. Default 100. */
  readonly minReads?: number | undefined
  /** After so long `CacheStoreDetached` is critical. Default 5 minutes. */
  readonly detachedFor?: Duration.Input | undefined
  /** After so long `CacheInvalidationsQueued` fires. Default 1 minute. */
  readonly queuedFor?: Duration.Input | undefined
}

/** Times in milliseconds. */
export interface CacheHealthSettings {
  readonly interval: number
  readonly window: number
  readonly detachedFor: number
  readonly queuedFor: number
  readonly minHitRate: number
  readonly minReads: number
}

const times = { interval: 5_000, window: 300_000, detachedFor: 300_000, queuedFor: 60_000 }

/** The settings, or what is wrong with the options. */
export const cacheHealthSettings = (options: CacheHealthOptions = {}): CacheHealthSettings | string => {
  if (!isObject(options)) return wrong("options", "an object", options)
  const { minHitRate = 0.7, minReads = 100 } = options
  const settings = { ...times }
  for (const name of Object.keys(times) as Array<keyof typeof times>) {
    const time = milliseconds(options[name] ?? times[name])
    if (time === undefined || time === 0 || time === Infinity) {
      return wrong(name, `${duration}, more than zero and finite`, options[name])
    }
    settings[name] = time
  }
  if (!isShare(minHitRate)) return wrong("minHitRate", share, minHitRate)
  if (!Number.isInteger(minReads) || minReads < 0) return wrong("minReads", "a whole number from 0 up", minReads)
  return { ...settings, minHitRate, minReads }
}

type Figures = Pick<CacheMetrics, "requests" | "store" | "invalidationsQueued">

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

/** Evaluates the rules, one time after the other. */
export class CacheRules {
  private readonly settings: CacheHealthSettings
  private readonly window: Window
  private detachedSince: number | undefined = undefined
  private queuedSince: number | undefined = undefined

  /** Reads before `now` are not in the window. */
  constructor(settings: CacheHealthSettings, now: number, figures: Figures) {
    this.settings = settings
    this.window = new Window(settings.window)
    this.reads(now, figures)
  }

  /** `pressure` is the share of the memory that is used; 0 where nobody watches it. */
  evaluate(now: number, figures: Figures, pressure: number): HealthState<CacheRule> {
    this.detachedSince = figures.store === "detached" ? (this.detachedSince ?? now) : undefined
    this.queuedSince = figures.invalidationsQueued > 0 ? (this.queuedSince ?? now) : undefined
    return stateOf([
      this.detached(now),
      this.hitRate(now, figures),
      memoryPressure(pressure),
      this.queued(now, figures.invalidationsQueued)
    ])
  }

  private reads(now: number, { requests }: Figures) {
    const all = Object.values(requests).reduce((total, tiers) => total + sum(tiers), 0)
    return this.window.add(now, { some: sum(requests.hit) + sum(requests.stale) + sum(requests.coalesced), all })
  }

  private detached(now: number): HealthRule<CacheRule> {
    const since = this.detachedSince
    return {
      name: "CacheStoreDetached",
      severity: since === undefined ? undefined : now - since >= this.settings.detachedFor ? "critical" : "warning",
      value: since === undefined ? 0 : 1,
      threshold: 0,
      message: "the store of the cache does not answer"
    }
  }

  private hitRate(now: number, figures: Figures): HealthRule<CacheRule> {
    const { minHitRate, minReads } = this.settings
    const { all, some } = this.reads(now, figures)
    const rate = all === 0 ? 1 : some / all
    return {
      name: "CacheHitRateLow",
      severity: all >= minReads && rate < minHitRate ? "warning" : undefined,
      value: rate,
      threshold: minHitRate,
      message: `the cache answered ${some} of ${all} reads`
    }
  }

  private queued(now: number, queued: number): HealthRule<CacheRule> {
    const since = this.queuedSince
    return {
      name: "CacheInvalidationsQueued",
      severity: since !== undefined && now - since >= this.settings.queuedFor ? "critical" : undefined,
      value: queued,
      threshold: 0,
      message: `the store has not heard of ${queued} invalidations`
    }
  }
}

/** The same state without a rule that fires. */
export const quiet = ({ rules }: HealthState<CacheRule>): HealthState<CacheRule> =>
  stateOf(rules.map((rule) => ({ ...rule, severity: undefined })))

const memoryPressure = (pressure: number): HealthRule<CacheRule> => ({
  name: "MemoryPressure",
  severity: pressure >= criticalFrom ? "critical" : pressure >= elevatedFrom ? "warning" : undefined,
  value: pressure,
  threshold: elevatedFrom,
  message: `${(pressure * 100).toFixed(0)} % of the memory is used`
})
