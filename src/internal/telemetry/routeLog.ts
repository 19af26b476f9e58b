/**
 * Logs at debug level when adaptive routing changes its mind, and registers the series of what each route costs.
 */
import * as Metrics from "../../Metrics.ts"
import type { Registrations } from "./metricSeries.ts"
import type { RoutesOfKind } from "../routing/routeCosts.ts"

export class RouteLog {
  private readonly costs: ReadonlyMap<string, RoutesOfKind>
  private readonly log: (message: string, kind: string) => void
  private readonly preferred = new Map<string, "worker" | "sliced">()
  private readonly series: Registrations

  constructor(
    costs: ReadonlyMap<string, RoutesOfKind>,
    series: Registrations,
    log: (message: string, kind: string) => void
  ) {
    this.costs = costs
    this.series = series
    this.log = log
  }

  /** Compares with what it saw the last time. */
  look(): void {
    for (const [kind, costs] of this.costs) {
      if (costs.worker.frames === 0 || costs.sliced.frames === 0) continue
      const now = costs.worker.total < costs.sliced.total ? "worker" : "sliced"
      const before = this.preferred.get(kind)
      if (before === now) continue
      this.preferred.set(kind, now)
      // A kind is registered once, when both routes are known.
      if (before === undefined) {
        this.series.gauge(Metrics.routeCost, { kind, route: "worker" }, () => costs.worker.total / 1e3)
        this.series.gauge(Metrics.routeCost, { kind, route: "sliced" }, () => costs.sliced.total / 1e3)
      }
      const us = (cost: number) => `${(cost * 1e3).toFixed(2)} us/KiB`
      this.log(`${now} costs less: worker ${us(costs.worker.total)}, sliced ${us(costs.sliced.total)}`, kind)
    }
  }
}
