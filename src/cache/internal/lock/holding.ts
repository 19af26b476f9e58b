/**
 * What the holder of a lock knows of it, and what it does to keep it.
 *
 * A lease is counted from when it was asked for, by the larger of the wall clock and the monotonic one: a process that
 * was frozen, or a machine that slept, has lost its locks when it wakes up. It counts as lost at nine tenths of its time,
 * since clocks do not go equally fast.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { unrefSleep } from "../unrefSleep.ts"
import type { Moment } from "../view.ts"
import type { LockKeeper } from "./lockKeeper.ts"

export const momentOf = (clock: Clock.Clock): Moment => ({
  wall: clock.currentTimeMillisUnsafe(),
  monotonic: Number(clock.monotonicTimeNanosUnsafe()) / 1e6
})

export class Holding {
  private since: Moment
  /** Lost, or given back. */
  private isOver = false
  private readonly lease: number
  private readonly clock: Clock.Clock
  private readonly renewal: Effect.Effect<boolean, unknown>
  private readonly timeout: number

  constructor(options: {
    readonly keeper: LockKeeper
    readonly clock: Clock.Clock
    readonly name: string
    readonly token: string
    readonly lease: number
    /** When the lock was asked for. */
    readonly since: Moment
    /** Milliseconds that a round trip may take. */
    readonly timeout: number
  }) {
    const { clock, keeper, lease, name, since, timeout, token } = options
    this.since = since
    this.lease = lease
    this.clock = clock
    this.renewal = keeper.renew(name, token, lease)
    this.timeout = timeout
  }

  /** Milliseconds for which nobody else can have the lock. */
  get left(): number {
    if (this.isOver) return 0
    const { monotonic, wall } = momentOf(this.clock)
    return this.lease * 0.9 - Math.max(wall - this.since.wall, monotonic - this.since.monotonic)
  }

  end(): void {
    this.isOver = true
  }

  /** Prolongs the lease. `undefined`: there was no answer. */
  private readonly renew: Effect.Effect<boolean | undefined> = Effect.suspend(() => {
    const asked = momentOf(this.clock)
    return this.renewal.pipe(
      Effect.timeoutOrElse({ duration: Math.min(this.timeout, this.left), orElse: () => Effect.undefined }),
      Effect.orElseSucceed(() => undefined),
      Effect.tap((isHeld) =>
        Effect.sync(() => {
          if (isHeld === false) this.end()
          // An answer that came too late is about a lease that was over meanwhile, here at least.
          else if (isHeld === true && this.left > 0) this.since = asked
        })
      )
    )
  })

  /** Whether the lock is held, by the word of who keeps it. */
  readonly isHeld: Effect.Effect<boolean> = Effect.suspend(() =>
    this.left > 0 ? Effect.map(this.renew, (isHeld) => isHeld === true && this.left > 0) : Effect.succeed(false)
  )

  /** Keeps the lock; ends when it is lost. */
  readonly keep: Effect.Effect<void> = Effect.suspend(() => {
    const again = this.lease / 3
    const soon = this.lease / 20
    let pause = again
    const step: Effect.Effect<void> = Effect.suspend(() =>
      Effect.andThen(
        // Whole milliseconds: what is left of one is not worth a timer.
        unrefSleep(Math.ceil(Math.min(pause, this.left))),
        Effect.suspend(() =>
          this.left <= 0
            ? Effect.void
            : Effect.map(this.renew, (isHeld) => {
                pause = isHeld === true ? again : soon
              })
        )
      )
    )
    return Effect.whileLoop({ while: () => this.left > 0, body: () => step, step: () => {} })
  })
}
