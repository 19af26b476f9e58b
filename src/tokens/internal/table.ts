/**
 * A table of tokens on the tokens thread, and what becomes of a piece whose thread fails.
 *
 * Such a piece is tried once more, on a new thread. Then it is estimated, if that is allowed, and so is all that the
 * call still has: the next piece would wait as long, and fail as this one did.
 */
import * as Effect from "effect/Effect"
import type { TaskPool } from "../../internal/pool/taskPool.ts"
import type { AnswerOf, TaskOf } from "../../internal/pool/workerFile.ts"
import { holdProcess, releaseProcess } from "../../internal/turns/turnQueue.ts"
import type { WorkerPoolError } from "../../WorkerPool.ts"
import { TokenizerMissing, TokensError, TokensWorkerFailed } from "../TokensError.ts"
import type * as Worker from "../worker.ts"
import type { GuardedCount } from "./guard.ts"
import type { Encoding } from "../../internal/options/tokenOptions.ts"

/** What a table does. Undefined is what could not be done because threads failed, where that is no error. */
export interface Table {
  /** Counts texts, each by itself, together at most a few pieces. */
  count(texts: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<GuardedCount> | undefined, TokensError>
  /** Encodes a piece. */
  encode(text: string): Effect.Effect<Uint32Array, TokensError>
  /** Has the thread started, and the table loaded. */
  readonly load: Effect.Effect<void, TokensError>
}

type Pool = TaskPool<typeof Worker>

export class ThreadTable implements Table {
  private readonly pool: Pool
  private readonly encoding: Encoding
  private readonly onFallback: ((error: WorkerPoolError) => Effect.Effect<void>) | undefined

  /** Without `onFallback` nothing is estimated: the failure of a thread is one of the call. */
  constructor(
    pool: Pool,
    encoding: Encoding,
    onFallback: ((error: WorkerPoolError) => Effect.Effect<void>) | undefined
  ) {
    this.pool = pool
    this.encoding = encoding
    this.onFallback = onFallback
  }

  count(texts: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<GuardedCount> | undefined, TokensError> {
    const { encoding, onFallback } = this
    return this.ask(
      "count",
      { encoding, texts },
      ({ counts }) => counts,
      (error) => (onFallback === undefined ? Effect.fail(workerFailed(error)) : Effect.as(onFallback(error), undefined))
    )
  }

  encode(text: string): Effect.Effect<Uint32Array, TokensError> {
    return this.ask("encode", { encoding: this.encoding, text }, ({ ids }) => ids, failing)
  }

  get load(): Effect.Effect<void, TokensError> {
    return this.ask("load", this.encoding, () => undefined, failing)
  }

  // One effect, not a chain of them: of what a short text costs its caller, most would be the chain.
  private ask<Name extends Handler, A>(
    handler: Name,
    task: TaskOf<typeof Worker, Name>,
    read: (answer: Found<AnswerOf<typeof Worker, Name>>) => A,
    onError: (error: WorkerPoolError) => Effect.Effect<A, TokensError>
  ): Effect.Effect<A, TokensError> {
    const { pool } = this
    return Effect.callback<A, TokensError>((resume) => {
      let drop: () => void
      let isRetry = false
      const done = (error: WorkerPoolError | undefined, answer: AnswerOf<typeof Worker, Name>): void => {
        if (error !== undefined && !isRetry && isWorthRetrying(error)) {
          isRetry = true
          drop = pool.post(handler, task, done)
          return
        }
        releaseProcess()
        if (error !== undefined) resume(onError(error))
        else if (isMissing(answer)) resume(Effect.fail(this.missing(answer.missing)))
        else resume(Effect.succeed(read(answer as Found<typeof answer>)))
      }
      // Threads do not keep the process alive, but who waits for an answer wants it.
      holdProcess()
      drop = pool.post(handler, task, done)
      return Effect.sync(() => {
        releaseProcess()
        drop()
      })
    })
  }

  private missing({ code, message }: Worker.Missing["missing"]): TokensError {
    const cause = Object.assign(new Error(message), code === undefined ? undefined : { code })
    return new TokensError({ reason: new TokenizerMissing({ encoding: this.encoding, cause }) })
  }
}

type Handler = "count" | "encode" | "load"

type Found<A> = Exclude<A, Worker.Missing>

const isMissing = (answer: unknown): answer is Worker.Missing =>
  (answer as Partial<Worker.Missing>).missing !== undefined

// A pool that is full or closed is the same a moment later.
const isWorthRetrying = ({ reason: { _tag } }: WorkerPoolError): boolean =>
  _tag !== "QueueFull" && _tag !== "PoolClosed"

const workerFailed = (cause: WorkerPoolError): TokensError =>
  new TokensError({ reason: new TokensWorkerFailed({ cause }) })

const failing = (error: WorkerPoolError): Effect.Effect<never, TokensError> => Effect.fail(workerFailed(error))
