import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Scope, Stream } from "effect"
import { createHook } from "node:async_hooks"
import { getEventListeners } from "node:events"
import type { Routing } from "../../src/Serialization.ts"
import { Serialization } from "../../src/Serialization.ts"
import { makeSerializer } from "../../src/Async.ts"
import { layerHanging, layerInline } from "../../src/testing.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import { WorkerPool } from "../../src/WorkerPool.ts"
import { Gate, until, untilStats, watchWorkers } from "../fixtures/pool.ts"
import { around, markedLayer, mockedLayer, records } from "../support/values.ts"

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

const turns = (count: number) => {
  let n = 0
  return until(() => ++n > count)
}

const large = records(100_000)
const text = JSON.stringify(large)

/** A large value that counts how many of its elements have been visited. */
const counted = () => {
  const seen = { reads: 0 }
  const value = Array.from({ length: 100_000 }, (_, id) => ({
    id,
    toJSON() {
      seen.reads++
      return { id, text: "some text" }
    }
  }))
  return { seen, value }
}

const calls: {
  readonly [output: string]: (
    service: Serialization["Service"],
    value: unknown,
    routing: Routing
  ) => Effect.Effect<unknown, unknown>
} = {
  string: (service, value, routing) => service.serialize(value, { routing }),
  bytes: (service, value, routing) => service.serializeToBytes(value, { routing }),
  stream: (service, value, routing) => Stream.runDrain(service.stream(value, { routing }))
}

describe("an interrupted fiber", () => {
  for (const routing of ["sliced", "worker", "adaptive"] as const) {
    for (const [output, call] of Object.entries(calls)) {
      it.live(`${routing}, ${output}: the walk stops at once, and the pool is clean`, () =>
        Effect.gen(function* () {
          const service = yield* Serialization
          yield* service.serialize(around(1), { routing: "worker" })
          const before = yield* service.metrics
          const { seen, value } = counted()
          const fiber = yield* fork(call(service, value, routing))
          yield* until(() => seen.reads > 1000)
          yield* Fiber.interrupt(fiber)
          const { reads } = seen
          assert.isBelow(reads, 100_000)
          yield* turns(20)
          assert.strictEqual(seen.reads, reads)
          // Frames that were posted are answered and dropped; none waits.
          const stats = yield* untilStats(({ inFlight }) => inFlight === 0)
          assert.deepStrictEqual([stats.queued, stats.failed], [0, {}])
          const after = yield* service.metrics
          assert.strictEqual(after.interrupted, before.interrupted + 1)
          // It has not ended, so it is not among those that have.
          for (const path of [
            "syncPath",
            "slicedPath",
            "workerPath",
            "fallbackPath",
            "failures",
            "workerErrors",
            "bytes"
          ] as const) {
            assert.strictEqual(after[path], before[path], path)
          }
          const next = yield* service.serialize(large, { routing })
          assert.isTrue(next.serialized === text)
          assert.notStrictEqual(next.path, "fallback")
        }).pipe(Effect.provide(markedLayer().layer))
      )
    }
  }

  it.live("while it waits for a thread leaves the queue", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const pool = yield* WorkerPool
      const service = yield* Serialization
      yield* pool.admission!.ready
      for (let i = 0; i < 8; i++) yield* fork(pool.run(gate.frame))
      yield* gate.reached(1)
      const fibers = yield* Effect.forEach([1, 2, 3], (i) => fork(service.serialize(around(i))))
      yield* untilStats(({ queued }) => queued === 3)
      yield* Fiber.interrupt(fibers[1]!)
      assert.strictEqual((yield* pool.stats).queued, 2)
      yield* Fiber.interrupt(fibers[0]!)
      yield* Fiber.interrupt(fibers[2]!)
      const { inFlight, queued } = yield* pool.stats
      assert.deepStrictEqual([inFlight, queued], [8, 0])
      yield* gate.open
      yield* untilStats((stats) => stats.inFlight === 0)
      assert.strictEqual((yield* service.serialize(around(1))).path, "worker")
    }).pipe(Effect.ensuring(gate.open), Effect.provide(markedLayer().layer))
  })

  it.live("while a thread has its frames: they are answered into the void", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const pool = yield* WorkerPool
      const service = yield* Serialization
      yield* pool.admission!.ready
      yield* fork(pool.run(gate.frame))
      yield* gate.reached(1)
      const fiber = yield* fork(service.serialize({ text: "x".repeat(5000) }))
      yield* untilStats(({ inFlight }) => inFlight === 2)
      // Does not wait for the thread.
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* pool.stats).inFlight, 2)
      yield* gate.open
      const { completed, failed } = yield* untilStats((stats) => stats.inFlight === 0)
      assert.deepStrictEqual(failed, {})
      assert.strictEqual(completed, 2)
      assert.strictEqual((yield* service.metrics).workerPath, 0)
    }).pipe(Effect.ensuring(gate.open), Effect.provide(markedLayer().layer))
  })

  it.effect("while a pool hangs", () =>
    Effect.gen(function* () {
      const service = yield* Serialization
      for (const call of Object.values(calls)) {
        const fiber = yield* fork(call(service, large, "worker"))
        yield* turns(5)
        yield* Fiber.interrupt(fiber)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      }
      assert.strictEqual((yield* service.metrics).workerPath, 0)
    }).pipe(Effect.provide(Layer.provide(SerializationLayer.layerNoPool({ routing: "worker" }), layerHanging)))
  )

  it.effect("beside others, which go on", () =>
    Effect.gen(function* () {
      const service = yield* Serialization
      const fibers = yield* Effect.forEach([0, 1, 2, 3], () => fork(service.serialize(large)))
      yield* turns(3)
      yield* Fiber.interrupt(fibers[1]!)
      yield* Fiber.interrupt(fibers[3]!)
      for (const i of [0, 2]) assert.isTrue((yield* Fiber.join(fibers[i]!)).serialized === text)
      assert.strictEqual((yield* service.metrics).slicedPath, 2)
    }).pipe(Effect.provide(SerializationLayer.layerSliced()))
  )

  it.effect("at the half-open breaker lets the next one try", () => {
    let isHanging = true
    return Effect.gen(function* () {
      const run = yield* WorkerPool.use((pool) => Effect.succeed(pool.run)).pipe(Effect.provide(layerInline))
      yield* Effect.gen(function* () {
        const service = yield* Serialization
        const fiber = yield* fork(service.serialize(around(1)))
        yield* Fiber.interrupt(fiber)
        isHanging = false
        assert.strictEqual((yield* service.serialize(around(1))).path, "worker")
      }).pipe(Effect.provide(mockedLayer((task) => (isHanging ? Effect.never : run(task)))))
    })
  })
})

describe("what is left", () => {
  // These hold nothing but memory: promises, contexts, and an event emitter that carries its own.
  const harmless = new Set(["PROMISE", "TickObject", "Microtask", "bound-anonymous-fn", "effect/Fiber", "Piscina"])

  /** Async resources made and not destroyed since, by type. */
  const watchResources = Effect.acquireRelease(
    Effect.sync(() => {
      const alive = new Map<number, string>()
      const hook = createHook({
        init: (id, type) => {
          if (!harmless.has(type)) alive.set(id, type)
        },
        destroy: (id) => void alive.delete(id)
      }).enable()
      return { alive, hook }
    }),
    ({ hook }) => Effect.sync(() => hook.disable())
  )

  it.live("after many interrupted and aborted calls, and the end of the layer: nothing", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      // Piscina, once loaded, stays.
      const warm = makeSerializer({ maxThreads: 1, routing: "worker" })
      yield* Effect.promise(async () => {
        await warm.serialize(large)
        await warm.shutdown()
      })
      yield* until(() => ended.length === started.length)
      yield* turns(20)
      const { alive } = yield* watchResources
      const controller = new AbortController()
      const scope = yield* Scope.make()
      const layer = SerializationLayer.layer({ maxThreads: 2, routing: "worker" })
      const service = Context.get(yield* Layer.buildWithScope(layer, scope), Serialization)
      for (let i = 0; i < 12; i++) {
        const call = Object.values(calls)[i % 3]!
        const fiber = yield* fork(call(service, large, i % 2 === 0 ? "worker" : "sliced"))
        yield* turns(i * 2)
        yield* Fiber.interrupt(fiber)
      }
      const serializer = makeSerializer({ maxThreads: 1, routing: "worker" })
      const promise = serializer.serialize(large, { signal: controller.signal })
      yield* turns(3)
      controller.abort()
      yield* Effect.promise(() => promise.catch(() => undefined))
      yield* Effect.promise(() => serializer.shutdown())
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(getEventListeners(controller.signal, "abort").length, 0)
      yield* until(() => ended.length === started.length)
      // What is to be destroyed is destroyed in turns to come, and these take an immediate each themselves.
      yield* until(() => [...alive.values()].every((type) => type === "Immediate") && alive.size <= 2)
    }).pipe(Effect.scoped)
  )
})
