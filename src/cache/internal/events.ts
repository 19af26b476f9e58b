/**
 * What happens in a cache, told to those who listen: a stream for anybody, and hooks of the layer. Nobody waits for
 * either.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { realTimers } from "../../internal/turns/realTimers.ts"
import type { Counters } from "./counters.ts"
import type { CacheEvent, CacheHooks } from "./model.ts"

/** Events that wait for a reader, or for a hook. */
const mostWaiting = 1024

const hookOf = {
  Invalidated: "onInvalidate",
  Evicted: "onEvict",
  Stale: "onStale",
  ComputeFailed: "onComputeFailed"
} as const

type HookTag = keyof typeof hookOf

/** How long a hook that fails is not spoken of again. */
const silence = 60_000

export class Events {
  private readonly pubsub: PubSub.PubSub<CacheEvent>
  private readonly queues = new Map<string, Queue.Queue<CacheEvent>>()
  private readonly counters: Counters
  private readonly over = Deferred.makeUnsafe<void>()
  private listeners = 0

  constructor(pubsub: PubSub.PubSub<CacheEvent>, counters: Counters) {
    this.pubsub = pubsub
    this.counters = counters
  }

  /** Whether anybody would notice an event: ask before making one. */
  wants(tag: CacheEvent["_tag"]): boolean {
    return this.listeners > 0 || this.queues.has(tag)
  }

  emit(event: CacheEvent): void {
    if (this.listeners > 0) PubSub.publishUnsafe(this.pubsub, event)
    const queue = this.queues.get(event._tag)
    if (queue !== undefined && !Queue.offerUnsafe(queue, event)) this.counters.hooksDropped++
  }

  get stream(): Stream.Stream<CacheEvent> {
    return Stream.unwrap(
      Effect.gen({ self: this }, function* () {
        yield* Effect.acquireRelease(
          Effect.sync(() => this.listeners++),
          () => Effect.sync(() => this.listeners--)
        )
        const events = Stream.fromSubscription(yield* PubSub.subscribe(this.pubsub))
        return Stream.interruptWhen(events, Deferred.await(this.over))
      })
    )
  }

  /** Nothing happens any more: whoever listens is not left waiting. */
  end(): void {
    Deferred.doneUnsafe(this.over, Effect.void)
  }

  /** Runs a hook for each of its events, one after the other, in a fiber of its own. */
  addHook(
    tag: HookTag,
    hook: (event: CacheEvent) => Effect.Effect<void, unknown>
  ): Effect.Effect<void, never, Scope.Scope> {
    return Effect.gen({ self: this }, function* () {
      const queue = yield* Queue.dropping<CacheEvent>(mostWaiting)
      this.queues.set(tag, queue)
      let loggedAt = -Infinity
      const run = (event: CacheEvent) =>
        Effect.suspend(() => hook(event)).pipe(
          Effect.catchCause((cause) => {
            const now = realTimers.now()
            if (Cause.hasInterruptsOnly(cause) || now - loggedAt < silence) return Effect.void
            loggedAt = now
            return Effect.logError(`The hook ${hookOf[tag]} of a cache has failed`, cause)
          })
        )
      yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(queue), run)))
    })
  }
}

export const makeEvents = Effect.fnUntraced(function* (hooks: CacheHooks, counters: Counters) {
  const events = new Events(yield* PubSub.sliding<CacheEvent>(mostWaiting), counters)
  for (const tag of Object.keys(hookOf) as Array<HookTag>) {
    const hook = hooks[hookOf[tag]] as ((event: CacheEvent) => Effect.Effect<void, unknown>) | undefined
    if (hook !== undefined) yield* events.addHook(tag, hook)
  }
  yield* Effect.addFinalizer(() => Effect.sync(() => events.end()))
  return events
})
