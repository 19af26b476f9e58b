import { assert, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { Serialization, SerializationLayer } from "effect-serialization"
import { layerFailing, layerInline } from "effect-serialization/testing"
import { exported, exportedFamilies, records, valueOf, withRegistry } from "../support/ops.ts"

const inline = (name: string) =>
  SerializationLayer.layerNoPool({ name, routing: "worker" }).pipe(Layer.provide(layerInline))

it.effect("every path, failure and truncation is counted once, in the snapshot and in what is exported", () =>
  withRegistry(
    Effect.gen(function* () {
      const { metrics, serialize, serializeToBytes } = yield* Serialization
      yield* serialize({ small: true })
      yield* serialize({ small: true })
      yield* serialize(records(200))
      yield* serializeToBytes(records(300))
      yield* serialize(records(200), { routing: "sliced" })
      yield* serialize(records(200), { maxSize: 100, truncate: true })
      yield* Effect.flip(serialize(undefined))
      yield* Effect.flip(serialize(records(200), { maxSize: 100 }))

      const snapshot = yield* metrics
      const families = yield* exported
      const value = (name: string, labels?: Record<string, string>) =>
        valueOf(families, `effect_serialization_${name}`, { ...labels, name: "counted" })
      assert.strictEqual(value("calls", { path: "sync", arm: "none" }), 3)
      assert.strictEqual(snapshot.syncPath, 3)
      assert.strictEqual(value("calls", { path: "worker" }), snapshot.workerPath)
      assert.strictEqual(value("calls", { path: "sliced" }), snapshot.slicedPath)
      assert.strictEqual(snapshot.workerPath + snapshot.slicedPath, 5)
      assert.strictEqual(value("duration_count", { path: "worker" }), snapshot.workerPath)
      assert.strictEqual(value("failures", { reason: "UnsupportedValue" }), 1)
      assert.strictEqual(value("failures", { reason: "SizeLimitExceeded" }), 1)
      assert.strictEqual(value("failures", { reason: "CyclicValue" }), 0)
      assert.strictEqual(snapshot.failures, 2)
      assert.strictEqual(value("truncations"), 1)
      assert.strictEqual(value("output_size"), snapshot.bytes)
      assert.strictEqual(value("frames", { route: "worker" }), snapshot.workerFrames)
      assert.isAbove(snapshot.workerFrames, 0)
      assert.strictEqual(value("breaker_state", { state: "closed" }), 1)
      assert.strictEqual(value("worker_errors", { reason: "WorkerCrashed" }), 0)
    }).pipe(Effect.provide(inline("counted")))
  )
)

it.effect("the exported text has a type, a description and increasing buckets for each family", () =>
  withRegistry(
    Effect.gen(function* () {
      yield* Serialization.use(({ serialize }) => serialize(records(200), { label: 'GET "/a\\b"\n' }))
      const families = yield* exportedFamilies
      for (const family of families) {
        assert.match(family.name, /^effect_serialization_[a-z_]+$/)
        assert.isNotEmpty(family.help, family.name)
        assert.include(["COUNTER", "GAUGE", "HISTOGRAM"], family.type)
      }
      const labels = families.find(({ name }) => name === "effect_serialization_label_calls")!
      assert.lengthOf(labels.metrics, 1)

      const series = yield* exported
      const buckets = series.find(({ name }) => name === "effect_serialization_duration_bucket")!
      const counts = buckets.metrics
        .filter(({ labels }) => labels?.["path"] === "worker")
        .map(({ labels, value }) => [Number(labels!["le"]!.replace("+Inf", "Infinity")), Number(value)] as const)
      const ordered = counts.toSorted(([a], [b]) => a - b).map(([, count]) => count)
      assert.deepStrictEqual(
        ordered,
        ordered.toSorted((a, b) => a - b)
      )
      assert.strictEqual(ordered.at(-1), 1)
      assert.strictEqual(valueOf(series, "effect_serialization_duration_count", { path: "worker" }), 1)
    }).pipe(Effect.provide(inline("formatted")))
  )
)

it.effect("two layers have series of their own, which go with the layer's scope", () =>
  withRegistry(
    Effect.gen(function* () {
      const serializeOnce = Serialization.use(({ serialize }) => serialize(1, { label: "once" }))
      yield* Effect.gen(function* () {
        yield* serializeOnce
        yield* serializeOnce.pipe(Effect.provide(inline("second")))
        const families = yield* exported
        assert.strictEqual(
          valueOf(families, "effect_serialization_calls", { name: "first", path: "sync", arm: "none" }),
          1
        )
        assert.throws(() => valueOf(families, "effect_serialization_truncations", { name: "second" }))
      }).pipe(Effect.provide(inline("first")))
      assert.deepStrictEqual(yield* Metric.snapshot, [])
    })
  )
)

it.effect("labels tell who held the loop, and there is a bound to them", () =>
  withRegistry(
    Effect.gen(function* () {
      const { metrics, serialize } = yield* Serialization
      yield* serialize(records(2_000), { label: "GET /large", routing: "sync" })
      for (let i = 0; i < 300; i++) yield* serialize(i, { label: `GET /item/${i}` })
      const { labels } = yield* metrics
      assert.lengthOf(Object.keys(labels), 101)
      assert.strictEqual(labels["GET /large"]!.calls, 1)
      assert.isAbove(labels["GET /large"]!.longestHold, 0)
      assert.strictEqual(labels["other"]!.calls, 201)
      const families = yield* exported
      assert.strictEqual(valueOf(families, "effect_serialization_label_calls", { label: "other" }), 201)
    }).pipe(Effect.provide(inline("labelled")))
  )
)

it.effect("failed workers are counted by reason", () =>
  withRegistry(
    Effect.gen(function* () {
      const { metrics, serialize } = yield* Serialization
      const { path } = yield* serialize(records(200))
      assert.strictEqual(path, "fallback")
      const families = yield* exported
      assert.strictEqual(valueOf(families, "effect_serialization_worker_errors", { reason: "TaskTimedOut" }), 1)
      assert.strictEqual(valueOf(families, "effect_serialization_calls", { path: "fallback" }), 1)
      assert.strictEqual((yield* metrics).workerFailureRate, 1)
    }).pipe(
      Effect.provide(
        SerializationLayer.layerNoPool({ routing: "worker" }).pipe(Layer.provide(layerFailing("TaskTimedOut")))
      )
    )
  )
)

it.effect("every metric has a unit", () =>
  withRegistry(
    Effect.gen(function* () {
      yield* Serialization.use(({ serialize }) => serialize(records(200)))
      const snapshots = yield* Metric.snapshot
      const duration = snapshots.find(({ id }) => id === "effect_serialization.duration")!
      assert.strictEqual(duration.attributes?.["unit"], "s")
      assert.isTrue(snapshots.every(({ attributes }) => attributes?.["unit"] !== undefined))
    }).pipe(Effect.provide(inline("otlp")))
  )
)
