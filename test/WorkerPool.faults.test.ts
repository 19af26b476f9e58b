import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { WorkerCrashed, WorkerPoolOptions } from "../src/WorkerPool.ts"
import {
  fault,
  faultyPool,
  frame,
  Gate,
  handClock,
  ready,
  run,
  stats,
  turn,
  until,
  untilStats,
  watchWorkers
} from "./fixtures/pool.ts"

/** The error of a frame, by itself or by what happens meanwhile. The pool must be as good as new after it. */
const failing = (
  options: WorkerPoolOptions,
  task: ReturnType<typeof frame>,
  isLogged = true,
  meanwhile: Effect.Effect<void> = Effect.void
) => {
  const { layer, logged } = faultyPool({ maxThreads: 1, ...options })
  return Effect.gen(function* () {
    yield* ready
    const fiber = yield* Effect.forkChild(Effect.flip(run(task)), { startImmediately: true })
    yield* meanwhile
    const { reason, message } = yield* Fiber.join(fiber)
    assert.deepStrictEqual((yield* stats).failed, { [reason._tag]: 1 })
    // In a turn of its own, since loggers take their time.
    assert.deepStrictEqual(logged, [])
    yield* turn
    assert.deepStrictEqual(logged, isLogged ? [message] : [])
    assert.strictEqual((yield* run(frame("next"))).text, '"next"')
    const { inFlight, queued } = yield* stats
    assert.deepStrictEqual({ inFlight, queued }, { inFlight: 0, queued: 0 })
    return reason
  }).pipe(Effect.provide(layer))
}

describe("a worker that fails at a frame", () => {
  it.live("process.exit", () =>
    Effect.gen(function* () {
      const reason = yield* failing({}, fault("!exit"))
      assert.strictEqual(reason._tag, "WorkerCrashed")
      assert.strictEqual((reason as WorkerCrashed).exitCode, 3)
      assert.match(reason.message, /exit code 3/)
    })
  )

  it.live("an uncaught error", () =>
    Effect.gen(function* () {
      const reason = yield* failing({}, fault("!uncaught"))
      assert.strictEqual(reason._tag, "WorkerCrashed")
      assert.match(reason.message, /thrown outside of the task/)
    })
  )

  it.live("an error of the task itself", () =>
    Effect.gen(function* () {
      const reason = yield* failing({}, fault("!throw"))
      assert.strictEqual(reason._tag, "WorkerCrashed")
      assert.instanceOf((reason as WorkerCrashed).cause, TypeError)
    })
  )

  it.live("no answer in the answer", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* failing({}, fault("!nothing")))._tag, "WorkerCrashed")
    })
  )

  it.live("its memory limit", () =>
    Effect.gen(function* () {
      const reason = yield* failing({ resourceLimits: { maxOldGenerationSizeMb: 64 } }, fault("!memory"))
      assert.strictEqual(reason._tag, "WorkerOutOfMemory")
      assert.match(reason.message, /maxOldGenerationSizeMb/)
    })
  )

  it.live("no answer within taskTimeout", () =>
    Effect.gen(function* () {
      const { advance } = yield* handClock
      const gate = new Gate()
      const meanwhile = Effect.gen(function* () {
        yield* gate.reached(1)
        advance(999)
        for (let i = 0; i < 3; i++) yield* turn
        advance(1)
      })
      const reason = yield* failing({ taskTimeout: "1 second" }, gate.hanging, true, meanwhile)
      assert.strictEqual(reason._tag, "TaskTimedOut")
      assert.match(reason.message, /within 1s/)
    })
  )

  it.live("a crash takes what is in flight on that thread, and what waits is done by the next one", () => {
    const { layer, logged } = faultyPool({ maxThreads: 1 })
    return Effect.gen(function* () {
      yield* ready
      const tasks = [fault("!exit"), ...Array.from({ length: 9 }, (_, i) => frame(i))]
      const fibers = yield* Effect.forEach(tasks, (task) =>
        Effect.forkChild(Effect.result(run(task)), { startImmediately: true })
      )
      const { inFlight, queued } = yield* stats
      assert.deepStrictEqual({ inFlight, queued }, { inFlight: 8, queued: 2 })
      const results = yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(
        results.map((result) => (result._tag === "Success" ? result.success.text : result.failure.reason._tag)),
        [...Array.from({ length: 8 }, () => "WorkerCrashed"), "7", "8"]
      )
      assert.deepStrictEqual((yield* stats).failed, { WorkerCrashed: 8 })
      yield* turn
      assert.strictEqual(logged.length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.live("a timeout retires all threads, with what is in flight or waits", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      const { advance } = yield* handClock
      const gate = new Gate()
      yield* Effect.gen(function* () {
        const fibers = yield* Effect.forEach(
          Array.from({ length: 17 }, () => gate.frame),
          (task) => Effect.forkChild(Effect.flip(run(task)), { startImmediately: true })
        )
        yield* gate.reached(2)
        advance(2_000)
        const errors = yield* Effect.forEach(fibers, Fiber.join)
        assert.isTrue(errors.every(({ reason }) => reason._tag === "TaskTimedOut"))
        yield* until(() => ended.length === 2)
        const { failed, threads } = yield* stats
        assert.deepStrictEqual({ failed, threads }, { failed: { TaskTimedOut: 17 }, threads: 0 })
        assert.strictEqual((yield* run(frame("next"))).text, '"next"')
        assert.strictEqual(started.length, 3)
      }).pipe(Effect.provide(faultyPool({ maxThreads: 2, taskTimeout: "2 seconds" }).layer))
    })
  )

  it.live("an interrupted frame that hangs is noticed too", () =>
    Effect.gen(function* () {
      const { advance } = yield* handClock
      const gate = new Gate()
      yield* ready
      const fiber = yield* Effect.forkChild(run(gate.hanging), { startImmediately: true })
      yield* gate.reached(1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* stats).inFlight, 1)
      advance(1_000)
      yield* untilStats(({ failed }) => failed.TaskTimedOut === 1)
      assert.strictEqual((yield* run(frame("next"))).text, '"next"')
    }).pipe(Effect.provide(faultyPool({ maxThreads: 1, taskTimeout: "1 second" }).layer))
  )

  it.live("an answer that is there when the event loop is free again is in time", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const { advance } = yield* handClock
      yield* ready
      const fiber = yield* Effect.forkChild(run(gate.frame), { startImmediately: true })
      yield* gate.reached(1)
      yield* gate.open
      yield* gate.blockUntilAnswered
      // The event loop comes to its timers first, and to the answer after them.
      advance(1_000)
      assert.strictEqual((yield* Fiber.join(fiber)).text, "through")
    }).pipe(Effect.ensuring(gate.open), Effect.provide(faultyPool({ taskTimeout: "1 second" }).layer))
  })

  it.live("a thread that dies with nothing to do is replaced", () => {
    const { layer, logged } = faultyPool({ maxThreads: 1 })
    return Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      yield* Effect.gen(function* () {
        yield* ready
        yield* Effect.promise(() => started[0]!.terminate())
        yield* until(() => ended.length === 1)
        yield* untilStats(({ threads }) => threads === 0)
        assert.strictEqual((yield* run(frame("next"))).text, '"next"')
        assert.deepStrictEqual(logged, [])
      }).pipe(Effect.provide(layer))
    })
  })
})

describe("a frame that cannot be cloned", () => {
  const detached = () => {
    const bytes = new Uint8Array(8)
    structuredClone(bytes, { transfer: [bytes.buffer] })
    return bytes
  }
  const thrown = { thrown: "by a getter" }
  const getter = (value: unknown) => ({
    get property() {
      throw value
    }
  })
  let deep: unknown = []
  for (let i = 0; i < 100_000; i++) deep = [deep]

  for (const [name, value, isCause] of [
    ["a function", () => 1, (cause: unknown) => (cause as Error).name === "DataCloneError"],
    ["a detached buffer", detached(), (cause: unknown) => (cause as Error).name === "DataCloneError"],
    ["too deep a nesting", deep, (cause: unknown) => cause instanceof RangeError],
    ["a getter that throws", getter(thrown), (cause: unknown) => cause === thrown],
    ["a getter that throws null", getter(null), (cause: unknown) => cause === null],
    ["a getter that throws undefined", getter(undefined), (cause: unknown) => cause === undefined]
  ] as const) {
    it.live(name, () =>
      Effect.gen(function* () {
        const { ended, started } = yield* watchWorkers
        // What a getter throws is an error of the value, and no business of the log.
        const reason = yield* failing({}, frame(value), !name.startsWith("a getter"))
        assert.strictEqual(reason._tag, "NotCloneable")
        assert.isTrue(isCause((reason as { cause: unknown }).cause))
        // The thread has not noticed.
        assert.strictEqual(started.length, 1)
        assert.isAtMost(ended.length, 1)
      })
    )
  }
})
