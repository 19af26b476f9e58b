/**
 * The store, with a bound on everything: each round trip ends within its time, a store that keeps failing is left alone
 * for a while, and invalidations that it has not heard of are told before it is asked for anything else.
 */
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import {
  type CacheStoreShape,
  type CommitRequest,
  type InvalidateRequest,
  StoreError,
  type StorePosition
} from "../CacheStore.ts"
import type { CacheSettings } from "./cacheSettings.ts"
import type { Counters, Operation } from "./counters.ts"
import { onceAtATime } from "./onceAtATime.ts"
import { PendingInvalidations } from "./pendingInvalidations.ts"
import { within } from "./within.ts"

export class StoreClient {
  readonly namespace: string
  readonly store: CacheStoreShape
  readonly pending: PendingInvalidations
  /** The store does not answer, and is left alone for a while. */
  isDetached = false
  /** Called when it has begun to answer, or ceased. */
  onChange: ((isDetached: boolean) => void) | undefined = undefined
  /** Asks where the store stands, and tells it again what another server may have lost. */
  verify: Effect.Effect<void, StoreError> = Effect.sync(() => this.trust())
  private hasAnswered = false
  /** In a row. */
  private failures = 0
  /** Each is a circuit of its own. */
  private circuit = 0
  private isUnsure = false
  private readonly settings: CacheSettings
  private readonly breaker: CircuitBreaker.CircuitBreaker
  private readonly counters: Counters
  private readonly clock: Clock.Clock

  constructor(
    store: CacheStoreShape,
    settings: CacheSettings,
    breaker: CircuitBreaker.CircuitBreaker,
    counters: Counters,
    clock: Clock.Clock
  ) {
    this.store = store
    this.namespace = settings.namespace
    this.settings = settings
    this.breaker = breaker
    this.counters = counters
    this.clock = clock
    this.pending = new PendingInvalidations(settings.replay)
  }

  /** Milliseconds that all parts of a text may take. */
  get transferTimeout(): number {
    return this.settings.transferTimeout
  }

  /**
   * The store was heard of: whatever it has failed at before, it is asked again at once. Its circuit alone would stay
   * open for up to half a minute.
   */
  heardOf(): void {
    this.circuit++
    this.failures = 0
    this.doubt()
  }

  /** Another server may answer next. It is asked which one it is before anything else. */
  doubt(): void {
    this.isUnsure = this.hasAnswered
  }

  /** The server that answers is known, and whether it knows the last invalidations. */
  trust(): void {
    this.isUnsure = false
  }

  /**
   * One round trip, when the store has heard of every invalidation of this process: also of those that another server
   * may have lost, when it took over.
   */
  call<A>(
    operation: Operation,
    f: (store: CacheStoreShape) => Effect.Effect<A, StoreError>
  ): Effect.Effect<A, StoreError> {
    const isReading = operation !== "position" && operation !== "invalidate"
    return Effect.suspend((): Effect.Effect<A, StoreError> => {
      // Another one may have begun to wait meanwhile, or the server may have gone again.
      if (isReading && this.isUnsure) return Effect.andThen(this.makeSure, this.call(operation, f))
      if (!this.pending.isEmpty) return Effect.andThen(this.flush, this.call(operation, f))
      return this.attempt(operation, f)
    })
  }

  /** Tells the store of an invalidation. */
  invalidate(request: InvalidateRequest): Effect.Effect<StorePosition, StoreError> {
    return Effect.tap(
      this.call("invalidate", (store) => store.invalidate(this.namespace, request)),
      () => Effect.sync(() => this.pending.told(request, this.clock.currentTimeMillisUnsafe()))
    )
  }

  /** Tells the store of an invalidation. Where it does not answer it is told later, and the result is `undefined`. */
  invalidateOrQueue(request: InvalidateRequest): Effect.Effect<StorePosition | undefined> {
    return this.invalidate(request).pipe(
      // Not only when it fails: a caller that was stopped has invalidated all the same.
      Effect.onError(() => Effect.sync(() => this.pending.add(request))),
      Effect.orElseSucceed(() => undefined)
    )
  }

  /** Ends a computation or a write. A write whose outcome is unknown is told as an invalidation, later. */
  commit(request: CommitRequest, name: string) {
    const { isWrite, origin } = request
    const committed = this.call("commit", (store) => store.commit(this.namespace, request))
    if (!isWrite) return committed
    const names = [name]
    return Effect.onExit(committed, (exit) =>
      Effect.sync(() => {
        if (Exit.isSuccess(exit)) {
          this.pending.told({ names, mode: "remove", origin }, this.clock.currentTimeMillisUnsafe())
        } else this.pending.add({ names, mode: "remove", origin })
      })
    )
  }

  /** Tells the store everything that it has not heard. */
  readonly flush: Effect.Effect<void, StoreError> = Effect.suspend(() =>
    Effect.whileLoop({ while: () => !this.pending.isEmpty, body: () => this.tell, step: () => {} })
  )

  /** Tells the store what waits now. */
  private readonly tell: Effect.Effect<void, StoreError> = onceAtATime(
    Effect.suspend(() => {
      const requests = this.pending.take()
      return Effect.forEach(
        requests,
        (request) => this.attempt("invalidate", (store) => store.invalidate(this.namespace, request)),
        { discard: true }
      ).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => this.pending.settle(requests, Exit.isSuccess(exit), this.clock.currentTimeMillisUnsafe()))
        )
      )
    })
  )

  /** Finds out which server answers. */
  private readonly makeSure: Effect.Effect<void, StoreError> = onceAtATime(Effect.suspend(() => this.verify))

  private attempt<A>(
    operation: Operation,
    f: (store: CacheStoreShape) => Effect.Effect<A, StoreError>
  ): Effect.Effect<A, StoreError> {
    return Effect.suspend(() => {
      const counts = this.counters.storeRequests[operation]
      const began = this.clock.currentTimeMillisUnsafe()
      let isLate = false
      const { storeTimeout, transferTimeout } = this.settings
      const isTransfer = operation === "part" || operation === "putPart"
      const answer = within(f(this.store), isTransfer ? transferTimeout : storeTimeout, () => {
        isLate = true
        return Effect.fail(
          new StoreError({ kind: "unavailable", cause: new Error(`No answer to ${operation} in time`) })
        )
      })
      return answer.pipe(
        this.breaker.execute({
          key: `${this.namespace}:${this.circuit}`,
          classify: (exit) =>
            Exit.isFailure(exit) && !isFull(exit.cause) ? CircuitBreaker.failure() : CircuitBreaker.success
        }),
        Effect.mapError((error) => {
          if (error._tag === "StoreError") return error
          this.change(true)
          return new StoreError({ kind: "unavailable", cause: error })
        }),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            this.counters.storeDurations[operation].add(this.clock.currentTimeMillisUnsafe() - began)
            if (Exit.isSuccess(exit)) {
              counts.ok++
              this.hasAnswered = true
              this.failures = 0
              this.change(false)
            } else if (!Cause.hasInterruptsOnly(exit.cause)) {
              counts[isLate ? "timeout" : "failed"]++
              if (isFull(exit.cause)) return
              this.failures++
              this.doubt()
              // The circuit is open from here on. One that lets a try through is not closed for that.
              if (!this.hasAnswered || this.failures >= failuresToOpen) this.change(true)
            }
          })
        )
      )
    })
  }

  private change(isDetached: boolean): void {
    if (this.isDetached === isDetached) return
    this.isDetached = isDetached
    this.onChange?.(isDetached)
  }
}

const isFull = (cause: Cause.Cause<StoreError>): boolean =>
  cause.reasons.some((reason) => Cause.isFailReason(reason) && reason.error.kind === "full")

const failuresToOpen = 3

/** Three failures in a row open the circuit for a second, then for two, and so on up to thirty. */
export const makeStoreClient: (
  store: CacheStoreShape,
  settings: CacheSettings,
  counters: Counters,
  clock: Clock.Clock
) => Effect.Effect<StoreClient, never, Scope.Scope> = Effect.fnUntraced(function* (store, settings, counters, clock) {
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(failuresToOpen),
    openDuration: Schedule.exponential("1 second"),
    maxOpenDuration: "30 seconds"
  }).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))
  return new StoreClient(store, settings, breaker, counters, clock)
})
