/**
 * A fiber's way into the turns of the event loop that all calls share: between two batches it asks whether the turn has time left,
 * and waits for the next one if it has not.
 */
import * as Effect from "effect/Effect"
import type * as SchemaAST from "effect/SchemaAST"
import { AsyncLocalStorage } from "node:async_hooks"
import { charge, schedule, timeLeft } from "../../internal/turns/turnQueue.ts"

/** Milliseconds of a turn after which a batch waits for the next: a layer's default `turnBudget`. */
const budget = 1

/** Elements, or keys, that are done between two looks at the clock. */
const batchSize = 64
/** The same of plain numbers and texts, which take some 50 ns each. */
const leafBatchSize = 1024

/** How many of these are done between two looks at the clock. What a program's own code makes of them may take any time. */
export const batchSizeOf = ({ _tag, encoding }: SchemaAST.AST): number =>
  encoding === undefined && (_tag === "Number" || _tag === "String" || _tag === "Boolean") ? leafBatchSize : batchSize

export const isTurnOver = (): boolean => timeLeft(budget) <= 0

const wait: Effect.Effect<void> = Effect.callback((resume) => {
  const inContext = AsyncLocalStorage.snapshot()
  let isWaiting = true
  schedule({
    budget,
    step: () => {
      if (isWaiting) inContext(resume, Effect.void)
      return false
    },
    fail: (thrown) => resume(Effect.die(thrown))
  })
  return Effect.sync(() => {
    isWaiting = false
  })
})

/**
 * Goes on in a turn to come, in the caller's `AsyncLocalStorage`. Interruption stops here. A fiber that has to end in this very turn
 * (`Effect.runSync`, `Schema.is`, a `decodeUnknownSync`) goes on at once.
 */
export const nextTurn: Effect.Effect<void> = Effect.withFiber((fiber) =>
  fiber.cache.scheduler.executionMode === "sync" ? Effect.void : wait
)

/** Runs a piece of work, and counts it as the turn's. */
export const charged = <A>(work: () => A): A => {
  const began = performance.now()
  try {
    return work()
  } finally {
    charge(performance.now() - began)
  }
}
