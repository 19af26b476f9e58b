/**
 * What the tests of operations share.
 */
import { Effect, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
// @ts-expect-error It brings no types.
import parse from "parse-prometheus-text-format"

/** Runs with a registry of metrics of its own. */
export const withRegistry = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(effect, Metric.MetricRegistry, new Map()))

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly metrics: ReadonlyArray<{
    readonly value?: string
    readonly labels?: Readonly<Record<string, string>>
  }>
}

/**
 * The metrics as Effect's Prometheus exporter writes them, read by a parser of that format. It puts the series of a histogram
 * into one, whatever their labels are, so their head is left out: buckets, sum and count are then families of their own.
 */
export const exported: Effect.Effect<ReadonlyArray<Family>> = Effect.map(PrometheusMetrics.format(), (text) => {
  const parts = parse(text.replace(/^# HELP .*\n# TYPE .* histogram\n/gm, "")) as ReadonlyArray<Family>
  const byName = Map.groupBy(parts, ({ name }) => name)
  return Array.from(byName.values(), (parts) => ({ ...parts[0]!, metrics: parts.flatMap(({ metrics }) => metrics) }))
})

/** Exported as it is, with types. */
export const exportedFamilies: Effect.Effect<ReadonlyArray<Family>> = Effect.map(
  PrometheusMetrics.format(),
  (text) => parse(text) as ReadonlyArray<Family>
)

/** The value of the series that has these labels, among others. */
export const valueOf = (families: ReadonlyArray<Family>, name: string, labels: Record<string, string> = {}): number => {
  const family = families.find((family) => family.name === name)
  const found = family?.metrics.filter((metric) =>
    Object.entries(labels).every(([key, value]) => metric.labels?.[key] === value)
  )
  if (found?.length !== 1) throw new Error(`${found?.length ?? 0} series of ${name} ${JSON.stringify(labels)}`)
  return Number(found[0]!.value)
}

/** A value whose text is some kilobytes long; plain data. */
export const records = (count: number): Array<{ id: number; name: string; tags: Array<string> }> =>
  Array.from({ length: count }, (_, id) => ({ id, name: `record ${id}`, tags: ["a", `b${id % 7}`] }))
