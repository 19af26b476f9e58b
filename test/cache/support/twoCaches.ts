/**
 * Two caches over one store, as two processes are. The test is asked before and after each operation of the first.
 */
import { Effect, Layer, Scope } from "effect"
import { type CacheOptions, CacheStore, StoreError } from "../../../src/cache/index.ts"
import { wrapStore } from "../../../src/cache/internal/storeTesting.ts"
import { makeStoreMemory } from "../../../src/cache/testing.ts"
import { exact, makeCache, overStore } from "./layers.ts"

type Step = (operation: string) => Effect.Effect<void, StoreError>

/** Lets everything that can go on go on. */
export const settled: Effect.Effect<void> = Effect.gen(function* () {
  for (let i = 0; i < 100; i++) yield* Effect.yieldNow
})

/** As {@link settled}, for what waits for turns of the event loop as well. */
export const settledInTurns: Effect.Effect<void> = Effect.gen(function* () {
  for (let i = 0; i < 20; i++) {
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))
    yield* settled
  }
})

export const down: Effect.Effect<never, StoreError> = Effect.suspend(() =>
  Effect.fail(new StoreError({ kind: "unavailable", cause: new Error("down") }))
)

export const twoCaches = Effect.fnUntraced(function* (options: CacheOptions = {}) {
  const shared = makeStoreMemory()
  const steps: { before: Step; after: Step } = { before: () => Effect.void, after: () => Effect.void }
  const store = wrapStore(shared.store, (operation, effect) =>
    Effect.suspend(() => steps.before(operation)).pipe(
      Effect.andThen(effect),
      Effect.tap(() => Effect.suspend(() => steps.after(operation)))
    )
  )
  const make = (layer: Layer.Layer<CacheStore>) => makeCache(overStore(layer, { ...exact, ...options }))
  /** That of the first. */
  const scope = yield* Scope.make()
  yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
  const here = yield* Scope.provide(make(Layer.succeed(CacheStore, store)), scope)
  const other = yield* make(shared.layer)
  yield* settled
  return { here, other, steps, shared, scope }
})
