/** The alert rules on caches: they ask for series that exist, are documented, and fire when they should. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { parse } from "yaml"
import { MemoryMonitor, SerializedCache } from "../../src/cache/index.ts"
import * as Metrics from "../../src/cache/Metrics.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"
import { serialization } from "./support/layers.ts"

const file = (path: string): URL =>
  new URL(`../../ops/prometheus/effect-serialization-cache.${path}.yml`, import.meta.url)
const guide = readFileSync(new URL("../../docs/cache.md", import.meta.url), "utf8")

interface Rules {
  readonly groups: ReadonlyArray<{ readonly rules: ReadonlyArray<{ readonly alert: string; readonly expr: string }> }>
}
const rules = (parse(readFileSync(file("rules"), "utf8")) as Rules).groups.flatMap(({ rules }) => rules)

const live = SerializedCache.layerNoStore().pipe(
  Layer.provide(Layer.unwrap(Effect.sync(() => makeStoreMemory().layer))),
  Layer.provideMerge(MemoryMonitor.layer()),
  Layer.provide(serialization)
)

/** The names of all series of a cache with a store and a monitor, as Prometheus has them. */
const series = Effect.gen(function* () {
  yield* SerializedCache
  return new Set((yield* Metric.snapshot).map(({ id }) => id.replaceAll(".", "_")))
}).pipe(Effect.provide(live))

describe("alerts on caches", () => {
  it.effect("ask only for series that exist", () =>
    Effect.gen(function* () {
      const names = yield* series
      for (const { alert, expr } of rules) {
        const asked = expr.match(/effect_serialization_\w+/g) ?? []
        assert.isNotEmpty(asked, alert)
        for (const name of asked) assert.isTrue(names.has(name), `${name} of ${alert}`)
      }
    })
  )

  it.effect("each handle of the Metrics module is exported", () =>
    Effect.gen(function* () {
      const names = yield* series
      for (const { id } of Object.values(Metrics)) assert.isTrue(names.has(id.replaceAll(".", "_")), id)
    })
  )

  it("are documented", () => {
    for (const { alert } of rules) assert.include(guide, `\`${alert}\``)
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
