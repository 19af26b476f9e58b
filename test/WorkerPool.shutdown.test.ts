import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { WorkerPool } from "../src/WorkerPool.ts"
import { fault, faultyPool, fixture, frame, Gate, until, watchWorkers } from "./fixtures/pool.ts"

/** A pool in a scope that the test closes, and the threads that it starts. */
const open = Effect.fnUntraced(function* (layer: Layer.Layer<WorkerPool>) {
  const workers = yield* watchWorkers
  const scope = yield* Scope.make()
  const pool = Context.get(yield* Layer.buildWithScope(layer, scope), WorkerPool)
  return { ...workers, close: Scope.close(scope, Exit.void), pool }
})

describe("the end of a pool", () => {
  it.live("waits for what is in flight and what waits, and then ends the threads", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const { close, ended, pool, started } = yield* open(faultyPool({ maxThreads: 1 }).layer)
      yield* pool.admission!.ready
      const fibers = yield* Effect.forEach(Array.from({ length: 10 }), () =>
        Effect.forkChild(pool.run(gate.frame), { startImmediately: true })
      )
      const closing = yield* Effect.forkChild(close, { startImmediately: true })
      yield* gate.reached(1)
      assert.strictEqual((yield* pool.stats).queued, 2)
      assert.isUndefined(closing.pollUnsafe())
      assert.strictEqual(ended.length, 0)
      yield* gate.open
      const results = yield* Effect.forEach(fibers, Fiber.join)
      assert.isTrue(results.every(({ text }) => text === "through"))
      yield* Fiber.join(closing)
      assert.strictEqual(ended.length, started.length)
      const { completed, failed, threads } = yield* pool.stats
      assert.deepStrictEqual({ completed, failed, threads }, { completed: 10, failed: {}, threads: 0 })
    }).pipe(Effect.ensuring(gate.open))
  })

  it.live("takes no more frames, and lets nobody wait for a slot", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const { layer, logged } = faultyPool({ maxThreads: 1 })
      const { close, pool } = yield* open(layer)
      yield* pool.admission!.ready
      const held = yield* Effect.forEach(Array.from({ length: 8 }), () =>
        Effect.forkChild(pool.run(gate.frame), { startImmediately: true })
      )
      const wanting = yield* Effect.forkChild(Effect.flip(pool.admission!.ready), { startImmediately: true })
      const closing = yield* Effect.forkChild(close, { startImmediately: true })
      assert.strictEqual((yield* Fiber.join(wanting)).reason._tag, "PoolClosed")
      assert.isFalse(pool.admission!.isReady())
      assert.strictEqual((yield* Effect.flip(pool.run(frame(1)))).reason._tag, "PoolClosed")
      assert.strictEqual((yield* Effect.flip(pool.admission!.ready)).reason._tag, "PoolClosed")
      yield* gate.open
      yield* Effect.forEach(held, Fiber.join)
      yield* Fiber.join(closing)
      assert.strictEqual((yield* Effect.flip(pool.run(frame(1)))).reason._tag, "PoolClosed")
      assert.strictEqual((yield* pool.stats).threads, 0)
      assert.deepStrictEqual(logged, [])
    }).pipe(Effect.ensuring(gate.open))
  })

  it.live("takes no more frames where a thread has room for them", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const { close, pool } = yield* open(faultyPool({ maxThreads: 1 }).layer)
      yield* pool.admission!.ready
      const held = yield* Effect.forkChild(pool.run(gate.frame), { startImmediately: true })
      assert.isTrue(pool.admission!.isReady())
      const closing = yield* Effect.forkChild(close, { startImmediately: true })
      assert.isFalse(pool.admission!.isReady())
      assert.strictEqual((yield* Effect.flip(pool.run(frame(1)))).reason._tag, "PoolClosed")
      yield* gate.open
      yield* Fiber.join(held)
      yield* Fiber.join(closing)
    }).pipe(Effect.ensuring(gate.open))
  })

  it.live("waits no longer than shutdownTimeout", () =>
    Effect.gen(function* () {
      const { close, ended, pool, started } = yield* open(
        faultyPool({ maxThreads: 1, shutdownTimeout: "50 millis" }).layer
      )
      yield* pool.admission!.ready
      const fibers = yield* Effect.forEach(Array.from({ length: 9 }), () =>
        Effect.forkChild(Effect.flip(pool.run(fault("!hang"))), { startImmediately: true })
      )
      yield* close
      const errors = yield* Effect.forEach(fibers, Fiber.join)
      assert.isTrue(errors.every(({ reason }) => reason._tag === "PoolClosed"))
      assert.strictEqual(ended.length, started.length)
    })
  )

  it.live("does not wait for an answer that nobody wants", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const { close, pool } = yield* open(faultyPool({ shutdownTimeout: "Infinity", taskTimeout: "Infinity" }).layer)
      yield* pool.admission!.ready
      const kept = yield* Effect.forkChild(pool.run(frame(1)), { startImmediately: true })
      const dropped = yield* Effect.forkChild(pool.run(gate.frame), { startImmediately: true })
      const closing = yield* Effect.forkChild(close, { startImmediately: true })
      assert.strictEqual((yield* Fiber.join(kept)).text, "1")
      yield* Fiber.interrupt(dropped)
      yield* Fiber.join(closing)
    }).pipe(Effect.ensuring(gate.open))
  })

  it.live("comes once, however often it is asked for", () =>
    Effect.gen(function* () {
      const { close, ended, pool, started } = yield* open(faultyPool().layer)
      yield* pool.run(frame(1))
      yield* Effect.all([pool.shutdown, pool.shutdown], { concurrency: 2 })
      assert.strictEqual(ended.length, started.length)
      yield* pool.shutdown
      yield* close
      assert.strictEqual(started.length, 1)
    })
  )

  it.live("a thread that is starting is ended too", () =>
    Effect.gen(function* () {
      const { layer } = faultyPool({ workerUrl: fixture("./worker-pending.ts") })
      const { close, ended, pool, started } = yield* open(layer)
      const waiting = yield* Effect.forkChild(Effect.flip(pool.admission!.ready), { startImmediately: true })
      yield* until(() => started.length === 1)
      yield* close
      assert.strictEqual((yield* Fiber.join(waiting)).reason._tag, "PoolClosed")
      assert.strictEqual(ended.length, 1)
    })
  )

  it.live("a frame that still waits for the first thread is done", () =>
    Effect.gen(function* () {
      const { close, ended, pool, started } = yield* open(faultyPool().layer)
      const waiting = yield* Effect.forkChild(pool.run(frame("patient")), { startImmediately: true })
      yield* close
      assert.strictEqual((yield* Fiber.join(waiting)).text, '"patient"')
      assert.strictEqual(ended.length, started.length)
    })
  )
})
