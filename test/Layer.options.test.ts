/** Options of a layer, given in code or read from the environment, and what becomes of bad ones. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Config, ConfigProvider, Context, Effect, Exit, Layer } from "effect"
import type { LayerOptions } from "../src/Layer.ts"
import * as SerializationLayer from "../src/Layer.ts"
import { Serialization } from "../src/Serialization.ts"
import { isSerializationError } from "../src/SerializationError.ts"
import { layerInline } from "../src/testing.ts"
import { fixture, patient } from "./fixtures/pool.ts"

describe("options", () => {
  const bad: ReadonlyArray<[any, RegExp]> = [
    [{ syncThreshold: -1 }, /`syncThreshold` to be a whole number from 0 up, or Infinity, but it is -1/],
    [{ syncThreshold: NaN }, /`syncThreshold`.*NaN/],
    [{ routing: "fast" }, /`routing` to be one of "adaptive", "worker", "sliced", "sync", but it is "fast"/],
    [{ fallback: "no" }, /`fallback` to be true or false/],
    [{ turnBudget: 0 }, /`turnBudget`/],
    [{ name: "" }, /`name`/],
    [null, /`options` to be an object/]
  ]
  const badPool: ReadonlyArray<[any, RegExp]> = [
    [{ maxThreads: 0 }, /`maxThreads` to be a whole number from 1 up, but it is 0/],
    [{ minThreads: 3, maxThreads: 2 }, /`minThreads` to be at most `maxThreads` \(2\)/],
    [{ maxQueue: -1 }, /`maxQueue`/],
    [{ idleTimeout: -1 }, /`idleTimeout`/],
    [{ taskTimeout: 0 }, /`taskTimeout`/],
    [{ shutdownTimeout: "soon" }, /`shutdownTimeout`/],
    [{ workerUrl: "https://example.org/worker.js" }, /`workerUrl`/]
  ]
  const layers: { readonly [name: string]: (options: LayerOptions) => Layer.Layer<Serialization> } = {
    layer: SerializationLayer.layer,
    layerNoPool: (options) => Layer.provide(SerializationLayer.layerNoPool(options), layerInline),
    layerSliced: SerializationLayer.layerSliced
  }

  for (const [name, makeLayer] of Object.entries(layers)) {
    for (const [options, message] of name === "layer" ? [...bad, ...badPool] : bad) {
      it.effect(`${name}: ${JSON.stringify(options)} is a defect when it is built`, () =>
        Effect.gen(function* () {
          // Making the layer is not building it.
          const layer = makeLayer(options as LayerOptions)
          const exit = yield* Effect.exit(Effect.scoped(Layer.build(layer)))
          assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
          const defect = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
          assert.isTrue(isSerializationError(defect) && defect.reason._tag === "InvalidOptions")
          assert.match((defect as Error).message, message)
        })
      )
    }
  }
})

describe("layerConfig", () => {
  const build = (env: Record<string, string>, options?: Config.Wrap<LayerOptions>) =>
    SerializationLayer.layerConfig(options).pipe(
      Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
      Layer.build
    )
  const pathOf = (env: Record<string, string>, value: unknown) =>
    Effect.gen(function* () {
      const service = Context.get(yield* build(env), Serialization)
      return (yield* service.serialize(value)).path
    })

  it.live("reads the environment", () =>
    Effect.gen(function* () {
      const text = "x".repeat(5000)
      const worker = { SERIALIZATION_ROUTING: "worker", SERIALIZATION_TASK_TIMEOUT: patient.taskTimeout }
      assert.strictEqual(yield* pathOf({ SERIALIZATION_ROUTING: "sliced" }, text), "sliced")
      assert.strictEqual(yield* pathOf({ SERIALIZATION_ROUTING: "sync" }, text), "sync")
      assert.strictEqual(yield* pathOf({ SERIALIZATION_SYNC_THRESHOLD: "10000" }, text), "sync")
      assert.strictEqual(
        yield* pathOf({ SERIALIZATION_ROUTING: "sliced", SERIALIZATION_SYNC_THRESHOLD: "0" }, 1),
        "sliced"
      )
      assert.strictEqual(yield* pathOf(worker, text), "worker")
    })
  )

  it.live("every option has its variable", () =>
    Effect.gen(function* () {
      const context = yield* build({
        SERIALIZATION_NAME: "mine",
        SERIALIZATION_SYNC_THRESHOLD: "100",
        SERIALIZATION_ROUTING: "worker",
        SERIALIZATION_FALLBACK: "false",
        SERIALIZATION_TURN_BUDGET: "2 millis",
        SERIALIZATION_MAX_THREADS: "3",
        SERIALIZATION_MIN_THREADS: "1",
        SERIALIZATION_IDLE_TIMEOUT: "1 minute",
        SERIALIZATION_MAX_QUEUE: "5",
        SERIALIZATION_TASK_TIMEOUT: "20 seconds",
        SERIALIZATION_SHUTDOWN_TIMEOUT: "1 second",
        SERIALIZATION_WORKER_URL: fixture("./no-such-worker.ts").href
      })
      const { reason } = yield* Effect.flip(Context.get(context, Serialization).serialize("x".repeat(200)))
      assert.isTrue(reason._tag === "WorkerFailed" && reason.cause.reason._tag === "WorkerStartFailed")
      assert.match(reason.message, /no-such-worker/)
    })
  )

  it.effect("options of one's own, in part from elsewhere", () =>
    Effect.gen(function* () {
      const options = { routing: Config.Literals(["sliced", "sync"], "MY_ROUTING"), syncThreshold: Config.succeed(0) }
      const context = yield* build({ MY_ROUTING: "sliced", SERIALIZATION_ROUTING: "sync" }, options)
      assert.strictEqual((yield* Context.get(context, Serialization).serialize(1)).path, "sliced")
    })
  )

  for (const [key, value] of [
    ["SYNC_THRESHOLD", "many"],
    ["SYNC_THRESHOLD", "1.5"],
    ["ROUTING", "fast"],
    ["FALLBACK", "perhaps"],
    ["TURN_BUDGET", "soon"],
    ["MAX_THREADS", "two"],
    ["MIN_THREADS", "none"],
    ["IDLE_TIMEOUT", "30"],
    ["MAX_QUEUE", "x"],
    ["TASK_TIMEOUT", "x"],
    ["SHUTDOWN_TIMEOUT", "x"]
  ] as const) {
    it.effect(`SERIALIZATION_${key}=${value} is a ConfigError`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(build({ [`SERIALIZATION_${key}`]: value }))
        assert.strictEqual(error._tag, "ConfigError")
        assert.include(error.message, `SERIALIZATION_${key}`)
      })
    )
  }

  it.effect("a value of the right type but out of range is a defect, as in every layer", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(build({ SERIALIZATION_MAX_THREADS: "0" }))
      const defect = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      assert.isTrue(isSerializationError(defect) && defect.reason._tag === "InvalidOptions")
    })
  )
})
