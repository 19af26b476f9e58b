/**
 * One at a time, across processes: a lock with a lease, and with a fence for what the lock cannot know.
 *
 * A lock of this kind is a promise of somebody who may fall asleep. Its lease runs out while its holder is paused, by a
 * collection, a debugger, a frozen machine; somebody else gets it, and then the first one wakes up and writes. No lock can
 * keep it from that: **without its fence a lock orders no writes**. Give the fence along with each write, and let what is
 * written to refuse one that is smaller than the greatest it has seen.
 *
 * **Example** (The slower of two writes is refused)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { DistributedLock } from "effect-serialization/cache"
 *
 * const account = { balance: 0, fence: 0 }
 * const write = (balance: number, fence: number) =>
 *   Effect.sync(() => {
 *     if (fence < account.fence) return "refused"
 *     Object.assign(account, { balance, fence })
 *     return "written"
 *   })
 *
 * const program = Effect.gen(function* () {
 *   const lock = yield* DistributedLock
 *   const early = yield* lock.withLock("account:7")((lease) => Effect.succeed(lease.fence))
 *   const written = yield* lock.withLock("account:7")((lease) => write(100, lease.fence))
 *   return [written, yield* write(50, early)]
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.provide(DistributedLock.layerMemory()))) // => ["written", "refused"]
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import { type LockLayerOptions, makeLockLayer } from "./internal/lock/lockLayer.ts"
import type { Lease, LockOptions } from "./internal/lock/model.ts"
import { makeMemoryKeeper } from "./internal/lock/memoryKeeper.ts"
import type { LockError } from "./LockError.ts"

export type { LockLayerOptions } from "./internal/lock/lockLayer.ts"
export type { Lease, LockOptions } from "./internal/lock/model.ts"

/**
 * Locks by name.
 *
 * **Details**
 *
 * `withLock` waits for the lock, does the work, and gives the lock back, whatever becomes of the work. While the work
 * runs the lock is prolonged at each third of its lease. It is lost when who keeps it says so, or when it could not be
 * prolonged for nine tenths of its lease: the work is then interrupted, and the call fails with `LockLost`. It fails so
 * too if the work is done and the lock turns out to have been lost before. So a success means that nobody else had the
 * lock meanwhile.
 *
 * `tryLock` asks once, and is `None` if somebody else has the lock.
 *
 * Giving back takes no longer than a second; what nobody hears of ends with its lease.
 *
 * **Gotchas**
 *
 * Locks are not fair: whoever asks at the right moment gets it. They are not reentrant either: who asks for a lock that it
 * holds waits for itself.
 *
 * @category services
 * @since 0.1.0
 */
export class DistributedLock extends Context.Service<
  DistributedLock,
  {
    /** Works under a lock, once it is to be had. */
    withLock(
      name: string,
      options?: LockOptions
    ): <A, E, R>(use: (lease: Lease) => Effect.Effect<A, E, R>) => Effect.Effect<A, E | LockError, R>
    /** Works under a lock if it is to be had now. */
    tryLock(
      name: string,
      options?: Omit<LockOptions, "wait" | "retry">
    ): <A, E, R>(use: (lease: Lease) => Effect.Effect<A, E, R>) => Effect.Effect<Option.Option<A>, E | LockError, R>
  }
>()("effect-serialization/DistributedLock") {
  /**
   * Layer of locks within this process: for tests, and for programs of one process.
   *
   * @category layers
   * @since 0.1.0
   */
  static readonly layerMemory = (options?: LockLayerOptions): Layer.Layer<DistributedLock> =>
    Layer.effect(
      DistributedLock,
      makeLockLayer(options, () => Effect.sync(makeMemoryKeeper))
    )
}
