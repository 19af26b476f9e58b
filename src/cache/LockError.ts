/**
 * Why there is no lock, or none any more.
 *
 * There is one error, {@link LockError}, with a tagged `reason`. Handle one reason with `Effect.catchReason`, all of them
 * with `Effect.catchTag("LockError", ...)`. What the work under the lock fails with comes out as it is.
 *
 * **Example** (One reason handled)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { DistributedLock } from "effect-serialization/cache"
 *
 * const nightly = DistributedLock.use((lock) =>
 *   lock.withLock("nightly", { wait: "1 second" })(() => Effect.succeed("done"))
 * ).pipe(Effect.catchReason("LockError", "LockTimeout", () => Effect.succeed("somebody else does it")))
 *
 * await Effect.runPromise(nightly.pipe(Effect.provide(DistributedLock.layerMemory()))) // => "done"
 * ```
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { InvalidKey, InvalidOptions } from "./CacheError.ts"

const TypeId = "~effect-serialization/LockError"

const id = (name: string) => `effect-serialization/LockError/${name}`

/**
 * Somebody else had the lock for as long as the caller was ready to wait.
 *
 * @category errors
 * @since 0.1.0
 */
export class LockTimeout extends Schema.TaggedError<LockTimeout>(id("LockTimeout"))("LockTimeout", {
  /** The name of the lock. */
  lock: Schema.String,
  after: Schema.Duration
}) {
  override get message(): string {
    const after = Duration.format(this.after)
    return `The lock ${JSON.stringify(this.lock)} was not to be had within ${after}. Try again later, or raise \`wait\``
  }
}

/**
 * The lock was lost before the work under it was done: the work was interrupted, or ended too late. Somebody else may
 * have had the lock meanwhile.
 *
 * @category errors
 * @since 0.1.0
 */
export class LockLost extends Schema.TaggedError<LockLost>(id("LockLost"))("LockLost", {
  /** The name of the lock. */
  lock: Schema.String,
  /** The fence of the lease that is over. */
  fence: Schema.Number
}) {
  override get message(): string {
    const lock = JSON.stringify(this.lock)
    return `The lock ${lock} was lost (fence ${this.fence}). Check what the work has done, or raise \`lease\``
  }
}

/**
 * What keeps the locks does not answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class LockUnavailable extends Schema.TaggedError<LockUnavailable>(id("LockUnavailable"))("LockUnavailable", {
  cause: Schema.Defect()
}) {
  override get message(): string {
    return "What keeps the locks does not answer. Try again later"
  }
}

/**
 * Why there is no lock, or none any more.
 *
 * @category errors
 * @since 0.1.0
 */
export type LockErrorReason = LockTimeout | LockLost | LockUnavailable | InvalidKey | InvalidOptions

/**
 * Schema of the reasons of a {@link LockError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const LockErrorReason: Schema.Union<
  [typeof LockTimeout, typeof LockLost, typeof LockUnavailable, typeof InvalidKey, typeof InvalidOptions]
> = Schema.Union([LockTimeout, LockLost, LockUnavailable, InvalidKey, InvalidOptions])

/**
 * There is no lock, or none any more; `reason` says why.
 *
 * @category errors
 * @since 0.1.0
 */
export class LockError extends Schema.TaggedError<LockError>("effect-serialization/LockError")("LockError", {
  reason: LockErrorReason
}) {
  /** Marks this value for {@link isLockError}. */
  readonly [TypeId] = TypeId

  /** The reason, as the `cause` that JavaScript's own tools print. */
  override readonly cause = this.reason

  override get message(): string {
    return this.reason.message
  }
}

/**
 * Returns `true` if the value is a {@link LockError}.
 *
 * @category guards
 * @since 0.1.0
 */
export const isLockError = (u: unknown): u is LockError => Predicate.hasProperty(u, TypeId)
