/**
 * A table of tokens on the tokens thread, and what becomes of a piece whose thread fails.
 *
 * Such a piece is tried once more, on a new thread. Then it is estimated, if that is allowed, and so is all that the
 * call still has: the next piece would wait as long, and fail as this one did.
 */
import * as Effect from "effect/Effect"
import type { TaskPool } from "../../internal/pool/taskPool.ts"
import { holdProcess, releaseProcess } from "../../internal/turns/turnQueue.ts"
import type { WorkerPoolError } from "../../WorkerPool.ts"
import { TokenizerMissing, TokensError, TokensWorkerFailed } from "../TokensError.ts"
import type * as Worker from "../worker.ts"
import type { GuardedCount } from "./guard.ts"
import type { Encoding } from "../../internal/options/tokenOptions.ts"

/** What a table does. Undefined is what could not be done because threads failed, where that is no error. */
export interface Table {
  /** Counts texts, each by itself, together at most a piece. */
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
    const counted = this.ask(this.pool.run("count", { encoding, texts }))
    const answer = Effect.map(counted, ({ counts }) => counts)
    return Effect.catchTag(answer, "WorkerPoolError", (error) =>
      onFallback === undefined ? Effect.fail(workerFailed(error)) : Effect.as(onFallback(error), undefined)
    )
  }

  encode(text: string): Effect.Effect<Uint32Array, TokensError> {
    const encoded = this.ask(this.pool.run("encode", { encoding: this.encoding, text }))
    return failing(Effect.map(encoded, ({ ids }) => ids))
  }

  get load(): Effect.Effect<void, TokensError> {
    return failing(Effect.asVoid(this.ask(this.pool.run("load", this.encoding))))
  }

  private ask<A extends { readonly missing: undefined }>(
    asked: Effect.Effect<A | Worker.Missing, WorkerPoolError>
  ): Effect.Effect<A, TokensError | WorkerPoolError> {
    // Threads do not keep the process alive, but who waits for an answer wants it.
    const held = Effect.acquireUseRelease(
      Effect.sync(holdProcess),
      () => Effect.catchTag(asked, "WorkerPoolError", (error) => (isWorthRetrying(error) ? asked : Effect.fail(error))),
      () => Effect.sync(releaseProcess)
    )
    return Effect.flatMap(held, (answer) =>
      isMissing(answer) ? Effect.fail(this.missing(answer.missing)) : Effect.succeed(answer)
    )
  }

  private missing({ code, message }: Worker.Missing["missing"]): TokensError {
    const cause = Object.assign(new Error(message), code === undefined ? undefined : { code })
    return new TokensError({ reason: new TokenizerMissing({ encoding: this.encoding, cause }) })
  }
}

const isMissing = (answer: { readonly missing: unknown }): answer is Worker.Missing => answer.missing !== undefined

// A pool that is full or closed is the same a moment later.
const isWorthRetrying = ({ reason: { _tag } }: WorkerPoolError): boolean =>
  _tag !== "QueueFull" && _tag !== "PoolClosed"

const workerFailed = (cause: WorkerPoolError): TokensError =>
  new TokensError({ reason: new TokensWorkerFailed({ cause }) })

const failing = <A>(self: Effect.Effect<A, TokensError | WorkerPoolError>): Effect.Effect<A, TokensError> =>
  Effect.catchTag(self, "WorkerPoolError", (error) => Effect.fail(workerFailed(error)))
