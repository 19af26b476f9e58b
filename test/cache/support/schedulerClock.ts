/** Time that stands still but for what a test makes of it: what its sleeps wait for is the subclass's to say. */
import { type Clock, Effect } from "effect"

export abstract class SchedulerClock implements Clock.Clock {
  now = 1_000_000
  abstract readonly sleep: Clock.Clock["sleep"]

  currentTimeMillisUnsafe = () => this.now
  currentTimeNanosUnsafe = () => BigInt(this.now) * 1_000_000n
  monotonicTimeNanosUnsafe = () => BigInt(this.now) * 1_000_000n
  readonly currentTimeMillis = Effect.sync(this.currentTimeMillisUnsafe)
  readonly currentTimeNanos = Effect.sync(this.currentTimeNanosUnsafe)
  readonly monotonicTimeNanos = Effect.sync(this.monotonicTimeNanosUnsafe)
}
