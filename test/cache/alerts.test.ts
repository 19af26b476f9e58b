/** The alert rules on caches: they ask for series that exist, are documented, and fire when they should. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { parse } from "yaml"
import { MemoryMonitor, SerializedCache } from "../../src/cache/index.ts"
import { Counters } from "../../src/cache/internal/counters.ts"
import { cacheHealthSettings, CacheRules } from "../../src/cache/internal/healthRules.ts"
import * as Metrics from "../../src/cache/Metrics.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"
import { exported, withRegistry } from "../support/ops.ts"
import { selectorsOf } from "../support/promql.ts"
import { serialization } from "./support/layers.ts"

const file = (path: string): URL =>
  new URL(`../../ops/prometheus/effect-serialization-cache.${path}.yml`, import.meta.url)
const operations = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8")
const dashboard = new URL("../../ops/grafana/effect-serialization-cache.json", import.meta.url)

interface Rules {
  readonly groups: ReadonlyArray<{ readonly rules: ReadonlyArray<{ readonly alert: string; readonly expr: string }> }>
}
const rules = (parse(readFileSync(file("rules"), "utf8")) as Rules).groups.flatMap(({ rules }) => rules)

interface Dashboard {
  readonly panels: ReadonlyArray<{ readonly targets: ReadonlyArray<{ readonly expr: string }> }>
}
const queries = (JSON.parse(readFileSync(dashboard, "utf8")) as Dashboard).panels.flatMap(({ targets }) => targets)

const live = SerializedCache.layerNoStore().pipe(
  Layer.provide(Layer.unwrap(Effect.sync(() => makeStoreMemory().layer))),
  Layer.provideMerge(MemoryMonitor.layer()),
  Layer.provide(serialization)
)

/** The series of a cache with a store and a monitor, as Prometheus has them. */
const families = withRegistry(Effect.andThen(SerializedCache, exported).pipe(Effect.provide(live)))

describe("alerts and dashboard of caches", () => {
  it.effect("ask only for series that exist", () =>
    Effect.gen(function* () {
      const found = yield* families
      for (const { expr } of [...rules, ...queries]) {
        const selectors = selectorsOf(expr)
        assert.isNotEmpty(selectors, expr)
        for (const { labels, name } of selectors) {
          const family = found.find((family) => family.name === name)
          assert.isDefined(family, `${name} in ${expr}`)
          const isThere = family!.metrics.some((metric) =>
            Object.entries(labels).every(([key, value]) => metric.labels?.[key] === value)
          )
          assert.isTrue(isThere, `${JSON.stringify(labels)} of ${name} in ${expr}`)
        }
      }
    })
  )

  it.effect("each handle of the Metrics module is exported, and documented", () =>
    Effect.gen(function* () {
      const snapshot = yield* withRegistry(Effect.andThen(SerializedCache, Metric.snapshot).pipe(Effect.provide(live)))
      const names = new Set(snapshot.map(({ id }) => id))
      for (const { id } of Object.values(Metrics)) {
        assert.isTrue(names.has(id), id)
        assert.include(operations, `\`${id}\``)
      }
    })
  )

  it("are documented, each with what to do", () => {
    for (const { alert } of rules) assert.match(operations, new RegExp(`^### .*\\b${alert}\\b`, "m"))
  })

  it("are the rules of CacheHealth too, with another name where one is critical later", () => {
    const settings = cacheHealthSettings()
    assert(typeof settings === "object")
    const figures = { requests: new Counters().requests, store: undefined, invalidationsQueued: 0 }
    const names: ReadonlyArray<string> = new CacheRules(settings, 0, figures)
      .evaluate(0, figures, 0)
      .rules.map(({ name }) => name)
    const shared = rules.map(({ alert }) => alert.replace(/(Long|Critical)$/, ""))
    assert.deepStrictEqual([...new Set(shared)], names)
  })

  const hasPromtool = spawnSync("promtool", ["--version"]).status === 0

  it.skipIf(!hasPromtool)("promtool finds the rules right, and they fire when they should", () => {
    for (const args of [
      ["check", "rules", file("rules").pathname],
      ["test", "rules", file("test").pathname]
    ]) {
      const { status, stderr, stdout } = spawnSync("promtool", args, { encoding: "utf8" })
      assert.strictEqual(status, 0, stdout + stderr)
    }
  })
})
