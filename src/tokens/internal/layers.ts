/**
 * How a `Tokens` is made: over threads, over the estimator, over a tokenizer of the caller's.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { makeTaskPool } from "../../internal/pool/taskPool.ts"
import { type WorkerFile, workerFileBeside } from "../../internal/pool/workerFile.ts"
import type { WorkerPoolError } from "../../WorkerPool.ts"
import type * as Worker from "../worker.ts"
import { registerTokens } from "./metrics.ts"
import { makeService, type TokensService } from "./service.ts"
import type { TokensSettings } from "./settings.ts"
import { TokensStats } from "./stats.ts"
import { type Table, ThreadTable } from "./table.ts"
import type { Encoding } from "../../internal/options/tokenOptions.ts"

const question = "which worker"

const file: WorkerFile = {
  url: () => workerFileBeside(import.meta.url, "../worker"),
  module: "effect-serialization/tokens/worker",
  warmUp: { handler: "ready", task: question, isAnswer: (answer) => answer === `${question}: tokens` }
}

/** Counters whose series live as long as the scope. */
export const makeStats = Effect.fnUntraced(function* (
  name: string,
  threads: () => number
): Effect.fn.Return<TokensStats, never, Scope.Scope> {
  const stats = new TokensStats()
  const remove = registerTokens(stats, threads, name, yield* Effect.context<never>())
  yield* Effect.addFinalizer(() => Effect.sync(remove))
  return stats
})

/** Over a pool of tokens threads, which starts none before the first count. */
export const makeThreaded = Effect.fnUntraced(function* (
  settings: TokensSettings
): Effect.fn.Return<TokensService, never, Scope.Scope> {
  const pool = yield* makeTaskPool<typeof Worker>(settings.pool, file)
  const stats = yield* makeStats(settings.name, () => pool.threads())
  const onFallback = settings.fallback ? warnOfFallback() : undefined
  const tables = new Map<Encoding, Table>()
  return makeService({
    defaults: settings.calls,
    tables: (encoding) => {
      let table = tables.get(encoding)
      if (table === undefined) tables.set(encoding, (table = new ThreadTable(pool, encoding, onFallback)))
      return table
    },
    stats,
    threads: Effect.map(pool.stats, ({ threads }) => threads)
  })
})

/** Over the estimator: never a table or a thread. */
export const makeEstimating = Effect.fnUntraced(function* (
  settings: TokensSettings
): Effect.fn.Return<TokensService, never, Scope.Scope> {
  const stats = yield* makeStats(settings.name, () => 0)
  return makeService({ defaults: settings.calls, tables: undefined, stats, threads: Effect.succeed(0) })
})

const warningInterval = 60_000

// The pool has told what is wrong with the thread. This one tells what it means for counts, once a minute.
const warnOfFallback = (): ((error: WorkerPoolError) => Effect.Effect<void>) => {
  let last = -Infinity
  return (error) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (now - last < warningInterval) return Effect.void
      last = now
      return Effect.annotateLogs(
        Effect.logWarning(`Tokens are estimated, not counted, since the tokens thread failed twice: ${error.message}`),
        "reason",
        error.reason._tag
      )
    })
}
