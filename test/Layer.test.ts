import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Scope } from "effect"
import * as SerializationLayer from "../src/Layer.ts"
import { Serialization } from "../src/Serialization.ts"
import { layerInline, layerRecording, RecordedTasks } from "../src/testing.ts"
import { WorkerPool } from "../src/WorkerPool.ts"
import { fixture, Gate, patient, until, untilStats, watchWorkers } from "./fixtures/pool.ts"
import { serialize } from "./support/calls.ts"
import { atRest } from "./support/handPool.ts"
import { around, mockedLayer, records } from "./support/values.ts"

const worker = { routing: "worker", maxThreads: 1, ...patient } as const

/** Builds a layer in a scope that the test closes. */
const open = Effect.fnUntraced(function* <A>(layer: Layer.Layer<A>) {
  const scope = yield* Scope.make()
  const context = yield* Layer.buildWithScope(layer, scope)
  return { context, close: Scope.close(scope, Exit.void) }
})

describe("mocked pools", () => {
  it.effect("frames go to the pool, in order, and together make the text", () => {
    const layer = Layer.provideMerge(SerializationLayer.layerNoPool({ routing: "worker" }), layerRecording)
    return Effect.gen(function* () {
      const value = records(5000)
      const { path, serialized } = yield* serialize(value)
      assert.isTrue(serialized === JSON.stringify(value))
      assert.strictEqual(path, "worker")
      const tasks = yield* RecordedTasks
      assert.isAbove(tasks.length, 2)
      assert.isTrue(tasks.every(({ output }) => output === "string"))
      assert.strictEqual((yield* Serialization.use(({ metrics }) => metrics)).workerFrames, tasks.length)
    }).pipe(Effect.provide(layer))
  })

  it.effect("nothing goes there below the threshold", () => {
    const layer = Layer.provideMerge(SerializationLayer.layerNoPool({ routing: "worker" }), layerRecording)
    return Effect.gen(function* () {
      assert.strictEqual((yield* serialize(records(5))).path, "sync")
      assert.deepStrictEqual(yield* RecordedTasks, [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("what the mock answers is what comes out", () =>
    Effect.gen(function* () {
      const { serialized } = yield* serialize(records(1))
      assert.strictEqual(serialized, "mocked")
    }).pipe(
      Effect.provide(
        mockedLayer(() => Effect.succeed({ text: "mocked", bytes: undefined }), { syncThreshold: 0, routing: "worker" })
      )
    )
  )

  it.live("answers out of order are put in order, and no more than 16 are asked for at a time", () =>
    Effect.gen(function* () {
      const { run } = yield* WorkerPool.use((pool) => Effect.succeed(pool)).pipe(Effect.provide(layerInline))
      const waiting: Array<Effect.Effect<unknown>> = []
      let most = 0
      const layer = mockedLayer((task) =>
        Effect.gen(function* () {
          const deferred = yield* Deferred.make<void>()
          waiting.push(Deferred.succeed(deferred, undefined))
          most = Math.max(most, waiting.length)
          yield* Deferred.await(deferred)
          return yield* run(task)
        })
      )
      yield* Effect.gen(function* () {
        const value = records(50_000)
        const fiber = yield* Effect.forkChild(serialize(value), { startImmediately: true })
        // The last to come is answered first.
        while (fiber.pollUnsafe() === undefined) {
          yield* atRest(Effect.sync(() => waiting.length))
          while (waiting.length > 0) yield* waiting.pop()!
        }
        const { path, serialized } = yield* Fiber.join(fiber)
        assert.isTrue(serialized === JSON.stringify(value))
        assert.strictEqual(path, "worker")
        assert.strictEqual(most, 16)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("layerSliced needs none, and ignores routing to it", () =>
    Effect.gen(function* () {
      const { path, serialized } = yield* Serialization.use((service) =>
        service.serialize(around(1), { routing: "worker" })
      )
      assert.strictEqual(path, "sliced")
      assert.isTrue(serialized === JSON.stringify(around(1)))
    }).pipe(Effect.provide(SerializationLayer.layerSliced()))
  )
})

describe("threads", () => {
  it.live("none before a value needs one, and none for routings that have no use for them", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      yield* Effect.gen(function* () {
        const service = yield* Serialization
        yield* service.serialize({ a: 1 })
        yield* service.serialize(around(1), { routing: "sliced" })
        yield* service.serialize(around(1), { routing: "sync" })
        assert.strictEqual(started.length, 0)
        yield* service.serialize(around(1), { routing: "worker" })
        assert.strictEqual(started.length, 1)
      }).pipe(Effect.provide(SerializationLayer.layer({ minThreads: 1, ...worker })))
    })
  )

  it.live("the finalizer waits for what is in flight, and ends them", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      const options = { ...worker, workerUrl: fixture("./worker-marked.ts") }
      const layer = SerializationLayer.layerNoPool(options).pipe(Layer.provideMerge(WorkerPool.layer(options)))
      const { close, context } = yield* open(layer)
      const pool = Context.get(context, WorkerPool)
      yield* pool.admission!.ready
      // The thread is held, and the frames of the call wait in it.
      yield* Effect.forkChild(pool.run(gate.frame), { startImmediately: true })
      yield* gate.reached(1)
      const value = { text: "x".repeat(5000) }
      const call = yield* Effect.forkChild(Context.get(context, Serialization).serialize(value), {
        startImmediately: true
      })
      yield* untilStats(({ inFlight }) => inFlight === 2).pipe(Effect.provideService(WorkerPool, pool))
      const closing = yield* Effect.forkChild(close, { startImmediately: true })
      let turns = 0
      yield* until(() => ++turns > 50)
      assert.isUndefined(closing.pollUnsafe())
      assert.isUndefined(call.pollUnsafe())
      assert.strictEqual(ended.length, 0)
      yield* gate.open
      const { path, serialized } = yield* Fiber.join(call)
      assert.deepStrictEqual([path, serialized], ["worker", JSON.stringify(value)])
      yield* Fiber.join(closing)
      assert.deepStrictEqual([started.length, ended.length], [1, 1])
    }).pipe(Effect.ensuring(gate.open))
  })

  it.live("a call of many frames goes on when its layer ends", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      const { close, context } = yield* open(SerializationLayer.layer(worker))
      const service = Context.get(context, Serialization)
      yield* service.serialize(records(100))
      const value = records(100_000)
      const call = yield* Effect.forkChild(service.serialize(value), { startImmediately: true })
      yield* close
      const { path, serialized } = yield* Fiber.join(call)
      assert.isTrue(serialized === JSON.stringify(value))
      assert.strictEqual(path, "fallback")
      assert.strictEqual(ended.length, started.length)
    })
  )

  it.live("two layers have two pools", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      const first = yield* open(SerializationLayer.layer(worker))
      const second = yield* open(SerializationLayer.layer(worker))
      const call = (context: Context.Context<Serialization>) => Context.get(context, Serialization).serialize(around(1))
      yield* call(first.context)
      assert.strictEqual(started.length, 1)
      yield* call(second.context)
      assert.strictEqual(started.length, 2)
      yield* first.close
      yield* until(() => ended.length === 1)
      // The other is not touched by it.
      assert.strictEqual((yield* call(second.context)).path, "worker")
      const { workerPath } = yield* Context.get(second.context, Serialization).metrics
      assert.strictEqual(workerPath, 2)
      yield* second.close
      assert.deepStrictEqual([started.length, ended.length], [2, 2])
    })
  )

  it.live("one layer that is shared is one pool", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      class First extends Context.Service<First, Serialization["Service"]>()("test/First") {
        static readonly layer = Layer.effect(First, Serialization.use(Effect.succeed))
      }
      class Second extends Context.Service<Second, Serialization["Service"]>()("test/Second") {
        static readonly layer = Layer.effect(Second, Serialization.use(Effect.succeed))
      }
      const shared = SerializationLayer.layer(worker)
      const both = Layer.merge(Layer.provide(First.layer, shared), Layer.provide(Second.layer, shared))
      yield* Effect.gen(function* () {
        const first = yield* First
        const second = yield* Second
        assert.strictEqual(first, second)
        yield* first.serialize(around(1))
        yield* second.serialize(around(2))
        assert.strictEqual((yield* first.metrics).workerPath, 2)
      }).pipe(Effect.provide(both))
      assert.strictEqual(started.length, 1)
    })
  )

  it.live("two services over one pool share its threads", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      yield* Effect.gen(function* () {
        const { context: first } = yield* open(
          Layer.provide(SerializationLayer.layerNoPool({ name: "first", ...worker }), yield* poolOfContext)
        )
        const { context: second } = yield* open(
          Layer.provide(SerializationLayer.layerNoPool({ name: "second", ...worker }), yield* poolOfContext)
        )
        yield* Context.get(first, Serialization).serialize(around(1))
        yield* Context.get(second, Serialization).serialize(around(1))
        assert.strictEqual(started.length, 1)
        assert.strictEqual((yield* Context.get(first, Serialization).metrics).workerPath, 1)
      }).pipe(Effect.provide(WorkerPool.layer(worker)))
    })
  )
})

const poolOfContext = WorkerPool.use((pool) => Effect.succeed(Layer.succeed(WorkerPool, pool)))
