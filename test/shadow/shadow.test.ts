import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { Serialization, SerializationLayer, WorkerPool } from "effect-serialization"
import { layerInline } from "effect-serialization/testing"
import type { FrameResult } from "../../src/internal/frame/frame.ts"
import { until } from "../fixtures/pool.ts"
import { records } from "../support/ops.ts"

/** A pool whose answers have a mistake planted in them. */
const layerWrong = (spoil: (text: string) => string) =>
  Layer.effect(
    WorkerPool,
    Effect.map(WorkerPool, (pool) =>
      WorkerPool.of({
        ...pool,
        run: (task) =>
          Effect.map(pool.run(task), ({ bytes, text }): FrameResult => {
            return { bytes, text: text === undefined ? undefined : spoil(text) }
          })
      })
    )
  ).pipe(Layer.provide(layerInline))

const shadowing = (pool: Layer.Layer<WorkerPool>, options: SerializationLayer.LayerOptions = {}) =>
  SerializationLayer.layerNoPool({ routing: "worker", shadow: 1, ...options }).pipe(Layer.provide(pool))

/** The result of shadow mode, when it has looked at so many values. */
const outcomesOf = Effect.fnUntraced(function* (count: number) {
  const { metrics } = yield* Serialization
  const read = () => Effect.runSync(metrics).shadow!
  yield* until(() => Object.values(read().outcomes).reduce((sum, n) => sum + n, 0) >= count)
  return read()
})

it.live("JSON.stringify answers, and the library gives the same text beside it", () =>
  Effect.gen(function* () {
    const { metrics, serialize, serializeToBytes } = yield* Serialization
    const value = [records(3_000), new Date(0), Buffer.from("bytes"), new Map(), "é".repeat(50_000)]
    const { path, serialized } = yield* serialize(value, { label: "GET /report" })
    assert.strictEqual(path, "sync")
    assert.strictEqual(serialized, JSON.stringify(value))
    yield* serializeToBytes(value, { pretty: true, replacer: ["id", "name"] })
    const { labels, outcomes } = yield* outcomesOf(2)
    assert.deepStrictEqual(outcomes, { same: 2, different: 0, skipped: 0, changed: 0, failed: 0 })
    const report = labels["GET /report"]!
    assert.deepStrictEqual([report.compared, report.differences, report.firstDifference], [1, 0, undefined])
    assert.isAbove(report.nativeHold, 0)
    assert.isAbove(report.libraryHold, 0)
    assert.isDefined(labels["unlabelled"])
    const { arms, workerPath } = yield* metrics
    assert.deepStrictEqual([arms.control.calls, workerPath], [2, 0])
  }).pipe(Effect.provide(shadowing(layerInline)))
)

it.live("a planted difference is found, with its pointer, and logged once", () => {
  const messages: Array<unknown> = []
  const logger = Logger.make(({ message }) => void messages.push(message))
  return Effect.gen(function* () {
    const { serialize } = yield* Serialization
    const value = { "a/b": records(2_000), last: true }
    for (let i = 0; i < 2; i++) {
      const { serialized } = yield* serialize(value, { label: "GET /report", space: i })
      assert.strictEqual(serialized, JSON.stringify(value, null, i))
      yield* outcomesOf(i + 1)
    }
    const { labels, outcomes } = yield* outcomesOf(2)
    assert.deepStrictEqual(outcomes, { same: 0, different: 2, skipped: 0, changed: 0, failed: 0 })
    assert.strictEqual(labels["GET /report"]!.firstDifference, "/a~1b/1234/name")
    assert.lengthOf(messages, 1)
    assert.include(String(messages[0]), "/a~1b/1234/name")
  }).pipe(
    Effect.provide(shadowing(layerWrong((text) => text.replace("record 1234", "record 123x")))),
    Effect.provideService(References.MinimumLogLevel, "Warn"),
    Effect.provide(Logger.layer([logger]))
  )
})

it.live("values with user code in them are skipped, and it runs once", () =>
  Effect.gen(function* () {
    const { serialize } = yield* Serialization
    let count = 0
    const toJSON = () => ++count
    const padding = records(200)
    class Inherited {
      toJSON = undefined
      get value() {
        return ++count
      }
    }
    const getter = Object.defineProperty({}, "x", { enumerable: true, get: toJSON })
    const values = [
      [padding, { toJSON }],
      [padding, getter],
      [padding, new Proxy({}, {})],
      [padding, Object.assign(new Date(), { toJSON })]
    ]
    for (const [i, value] of values.entries()) {
      yield* serialize(value)
      yield* outcomesOf(i + 1)
    }
    assert.strictEqual(count, 3)
    yield* serialize([padding, new Inherited()], { replacer: ["id", "value"] })
    const { outcomes } = yield* outcomesOf(5)
    assert.deepStrictEqual(outcomes, { same: 0, different: 0, skipped: 5, changed: 0, failed: 0 })
    // A replacer function is user code, too; such calls are not looked at.
    yield* serialize(padding, { replacer: (_key, value: unknown) => value })
    assert.deepStrictEqual((yield* outcomesOf(5)).outcomes.skipped, 5)
  }).pipe(Effect.provide(shadowing(layerInline)))
)

it.live("a value that the program has changed since is no difference", () =>
  Effect.gen(function* () {
    const { serialize } = yield* Serialization
    const value = records(200)
    yield* serialize(value)
    value[100]!.name = "changed"
    const { outcomes } = yield* outcomesOf(1)
    assert.strictEqual(outcomes.changed, 1)
  }).pipe(Effect.provide(shadowing(layerInline)))
)

it.live("what the rollout takes off the loop is not shadowed", () =>
  Effect.gen(function* () {
    const { metrics, serialize } = yield* Serialization
    yield* serialize(records(200))
    const { shadow, workerPath } = yield* metrics
    assert.strictEqual(workerPath, 1)
    assert.strictEqual(
      Object.values(shadow!.outcomes).reduce((sum, n) => sum + n, 0),
      0
    )
  }).pipe(Effect.provide(shadowing(layerInline, { rollout: 1 })))
)
