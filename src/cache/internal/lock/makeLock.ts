/**
 * Getting a lock, working under it, and giving it back.
 */
import { randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { LockError, LockLost, LockTimeout, LockUnavailable } from "../../LockError.ts"
import { Holding, momentOf } from "./holding.ts"
import { LockCounters, registerLocks } from "./lockCounters.ts"
import type { Grant, LockKeeper } from "./lockKeeper.ts"
import { type LockSettings, lockSettings } from "./lockSettings.ts"
import type { Lease, LockOptions } from "./model.ts"

/** Milliseconds that giving a lock back may take. */
const releaseTimeout = 1_000

interface Core {
  readonly keeper: LockKeeper
  readonly counters: LockCounters
  readonly clock: Clock.Clock
  readonly scope: Scope.Scope
  /** Milliseconds that a round trip may take. */
  readonly timeout: number
}

/** Locks over what keeps them, until the scope ends. `timeout`: milliseconds that a round trip may take. */
export const makeLock = Effect.fnUntraced(function* (
  keeper: LockKeeper,
  options: { readonly name: string; readonly timeout: number }
) {
  const counters = new LockCounters()
  const series = registerLocks(counters, options.name, yield* Effect.context<never>())
  yield* Effect.addFinalizer(() => Effect.sync(() => series.close()))
  const { timeout } = options
  const core: Core = { keeper, counters, clock: yield* Clock.Clock, scope: yield* Effect.scope, timeout }
  return {
    withLock:
      (name: string, options?: LockOptions) =>
      <A, E, R>(use: (lease: Lease) => Effect.Effect<A, E, R>) =>
        Effect.map(locked(core, name, options, false, use), Option.getOrThrow),
    tryLock:
      (name: string, options?: LockOptions) =>
      <A, E, R>(use: (lease: Lease) => Effect.Effect<A, E, R>) =>
        locked(core, name, options, true, use)
  }
})

const locked = <A, E, R>(
  core: Core,
  name: string,
  options: LockOptions | undefined,
  isTry: boolean,
  use: (lease: Lease) => Effect.Effect<A, E, R>
): Effect.Effect<Option.Option<A>, E | LockError, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const settings = lockSettings(name, options)
      if ("_tag" in settings) return yield* settings
      const request = new Request(core, name, settings)
      const grant = yield* restore(isTry ? request.once : request.waiting).pipe(Effect.onError(() => request.withdraw))
      if (grant === undefined) return Option.none()
      const { fence, epoch } = grant
      const holding = request.holding()
      const lost = Effect.suspend(() => {
        core.counters.lost++
        return Effect.fail(new LockError({ reason: new LockLost({ lock: name, fence }) }))
      })
      const kept = Effect.andThen(holding.keep, lost)
      const work = Effect.suspend(() => use({ name, fence, epoch, isHeld: holding.isHeld }))
      const exit = yield* Effect.exit(restore(Effect.raceFirst(work, kept)))
      const wasHeld = holding.left > 0
      holding.end()
      const isReleased = yield* request.release
      // Somebody else may have had it while the work was done.
      if (Exit.isSuccess(exit) && (!wasHeld || isReleased === false)) return yield* lost
      return Option.some(yield* exit)
    })
  )

/** One caller's request for a lock. */
class Request {
  /** When it was asked for last. */
  private asked
  /** Whether the lock may be ours: nobody knows, as long as there is no answer. */
  private mayBeOurs = false
  private readonly core: Core
  private readonly name: string
  private readonly token = randomBytes(12).toString("base64url")
  private readonly settings: LockSettings

  constructor(core: Core, name: string, settings: LockSettings) {
    this.core = core
    this.name = name
    this.settings = settings
    this.asked = momentOf(core.clock)
  }

  /** Asks once; `undefined` if somebody else has it. */
  get once(): Effect.Effect<Grant | undefined, LockError> {
    return Effect.tap(this.ask, (grant) => Effect.sync(() => this.count(grant === undefined ? "busy" : "acquired")))
  }

  /** Asks until the lock is ours, or the time to wait is over. */
  get waiting(): Effect.Effect<Grant, LockError> {
    const { retry, wait } = this.settings
    const began = this.core.clock.currentTimeMillisUnsafe()
    const timedOut = new LockError({
      reason: new LockTimeout({ lock: this.name, after: Duration.millis(wait) })
    })
    let last = timedOut
    const attempt = this.ask.pipe(
      Effect.catch((error) => {
        last = error
        return Effect.fail(error)
      }),
      Effect.flatMap((grant) => {
        if (grant !== undefined) return Effect.succeed(grant)
        last = timedOut
        return Effect.fail(timedOut)
      })
    )
    const repeated =
      wait === 0
        ? attempt
        : attempt.pipe(
            Effect.retry(retry),
            Effect.timeoutOrElse({ duration: wait, orElse: () => Effect.suspend(() => Effect.fail(last)) })
          )
    return Effect.onExit(repeated, (exit) =>
      Effect.sync(() => {
        if (Exit.isSuccess(exit)) {
          this.core.counters.waits.add(this.core.clock.currentTimeMillisUnsafe() - began)
          this.count("acquired")
        } else if (!Exit.hasInterrupts(exit)) this.count(last === timedOut ? "timeout" : "unavailable")
      })
    )
  }

  /** What its holder knows of it. */
  holding(): Holding {
    const { asked, core, name, settings, token } = this
    const { clock, keeper, timeout } = core
    return new Holding({ keeper, clock, name, token, lease: settings.lease, since: asked, timeout })
  }

  /** Gives the lock back. `undefined`: there was no answer in time, and its lease will end it. */
  get release(): Effect.Effect<boolean | undefined> {
    return this.core.keeper.release(this.name, this.token).pipe(
      Effect.timeoutOrElse({ duration: releaseTimeout, orElse: () => Effect.undefined }),
      Effect.orElseSucceed(() => undefined)
    )
  }

  /** Gives back what may be ours without our knowing. Nobody waits for it. */
  get withdraw(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.mayBeOurs
        ? Effect.asVoid(Effect.forkIn(this.release, this.core.scope, { startImmediately: true }))
        : Effect.void
    )
  }

  private get ask(): Effect.Effect<Grant | undefined, LockError> {
    return Effect.suspend(() => {
      const { core, name, settings, token } = this
      this.asked = momentOf(core.clock)
      this.mayBeOurs = true
      return core.keeper.acquire(name, token, settings.lease).pipe(
        Effect.timeoutOrElse({
          duration: core.timeout,
          orElse: () => Effect.fail(new Error("No answer in time"))
        }),
        Effect.tap((grant) => Effect.sync(() => (this.mayBeOurs = grant !== undefined))),
        Effect.mapError((cause) => new LockError({ reason: new LockUnavailable({ cause }) }))
      )
    })
  }

  private count(result: keyof LockCounters["acquisitions"]): void {
    this.core.counters.acquisitions[result]++
  }
}
