import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { frameWorker } from "../src/internal/pool/frameWorker.ts"
import { poolSettings } from "../src/internal/pool/poolOptions.ts"
import { Pool } from "../src/internal/pool/pool.ts"
import {
  faultyPool,
  fixture,
  frame,
  Gate,
  hold,
  isReady,
  patient,
  ready,
  run,
  stats,
  turn,
  until,
  untilStats
} from "./fixtures/pool.ts"

describe("waiting for a thread", () => {
  it.live("a full queue turns frames away, and takes them again later", () => {
    const gate = new Gate()
    const { layer, logged } = faultyPool({ maxThreads: 1, maxQueue: 1 })
    return Effect.gen(function* () {
      yield* ready
      const fibers = yield* hold(gate, 9)
      const { inFlight, queued } = yield* stats
      assert.deepStrictEqual({ inFlight, queued }, { inFlight: 8, queued: 1 })
      const error = yield* Effect.flip(run(frame(1)))
      assert.strictEqual(error.reason._tag, "QueueFull")
      assert.strictEqual((yield* Effect.flip(ready)).reason._tag, "QueueFull")
      assert.deepStrictEqual((yield* stats).failed, { QueueFull: 2 })
      yield* turn
      assert.deepStrictEqual(logged, [error.message])
      yield* gate.open
      yield* Effect.forEach(fibers, Fiber.join)
      assert.strictEqual((yield* run(frame(1))).text, "1")
    }).pipe(Effect.ensuring(gate.open), Effect.provide(layer))
  })

  it.live("a frame that waits can be taken back", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      yield* ready
      const held = yield* hold(gate)
      const waiting = yield* Effect.forkChild(run(frame("never sent")), { startImmediately: true })
      const wanting = yield* Effect.forkChild(ready, { startImmediately: true })
      assert.strictEqual((yield* stats).queued, 2)
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(wanting)
      assert.strictEqual((yield* stats).queued, 0)
      yield* gate.open
      yield* Effect.forEach(held, Fiber.join)
      assert.strictEqual((yield* stats).completed, 8)
    }).pipe(Effect.ensuring(gate.open), Effect.provide(faultyPool({ maxThreads: 1 }).layer))
  })

  it.live("a frame that was sent keeps its slot until it is answered", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      yield* ready
      const sent = yield* hold(gate)
      yield* Effect.forEach(sent, Fiber.interrupt)
      assert.isFalse(yield* isReady)
      assert.strictEqual((yield* stats).inFlight, 8)
      yield* gate.open
      yield* ready
      const { completed, failed, inFlight } = yield* untilStats(({ inFlight }) => inFlight === 0)
      assert.deepStrictEqual({ completed, failed, inFlight }, { completed: 8, failed: {}, inFlight: 0 })
      assert.strictEqual((yield* run(frame("next"))).text, '"next"')
    }).pipe(Effect.ensuring(gate.open), Effect.provide(faultyPool({ maxThreads: 1 }).layer))
  })

  it.live("who waits for a slot and does not use it leaves it to the next", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      yield* ready
      const held = yield* hold(gate)
      const wanting = yield* Effect.forEach(Array.from({ length: 200 }), () => Effect.forkChild(ready))
      yield* untilStats(({ queued }) => queued === 200)
      yield* gate.open
      yield* Effect.forEach(held, Fiber.join)
      yield* Effect.forEach(wanting, Fiber.join)
      assert.strictEqual((yield* stats).queued, 0)
    }).pipe(Effect.ensuring(gate.open), Effect.provide(faultyPool({ maxThreads: 1 }).layer))
  })

  it.live("one free slot calls one who waits for it, in order", () => {
    const first = new Gate()
    const second = new Gate()
    const settings = poolSettings({ maxThreads: 1, workerUrl: fixture("./worker.ts"), ...patient })
    const pool = new Pool(
      settings as Exclude<typeof settings, string>,
      frameWorker(() => fixture("./worker.ts").href),
      (error) => assert.fail(error.message)
    )
    const called: Array<string> = []
    return Effect.gen(function* () {
      yield* Effect.callback<void>((resume) => void pool.waitReady(() => resume(Effect.void)))
      pool.run("default", first.frame, () => called.push("answer"))
      for (let i = 0; i < 7; i++) pool.run("default", second.frame, () => {})
      // As a caller does that has to take its turn first.
      pool.waitReady(() => {
        called.push("one")
        queueMicrotask(() => pool.run("default", second.frame, () => {}))
      })
      pool.waitReady(() => called.push("two"))
      yield* first.open
      yield* second.reached(1)
      yield* until(() => called.length > 1)
      yield* turn
      assert.deepStrictEqual(called, ["answer", "one"])
      yield* second.open
      yield* until(() => called.length === 3)
      assert.strictEqual(called[2], "two")
    }).pipe(
      Effect.ensuring(first.open),
      Effect.ensuring(second.open),
      Effect.ensuring(Effect.promise(() => pool.close()))
    )
  })
})
