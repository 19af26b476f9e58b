/**
 * A pool of worker threads for one worker file, as effects: the face of `pool.ts`.
 *
 * `WorkerPool` is one for frames. A domain with work of its own makes another one, over a worker file of its own.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { onNextTurn } from "../turns/nextTurn.ts"
import type { PoolSettings } from "./poolOptions.ts"
import type { Done } from "./entry.ts"
import { Pool } from "./pool.ts"
import type { Admission, WorkerPoolStats } from "./poolTypes.ts"
import { Warnings } from "./throttledWarnings.ts"
import type { AnswerOf, HandlerName, TaskOf, WorkerFile } from "./workerFile.ts"
import type { WorkerPoolError } from "./workerPoolError.ts"

/** A pool whose worker file has exports of type `H`. */
export interface TaskPool<H> extends Admission {
  /**
   * Lets a handler of the worker file do a task. If a thread is ready and has a free slot, the task is cloned and sent
   * before `run` returns. If not, it waits. An interrupted fiber takes its task back, or drops the answer.
   */
  run<Name extends HandlerName<H>>(
    handler: Name,
    task: TaskOf<H, Name>
  ): Effect.Effect<AnswerOf<H, Name>, WorkerPoolError>
  /** The same without an effect, for work of many small tasks. Returns what drops the task, or its answer. */
  post<Name extends HandlerName<H>>(
    handler: Name,
    task: TaskOf<H, Name>,
    done: (error: WorkerPoolError | undefined, answer: AnswerOf<H, Name>) => void
  ): () => void
  /** What the pool is doing. Never starts anything. */
  readonly stats: Effect.Effect<WorkerPoolStats>
  /**
   * Takes no more tasks, waits for those in flight up to `shutdownTimeout`, and ends the threads. Can be called again.
   */
  readonly shutdown: Effect.Effect<void>
}

/**
 * Makes a pool that lives as long as the scope. No thread starts before the first task. Failures are logged as
 * warnings, one a reason a minute.
 */
export const makeTaskPool = Effect.fnUntraced(function* <H>(
  settings: PoolSettings,
  file: WorkerFile
): Effect.fn.Return<TaskPool<H>, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const warnings = new Warnings(
    () => clock.currentTimeMillisUnsafe(),
    // In a turn of its own. The program's logger may take milliseconds, as its first write to the console does, and the
    // exit of a thread is work enough.
    (message, reason) => void onNextTurn(() => fork(Effect.annotateLogs(Effect.logWarning(message), "reason", reason)))
  )
  const pool = new Pool(settings, file, (error) => warnings.add(error))
  const shutdown = Effect.promise(() => pool.close())
  yield* Effect.addFinalizer(() => shutdown)

  const run = <Name extends HandlerName<H>>(handler: Name, task: TaskOf<H, Name>) =>
    Effect.callback<AnswerOf<H, Name>, WorkerPoolError>((resume) => {
      const drop = pool.run(handler, task, (error, answer) =>
        resume(error === undefined ? Effect.succeed(answer as AnswerOf<H, Name>) : Effect.fail(error))
      )
      return Effect.sync(drop)
    })
  const waitReady = Effect.callback<void, WorkerPoolError>((resume) => {
    const drop = pool.waitReady((error) => resume(error === undefined ? Effect.void : Effect.fail(error)))
    return Effect.sync(drop)
  })

  return {
    run,
    post: (handler, task, done) => pool.run(handler, task, done as Done),
    isReady: () => pool.isReady(),
    start: () => pool.start(),
    ready: Effect.suspend(() => (pool.isReady() ? Effect.void : waitReady)),
    threads: () => pool.readyThreads(),
    stats: Effect.sync(() => pool.stats()),
    shutdown
  }
})
