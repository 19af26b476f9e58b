import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { poolSettings } from "../../src/internal/pool/poolOptions.ts"
import { makeTaskPool } from "../../src/internal/pool/taskPool.ts"
import type { WorkerFile } from "../../src/internal/pool/workerFile.ts"
import { workerFileBeside } from "../../src/internal/pool/workerFile.ts"
import type { WorkerPoolOptions } from "../../src/WorkerPool.ts"
import type * as Handlers from "../fixtures/worker-handlers.ts"
import { patient, watchWorkers } from "../fixtures/pool.ts"

const file = (isAnswer: (answer: unknown) => boolean): WorkerFile => ({
  url: () => workerFileBeside(import.meta.url, "../fixtures/worker-handlers"),
  module: "some-package/worker",
  warmUp: { handler: "hello", task: "pool", isAnswer }
})

const make = (
  options: WorkerPoolOptions = {},
  isAnswer: (answer: unknown) => boolean = (answer) => answer === "hello pool"
) =>
  makeTaskPool<typeof Handlers>(
    poolSettings({ ...patient, ...options }) as Exclude<ReturnType<typeof poolSettings>, string>,
    file(isAnswer)
  )

const silent = Effect.provide(Logger.layer([]))

describe("a pool over a worker file of another kind", () => {
  it.live("has each task done by the handler that was named, all on its own threads", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      yield* Effect.gen(function* () {
        const pool = yield* make({ maxThreads: 1 })
        const [hello, some, more] = yield* Effect.all(
          [pool.run("hello", "task"), pool.run("lengths", { texts: ["a", "bc"] }), pool.run("lengths", { texts: [] })],
          { concurrency: "unbounded" }
        )
        assert.strictEqual(hello, "hello task")
        assert.deepStrictEqual(some, { lengths: [1, 2], threadId: started[0]!.threadId })
        assert.deepStrictEqual(more, { lengths: [], threadId: started[0]!.threadId })
        const { completed, failed } = yield* pool.stats
        assert.deepStrictEqual({ completed, failed }, { completed: 3, failed: {} })
      }).pipe(Effect.scoped)
      assert.deepStrictEqual([started.length, ended.length], [1, 1])
    })
  )

  it.live("tells the pool of one handler's error, and goes on", () =>
    Effect.gen(function* () {
      const pool = yield* make({ maxThreads: 1 })
      const { reason } = yield* Effect.flip(pool.run("broken", null))
      assert.strictEqual(reason._tag, "WorkerCrashed")
      assert.match(reason.message, /no such table/)
      assert.strictEqual(yield* pool.run("hello", "again"), "hello again")
    }).pipe(silent)
  )

  it.live("names the file of its own where the thread is not as it should be", () =>
    Effect.gen(function* () {
      const pool = yield* make({}, () => false)
      const { reason } = yield* Effect.flip(pool.run("hello", "task"))
      assert.strictEqual(reason._tag, "WorkerStartFailed")
      assert.match(reason.message, /`some-package\/worker`/)
    }).pipe(silent)
  )

  it("the file stands beside its module, with its ending", () => {
    assert.strictEqual(workerFileBeside("file:///a/src/Tokens.ts", "worker"), "file:///a/src/worker.ts")
    assert.strictEqual(workerFileBeside("file:///a/dist/Tokens.js", "worker"), "file:///a/dist/worker.js")
    assert.strictEqual(workerFileBeside(undefined, "worker"), "worker.js")
  })
})
