import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type * as WorkerThreads from "node:worker_threads"
import { startFailed } from "../src/internal/pool/classifyFailure.ts"
import { frameWorker } from "../src/internal/pool/frameWorker.ts"
import { PoolThread } from "../src/internal/pool/thread.ts"
import type { WorkerPoolError, WorkerPoolOptions } from "../src/WorkerPool.ts"
import {
  faultyPool,
  fixture,
  frame,
  Gate,
  handClock,
  hold,
  ready,
  run,
  stats,
  turn,
  until,
  untilStats,
  watchWorkers
} from "./fixtures/pool.ts"

const workerThreads: typeof WorkerThreads = createRequire(import.meta.url)("node:worker_threads")

describe("a worker that starts while the event loop is blocked", () => {
  it.live("is ready, however long that was", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "worker-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
      )
      const path = (name: string) => join(folder, name)
      process.env["STEPS_FOLDER"] = folder
      yield* Effect.addFinalizer(() => Effect.sync(() => delete process.env["STEPS_FOLDER"]))
      const workerFile = fixture("./worker-tells.ts").href
      const { advance } = yield* handClock
      let outcome: "ready" | WorkerPoolError | undefined
      const thread = new PoolThread(
        { file: frameWorker(() => workerFile), workerFile, resourceLimits: undefined, startTimeout: 60_000 },
        {
          onReady: () => (outcome = "ready"),
          onStartFailed: (_, error) => (outcome = error),
          onGone: () => {}
        }
      )
      yield* until(() => existsSync(path("begun")))
      writeFileSync(path("go"), "")
      // Blocks the event loop.
      const began = performance.now()
      while (!existsSync(path("sent"))) assert.isBelow(performance.now() - began, 60_000)
      // Its time is over when the loop goes on, and timers come before messages.
      advance(60_000)
      yield* until(() => outcome !== undefined)
      assert.strictEqual(outcome, "ready")
      yield* Effect.promise(() => thread.stop())
    }).pipe(Effect.scoped)
  )
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
      yield* turn
      assert.deepStrictEqual(logged, [errors[0]!.message])
      // It is tried again.
      yield* Effect.flip(run(frame(1)))
      yield* turn
      assert.strictEqual((yield* stats).failed.WorkerStartFailed, 4)
      assert.strictEqual(logged.length, 1)
      return errors[0]!.message
    }).pipe(Effect.provide(layer))
  }

  for (const [name, options, pattern] of [
    ["a missing file", { workerUrl: fixture("./no-such-worker.ts") }, /no-such-worker\.ts.*no such file.*`workerUrl`/],
    ["an error at load", { workerUrl: fixture("./worker-throws.ts") }, /broken at load/],
    ["process.exit at load", { workerUrl: fixture("./worker-exits.ts") }, /ended before it was ready/],
    ["a foreign worker", { workerUrl: fixture("./worker-foreign.ts") }, /does not answer like the worker/],
    ["a file without the export", { workerUrl: fixture("./worker-no-export.ts") }, /No handler function exported/],
    ["limits that nothing fits into", { resourceLimits: { maxOldGenerationSizeMb: 8 } }, /Raise `resourceLimits`/]
  ] as const) {
    it.live(name, () =>
      Effect.gen(function* () {
        assert.match(yield* starting(options), pattern)
      })
    )
  }

  type Parameters = ConstructorParameters<typeof workerThreads.Worker>

  // Piscina takes the class from the module's object.
  const replaceWorker = (make: (Worker: typeof workerThreads.Worker) => typeof workerThreads.Worker) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const { Worker } = workerThreads
        workerThreads.Worker = make(Worker)
        return Worker
      }),
      (Worker) => Effect.sync(() => void (workerThreads.Worker = Worker))
    )

  // As Node does at the limit of threads.
  const failFrom = (first: number) =>
    replaceWorker((Worker) => {
      let count = 0
      return class extends Worker {
        constructor(...args: Parameters) {
          if (++count >= first) {
            const error = new Error("Worker initialization failure: EAGAIN")
            throw Object.assign(error, { code: "ERR_WORKER_INIT_FAILED" })
          }
          super(...args)
        }
      }
    })

  // Before it can be ready.
  const endSecond = replaceWorker((Worker) => {
    let count = 0
    return class extends Worker {
      constructor(...args: Parameters) {
        super(...args)
        if (++count === 2) void this.terminate()
      }
    }
  })

  it.live("no thread to be had", () =>
    Effect.gen(function* () {
      yield* failFrom(1)
      assert.match(yield* starting({}), /gives no thread: .*EAGAIN.*`ulimit -u`.*`maxThreads`/)
    })
  )

  it.live("no second thread to be had", () => {
    const gate = new Gate()
    const { layer, logged } = faultyPool({ maxThreads: 2 })
    return Effect.gen(function* () {
      yield* failFrom(2)
      yield* ready
      const fibers = yield* hold(gate, 9)
      yield* until(() => logged.length === 1)
      yield* gate.open
      const results = yield* Effect.forEach(fibers, Fiber.join)
      assert.isTrue(results.every(({ text }) => text === "through"))
      const { failed, threads } = yield* stats
      assert.deepStrictEqual({ failed, threads }, { failed: { WorkerStartFailed: 1 }, threads: 1 })
    }).pipe(Effect.ensuring(gate.open), Effect.provide(layer))
  })

  it("Node's permission model", () => {
    const program = fileURLToPath(fixture("./denied-program.ts"))
    const { stderr, stdout } = spawnSync(process.execPath, ["--permission", "--allow-fs-read=*", program], {
      encoding: "utf8",
      timeout: 60_000
    })
    assert.strictEqual(stderr, "")
    assert.match(stdout, /`--allow-worker`.*`routing: "sliced"`/)
    assert.match(stdout, /true fallback\n$/)
  })

  it.live("one that is never ready", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      const workerFile = fixture("./worker-pending.ts").href
      const error = yield* Effect.callback<WorkerPoolError>((resume) => {
        const thread = new PoolThread(
          { file: frameWorker(() => workerFile), workerFile, resourceLimits: undefined, startTimeout: 50 },
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
    // The gate's frames ask for the second thread.
    const gate = new Gate()
    const { layer, logged } = faultyPool({ maxThreads: 2 })
    return Effect.gen(function* () {
      const { started } = yield* watchWorkers
      yield* endSecond
      yield* Effect.gen(function* () {
        yield* ready
        const fibers = yield* hold(gate, 9)
        assert.strictEqual((yield* stats).queued, 1)
        yield* until(() => started.length === 2)
        yield* untilStats(({ threads }) => threads === 1)
        yield* gate.open
        const results = yield* Effect.forEach(fibers, Fiber.join)
        assert.isTrue(results.every(({ text }) => text === "through"))
        yield* turn
        assert.strictEqual(logged.length, 1)
        // No further one for now.
        yield* Effect.forEach([1, 2, 3], (i) => run(frame(i)), { concurrency: 3 })
        assert.strictEqual(started.length, 2)
      }).pipe(Effect.ensuring(gate.open), Effect.provide(layer))
    })
  })

  it("a file named by something else than a URL is reported, not thrown", () => {
    assert.match(
      startFailed("worker.js", "effect-serialization/worker", new Error("odd")).message,
      /worker\.js.*no such file/
    )
  })
})
