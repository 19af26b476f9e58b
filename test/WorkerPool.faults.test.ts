import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { startFailed } from "../src/internal/pool/classify.ts"
import { PoolThread } from "../src/internal/pool/thread.ts"
import { Warnings } from "../src/internal/pool/warnings.ts"
import {
  PoolClosed,
  QueueFull,
  WorkerCrashed,
  WorkerPool,
  WorkerPoolError,
  type WorkerPoolOptions
} from "../src/WorkerPool.ts"
import { fault, faultyPool, fixture, frame, Gate, turn, until, untilStats, watchWorkers } from "./fixtures/pool.ts"

const run = (task: ReturnType<typeof frame>) => WorkerPool.use((pool) => pool.run(task))

const stats = WorkerPool.use((pool) => pool.stats)

const ready = WorkerPool.use((pool) => pool.admission!.ready)

/** The error of a frame, after which the pool must be as good as new. */
const failing = (options: WorkerPoolOptions, task: ReturnType<typeof frame>) => {
  const { layer, logged } = faultyPool({ maxThreads: 1, ...options })
  return Effect.gen(function* () {
    yield* ready
    const { reason, message } = yield* Effect.flip(run(task))
    assert.deepStrictEqual((yield* stats).failed, { [reason._tag]: 1 })
    assert.deepStrictEqual(logged, [message])
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
      const reason = yield* failing({ taskTimeout: "1 second" }, fault("!hang"))
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
      assert.strictEqual(logged.length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.live("a timeout retires all threads, with what is in flight or waits", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      const gate = new Gate()
      yield* Effect.gen(function* () {
        const fibers = yield* Effect.forEach(
          Array.from({ length: 17 }, () => gate.frame),
          (task) => Effect.forkChild(Effect.flip(run(task)), { startImmediately: true })
        )
        yield* gate.reached(2)
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
      yield* ready
      const fiber = yield* Effect.forkChild(run(fault("!hang")), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* stats).inFlight, 1)
      yield* untilStats(({ failed }) => failed.TaskTimedOut === 1)
      assert.strictEqual((yield* run(frame("next"))).text, '"next"')
    }).pipe(Effect.provide(faultyPool({ maxThreads: 1, taskTimeout: "1 second" }).layer))
  )

  it.live("an answer that is there when the event loop is free again is in time", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      yield* ready
      const fiber = yield* Effect.forkChild(run(gate.frame), { startImmediately: true })
      yield* gate.reached(1)
      // From here the event loop comes to its timers first, and to the answer after them.
      yield* turn
      yield* gate.open
      const since = performance.now()
      while (performance.now() - since < 1500);
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
        const reason = yield* failing({}, frame(value))
        assert.strictEqual(reason._tag, "NotCloneable")
        assert.isTrue(isCause((reason as { cause: unknown }).cause))
        // The thread has not noticed.
        assert.strictEqual(started.length, 1)
        assert.isAtMost(ended.length, 1)
      })
    )
  }
})

describe("a worker that does not start", () => {
  const starting = (options: WorkerPoolOptions) => {
    const { layer, logged } = faultyPool(options)
    return Effect.gen(function* () {
      const errors = yield* Effect.all(
        [run(frame(1)), run(frame(2)), ready].map((effect) => Effect.flip(effect as typeof ready)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        errors.map(({ reason }) => reason._tag),
        ["WorkerStartFailed", "WorkerStartFailed", "WorkerStartFailed"]
      )
      const { failed, queued, threads } = yield* stats
      assert.deepStrictEqual({ failed, queued, threads }, { failed: { WorkerStartFailed: 3 }, queued: 0, threads: 0 })
      assert.deepStrictEqual(logged, [errors[0]!.message])
      // It is tried again.
      yield* Effect.flip(run(frame(1)))
      assert.strictEqual((yield* stats).failed.WorkerStartFailed, 4)
      assert.strictEqual(logged.length, 1)
      return errors[0]!.message
    }).pipe(Effect.provide(layer))
  }

  for (const [name, options, pattern] of [
    ["a missing file", { workerUrl: fixture("./no-such-worker.ts") }, /no-such-worker\.ts.*no such file.*`workerUrl`/],
    ["an error at load", { workerUrl: fixture("./worker-throws.ts") }, /broken at load/],
    ["process.exit at load", { workerUrl: fixture("./worker-exits.ts") }, /ended before it was ready/],
    ["a foreign worker", { workerUrl: fixture("./worker-foreign.ts") }, /does not answer as the worker/],
    ["a file without the export", { workerUrl: fixture("./worker-no-export.ts") }, /No handler function exported/],
    ["limits that nothing fits into", { resourceLimits: { maxOldGenerationSizeMb: 8 } }, /Raise `resourceLimits`/]
  ] as const) {
    it.live(name, () =>
      Effect.gen(function* () {
        assert.match(yield* starting(options), pattern)
      })
    )
  }

  it.live("one that is never ready", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      const error = yield* Effect.callback<WorkerPoolError>((resume) => {
        const thread = new PoolThread(
          { workerFile: fixture("./worker-pending.ts").href, resourceLimits: undefined, startTimeout: 50 },
          {
            onReady: () => assert.fail("ready"),
            onStartFailed: (_, error) => void thread.stop().then(() => resume(Effect.succeed(error))),
            onGone: () => assert.fail("gone")
          }
        )
      })
      assert.match(error.message, /not ready within 50ms/)
      assert.strictEqual(ended.length, started.length)
    })
  )

  it.live("beside others that run, it costs nobody anything", () => {
    // The first thread starts from a good file. The second does not: the gate's frames ask for it.
    const gate = new Gate()
    const { layer, logged } = faultyPool({ maxThreads: 2 })
    return Effect.gen(function* () {
      const { started } = yield* watchWorkers
      yield* Effect.gen(function* () {
        yield* ready
        const fibers = yield* Effect.forEach(Array.from({ length: 9 }), () =>
          Effect.forkChild(run(gate.frame), { startImmediately: true })
        )
        assert.strictEqual((yield* stats).queued, 1)
        yield* until(() => started.length === 2)
        yield* Effect.promise(() => started[1]!.terminate())
        yield* untilStats(({ threads }) => threads === 1)
        yield* gate.open
        const results = yield* Effect.forEach(fibers, Fiber.join)
        assert.isTrue(results.every(({ text }) => text === "through"))
        assert.strictEqual(logged.length, 1)
        // No further one for now.
        yield* Effect.forEach([1, 2, 3], (i) => run(frame(i)), { concurrency: 3 })
        assert.strictEqual(started.length, 2)
      }).pipe(Effect.ensuring(gate.open), Effect.provide(layer))
    })
  })

  it("a file named by something else than a URL is reported, not thrown", () => {
    assert.match(startFailed("worker.js", new Error("odd")).message, /worker\.js.*no such file/)
  })
})

describe("warnings", () => {
  it("come once a minute for each reason, and tell how many were left out", () => {
    let now = 1_000
    const logged: Array<string> = []
    const warnings = new Warnings(
      () => now,
      (message, reason) => void logged.push(`${reason}: ${message}`)
    )
    const crashed = new WorkerPoolError({ reason: new WorkerCrashed({ exitCode: 1 }) })
    const full = new WorkerPoolError({ reason: new QueueFull({ maxQueue: 1 }) })
    warnings.add(crashed)
    warnings.add(crashed)
    warnings.add(full)
    now += 59_999
    warnings.add(crashed)
    assert.deepStrictEqual(logged, [`WorkerCrashed: ${crashed.message}`, `QueueFull: ${full.message}`])
    now += 1
    warnings.add(crashed)
    assert.strictEqual(logged[2], `WorkerCrashed: ${crashed.message} (and 2 more since the last warning)`)
    now += 60_000
    warnings.add(crashed)
    assert.strictEqual(logged[3], `WorkerCrashed: ${crashed.message}`)
  })

  it("do not come for calls after the end", () => {
    const warnings = new Warnings(Date.now, () => assert.fail("logged"))
    warnings.add(new WorkerPoolError({ reason: new PoolClosed({}) }))
  })
})
