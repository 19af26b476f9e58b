/** Adaptive routing before there is a thread: nobody waits for one. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type * as Os from "node:os"
import { vi } from "vitest"
import type { WorkerPoolOptions } from "../../src/WorkerPool.ts"
import { fixture, Gate, hold, ready, stats, turn, until, untilStats, watchWorkers } from "../fixtures/pool.ts"
import { metrics, serialize } from "../support/calls.ts"
import { markedLayer } from "../support/values.ts"

// On one core adaptive routing has no use for threads.
vi.mock("node:os", async (original) => ({
  ...(await original<typeof Os>()),
  availableParallelism: () => 2
}))

/** About 25 frames of text. */
const rows = (extra: object = {}) =>
  Array.from({ length: 200 }, (_, id) => ({ id, text: "a word ".repeat(600), ...extra }))
const value = rows()
const text = JSON.stringify(value)
/** One frame, whatever the size of frames is. */
const small = { text: "a word ".repeat(300) }

const adaptive = (options: WorkerPoolOptions = {}) => markedLayer({ routing: "adaptive", ...options })

const pathOf = (given: unknown = value) =>
  Effect.map(serialize(given), ({ path, serialized }) => {
    assert.isTrue(serialized === (given === value ? text : JSON.stringify(given)))
    return path
  })

/** Frames that the calling thread has done so far. */
const sliced = Effect.map(metrics, ({ slicedFrames }) => slicedFrames)

/** Calls until so many frames were slices; none of the calls may have waited for a thread. */
const slice = Effect.fnUntraced(function* (count: number, given: unknown = value) {
  const target = (yield* sliced) + count
  while ((yield* sliced) < target) assert.strictEqual(yield* pathOf(given), "sliced")
})

describe("adaptive routing while no thread is ready", () => {
  it.live("the first calls of a process start none", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      // The last call may go beyond it by a hundred, where frames are small.
      yield* slice(190)
      assert.strictEqual((yield* stats).threads, 0)
      assert.strictEqual(started.length, 0)
    }).pipe(Effect.provide(adaptive().layer))
  )

  it.live("after some hundreds of slices one starts beside the work, and then takes frames", () =>
    Effect.gen(function* () {
      yield* slice(190)
      // Calls of a frame each, since one that goes on may have frames for a thread that is ready meanwhile.
      yield* slice(300 - (yield* sliced), small)
      assert.strictEqual((yield* stats).threads, 1)
      yield* untilStats(({ ready }) => ready === 1)
      assert.strictEqual(yield* pathOf(), "worker")
      assert.isAbove((yield* metrics).workerFrames, 0)
    }).pipe(Effect.provide(adaptive().layer))
  )

  it.live("small values count, too", () =>
    Effect.gen(function* () {
      yield* slice(299, small)
      assert.strictEqual((yield* stats).threads, 0)
      yield* slice(1, small)
      assert.strictEqual((yield* stats).threads, 1)
    }).pipe(Effect.provide(adaptive().layer))
  )

  it.live("frames that cannot be sent start none", () =>
    Effect.gen(function* () {
      yield* slice(1000, rows({ map: new Map() }))
      yield* slice(1000, { ...small, map: new Map() })
      assert.strictEqual((yield* stats).threads, 0)
    }).pipe(Effect.provide(adaptive().layer))
  )

  it.live("a thread that cannot start delays no call, is counted and logged, and not tried again at once", () => {
    const { layer, logged } = adaptive({ workerUrl: fixture("./no-such-worker.ts") })
    return Effect.gen(function* () {
      yield* slice(300)
      yield* untilStats(({ failed }) => failed.WorkerStartFailed === 1)
      yield* slice(700)
      const { failed, threads } = yield* stats
      assert.deepStrictEqual({ failed, threads }, { failed: { WorkerStartFailed: 1 }, threads: 0 })
      assert.strictEqual((yield* metrics).workerErrors, 0)
      yield* turn
      assert.strictEqual(logged.length, 1)
      assert.match(logged[0]!, /no such file.*`workerUrl`/)
    }).pipe(Effect.provide(layer))
  })

  it.live("a call that waits for a slot goes on when the thread is lost, without the next one", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const { started } = yield* watchWorkers
      yield* ready
      const held = yield* hold(gate)
      const call = yield* Effect.forkChild(pathOf(), { startImmediately: true })
      yield* untilStats(({ queued }) => queued === 1)
      yield* Effect.promise(() => started[0]!.terminate())
      assert.strictEqual(yield* Fiber.join(call), "sliced")
      assert.strictEqual(started.length, 1)
      yield* Effect.forEach(held, Fiber.await)
    }).pipe(Effect.ensuring(gate.open), Effect.provide(adaptive().layer))
  })

  it.live('the route "worker" waits for the first thread, and for the next one', () => {
    const gate = new Gate()
    const given = rows()
    return Effect.gen(function* () {
      const { started } = yield* watchWorkers
      assert.strictEqual((yield* serialize(given, { routing: "worker" })).path, "worker")
      const held = yield* hold(gate)
      const call = yield* Effect.forkChild(serialize(given, { routing: "worker" }), { startImmediately: true })
      yield* untilStats(({ queued }) => queued === 1)
      yield* Effect.promise(() => started[0]!.terminate())
      assert.strictEqual((yield* Fiber.join(call)).path, "worker")
      yield* until(() => started.length === 2)
      yield* Effect.forEach(held, Fiber.await)
    }).pipe(Effect.ensuring(gate.open), Effect.provide(adaptive().layer))
  })
})
