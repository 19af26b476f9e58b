/**
 * Callers of one lock under every order of events that a scheduler can think of, and whether a lock that is one thing in one
 * place could have given them what they got.
 */
import { Cause, Clock, Effect, Exit, Option, Scope } from "effect"
import * as fc from "fast-check"
import { isLockError } from "../../../src/cache/index.ts"
import type { LockKeeper } from "../../../src/cache/internal/lock/lockKeeper.ts"
import { makeLock } from "../../../src/cache/internal/lock/makeLock.ts"
import { isLinearizable, type Operation } from "./linearizable.ts"
import { SchedulerClock } from "./schedulerClock.ts"

/** What one caller does, or that the leases of all expire. */
export type LockStep =
  | {
      readonly _tag: "Lock"
      readonly isTry: boolean
      /** Turns of the scheduler that the work takes. */
      readonly turns: number
      readonly isStopped: boolean
    }
  | { readonly _tag: "Expire" }

export const lockSteps = (hasExpiry: boolean): fc.Arbitrary<ReadonlyArray<LockStep>> =>
  fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          _tag: fc.constant("Lock" as const),
          isTry: fc.boolean(),
          turns: fc.nat(4),
          isStopped: fc.nat(5).map((n) => n === 0)
        })
      },
      { weight: hasExpiry ? 1 : 0, arbitrary: fc.constant<LockStep>({ _tag: "Expire" }) }
    ),
    { minLength: 2, maxLength: 8 }
  )

const lease = 9_000

/**
 * Time stands still, but for leases that expire. Pauses of callers and of renewals end when the scheduler says so; whatever
 * bounds a wait never does.
 */
class LockTime extends SchedulerClock {
  private readonly scheduler: fc.Scheduler
  constructor(scheduler: fc.Scheduler) {
    super()
    this.scheduler = scheduler
  }
  sleep: Clock.Clock["sleep"] = (duration) => {
    const milliseconds = Number(duration.value._tag === "Millis" ? duration.value.millis : 0)
    return milliseconds >= 1_000 && milliseconds !== lease / 3
      ? Effect.never
      : Effect.promise(() => this.scheduler.schedule(Promise.resolve(), "pause"))
  }
}

interface LockState {
  /** Which step has the lock. */
  readonly holder: number | undefined
  readonly fence: number
}

export interface LockRace {
  readonly scheduler: fc.Scheduler
  readonly steps: ReadonlyArray<LockStep>
  readonly name: string
  readonly keeper: LockKeeper
  /** Ends all leases where they are kept. Those in memory end with the clock. */
  readonly expire: () => Promise<unknown>
}

/** How often the lock was had, was busy, and was lost, over all races. */
export const lockSeen = { had: 0, busy: 0, lost: 0 }

/** Lets a race run, and gives its history if no single lock explains it. */
export const lockRace = async ({ expire, keeper, name, scheduler, steps }: LockRace): Promise<string | undefined> => {
  const time = new LockTime(scheduler)
  const run = <A, E>(effect: Effect.Effect<A, E>, options?: Effect.RunOptions) =>
    Effect.runPromiseExit(Effect.provideService(effect, Clock.Clock, time), options)
  const turn = Effect.promise(() => scheduler.schedule(Promise.resolve(), "network"))
  const slow = <A, E>(effect: Effect.Effect<A, E>) => turn.pipe(Effect.andThen(effect), Effect.tap(turn))
  const scope = Scope.makeUnsafe()
  const made = await run(
    Scope.provide(
      makeLock(
        {
          acquire: (...args) => slow(keeper.acquire(...args)),
          renew: (...args) => slow(keeper.renew(...args)),
          release: (...args) => slow(keeper.release(...args))
        },
        { name: "race", timeout: 3_600_000 }
      ),
      scope
    )
  )
  if (Exit.isFailure(made)) throw new Error(Cause.pretty(made.cause))
  const lock = made.value

  let now = 0
  const history: Array<Operation<LockState>> = []
  const expiries: Array<{ readonly called: number; returned: number }> = []

  const perform = async (step: LockStep, i: number): Promise<void> => {
    const called = ++now
    if (step._tag === "Expire") {
      const expiry = { called, returned: Infinity }
      expiries.push(expiry)
      await expire()
      time.now += lease
      expiry.returned = ++now
      const apply = ({ fence }: LockState): LockState => ({ holder: undefined, fence })
      history.push({ what: "expire", called, returned: expiry.returned, apply })
      return
    }
    let had: { readonly fence: number; readonly returned: number } | undefined
    let ended = Infinity
    const work = ({ fence }: { readonly fence: number }) => {
      had = { fence, returned: ++now }
      return Effect.onExit(Effect.repeat(turn, { times: step.turns }), () => Effect.sync(() => (ended = ++now)))
    }
    const controller = new AbortController()
    if (step.isStopped) void scheduler.schedule(Promise.resolve(), "stop").then(() => controller.abort())
    const locked = step.isTry
      ? lock.tryLock(name, { lease })(work)
      : Effect.asSome(lock.withLock(name, { lease, wait: "1 hour" })(work))
    const exit = await run(locked, { signal: controller.signal })
    const returned = ++now
    if (had === undefined) {
      if (Exit.isSuccess(exit) && Option.isNone(exit.value)) {
        lockSeen.busy++
        const apply = (state: LockState) => (state.holder === undefined ? undefined : state)
        history.push({ what: `${i} busy`, called, returned, apply })
      } else if (!(Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause))) {
        history.push({ what: `${i} ended without the lock: ${String(exit)}`, called, returned, apply: () => undefined })
      } else {
        // It was stopped while it asked: it may have had the lock for a moment, without knowing, before that is taken back.
        const apply = (state: LockState) => (state.holder === undefined ? { ...state, holder: i } : state)
        history.push({ what: `${i} was stopped before it had it`, called, returned: Infinity, apply })
        history.push({ what: `${i} takes it back`, called, returned: Infinity, apply: withdraw(i) })
      }
      return
    }
    lockSeen.had++
    const { fence } = had
    history.push({
      what: `${i} has it with fence ${fence}`,
      called,
      returned: had.returned,
      apply: (state) => (state.holder === undefined && fence > state.fence ? { holder: i, fence } : undefined)
    })
    const isLost = Exit.isFailure(exit) && !Cause.hasInterrupts(exit.cause) && isLockError(Cause.squash(exit.cause))
    if (isLost) lockSeen.lost++
    // Its lease counts from when it asked, and it may know of an expiry before it has come to pass where the lock is kept.
    const mayBeLost = expiries.some((expiry) => expiry.called < returned && expiry.returned > called)
    const isStopped = Exit.isFailure(exit) && !isLost
    history.push({
      what: `${i} ${isLost ? "has lost it" : isStopped ? "was stopped" : "gives it back"}`,
      called: ended,
      returned,
      apply: ({ holder, fence }) => {
        if (holder === i) return isLost && !mayBeLost ? undefined : { holder: undefined, fence }
        return isLost || isStopped ? { holder, fence } : undefined
      }
    })
  }

  await scheduler.waitFor(
    Promise.all(
      steps.map((step, i) => scheduler.schedule(Promise.resolve(), step._tag).then(() => perform(step, i)))
    ).then(() => run(Scope.close(scope, Exit.void)))
  )
  const keyOf = ({ fence, holder }: LockState) => `${holder} ${fence}`
  if (isLinearizable(history, { holder: undefined, fence: 0 }, keyOf)) return undefined
  return history
    .toSorted((a, b) => a.called - b.called)
    .map(({ called, returned, what }) => `${called}-${returned} ${what}`)
    .join("\n")
}

const withdraw =
  (i: number) =>
  ({ fence, holder }: LockState): LockState => ({ holder: holder === i ? undefined : holder, fence })
