import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { Serialization, SerializationLayer } from "effect-serialization"
import { EventLoopMonitor } from "effect-serialization/EventLoopMonitor"
import * as Metrics from "effect-serialization/Metrics"
import { layerInline } from "effect-serialization/testing"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { parse } from "yaml"
import { PrometheusMetrics } from "effect/observability"
import { exported, records, withRegistry } from "../support/ops.ts"
import { selectorsOf } from "../support/promql.ts"

const file = (path: string): URL => new URL(`../../ops/${path}`, import.meta.url)
const rulesFile = file("prometheus/effect-serialization.rules.yml")
const grafanaFile = file("grafana/effect-serialization.json")

interface Rules {
  readonly groups: ReadonlyArray<{ readonly rules: ReadonlyArray<{ readonly alert: string; readonly expr: string }> }>
}
interface Dashboard {
  readonly panels: ReadonlyArray<{ readonly title: string; readonly targets: ReadonlyArray<{ readonly expr: string }> }>
}

const { groups } = parse(readFileSync(rulesFile, "utf8")) as Rules
const alerts = groups.flatMap(({ rules }) => rules)
const panels = (JSON.parse(readFileSync(grafanaFile, "utf8")) as Dashboard).panels
const queries = panels.flatMap(({ targets, title }) => targets.map(({ expr }) => ({ title, expr })))

/** What is exported when every kind of thing has happened. */
const everything = withRegistry(
  Effect.gen(function* () {
    const { serialize } = yield* Serialization
    yield* serialize(records(200), { label: "GET /records" })
    return { families: yield* exported, snapshot: yield* Metric.snapshot, text: yield* PrometheusMetrics.format() }
  }).pipe(
    Effect.provide(
      SerializationLayer.layerNoPool({ shadow: 0.001 }).pipe(
        Layer.provide(layerInline),
        Layer.provideMerge(EventLoopMonitor.layer())
      )
    )
  )
)

describe("alerts and dashboard", () => {
  it("are the alerts that the documentation names", () => {
    assert.deepStrictEqual(
      alerts.map(({ alert }) => alert),
      ["WorkerPoolFailureRate", "WorkerPoolBreakerOpen", "EventLoopBlocking", "ShadowDifference"]
    )
    const operations = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8")
    for (const { alert } of alerts) assert.include(operations, `### ${alert}`)
  })

  it.effect("ask only for series that exist", () =>
    Effect.gen(function* () {
      const { families } = yield* everything
      for (const { expr } of [...alerts, ...queries]) {
        const selectors = selectorsOf(expr)
        assert.isNotEmpty(selectors, expr)
        for (const { labels, name } of selectors) {
          const family = families.find((family) => family.name === name)
          assert.isDefined(family, `${name} in ${expr}`)
          const found = family!.metrics.some((metric) =>
            Object.entries(labels).every(([key, value]) => metric.labels?.[key] === value)
          )
          assert.isTrue(found, `${JSON.stringify(labels)} of ${name} in ${expr}`)
        }
      }
    })
  )

  it.effect("each handle of the Metrics module is exported, and documented", () =>
    Effect.gen(function* () {
      const { snapshot } = yield* everything
      const operations = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8")
      // These have series when adaptive routing, or shadow mode, knows something.
      const late = [Metrics.routeCost.id, Metrics.shadowHoldMax.id]
      for (const { id } of Object.values(Metrics)) {
        if (!late.includes(id))
          assert.isDefined(
            snapshot.find((series) => series.id === id),
            id
          )
        assert.include(operations, `\`${id}\``)
      }
    })
  )

  const hasPromtool = spawnSync("promtool", ["--version"]).status === 0

  it.skipIf(!hasPromtool)("promtool finds the rules right, and they fire when they should", () => {
    const check = spawnSync("promtool", ["check", "rules", rulesFile.pathname], { encoding: "utf8" })
    assert.strictEqual(check.status, 0, check.stdout + check.stderr)
    const tests = spawnSync("promtool", ["test", "rules", file("prometheus/effect-serialization.test.yml").pathname], {
      encoding: "utf8"
    })
    assert.strictEqual(tests.status, 0, tests.stdout + tests.stderr)
  })

  it.effect.skipIf(!hasPromtool)("promtool can read the exported text", () =>
    Effect.gen(function* () {
      const { text } = yield* everything
      const { status, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" })
      // 3: readable, but names without `_total`, which Effect's exporter does not add.
      assert.include([0, 3], status, stderr)
      assert.notInclude(stderr, "error while linting")
    })
  )
})
