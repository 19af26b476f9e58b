/**
 * Makes handles of the library's metrics: one prefix, one unit each.
 */
import * as Metric from "effect/Metric"
import { bounds } from "./callStats.ts"

const prefix = "effect_serialization"

/** A number that only grows. */
export const counter = (id: string, unit: string, description: string): Metric.Counter<number> =>
  Metric.counter(`${prefix}.${id}`, { description, incremental: true, attributes: { unit } })

/** A number as it is now. */
export const gauge = (id: string, unit: string, description: string): Metric.Gauge<number> =>
  Metric.gauge(`${prefix}.${id}`, { description, attributes: { unit } })

/** Times in seconds, by the buckets that all calls have. */
export const times = (id: string, description: string): Metric.Histogram<number> =>
  Metric.histogram(`${prefix}.${id}`, { description, boundaries: bounds, attributes: { unit: "s" } })
