/**
 * Why the cache could not answer.
 *
 * There is one error, {@link CacheError}, with a tagged `reason`. Handle one reason with `Effect.catchReason`, all of
 * them with `Effect.catchTag("CacheError", ...)`. A computation that fails is no `CacheError`: its failure comes out as
 * it is.
 *
 * **Example** (One reason handled)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { SerializedCache } from "effect-serialization/cache"
 *
 * const report = (id: string) =>
 *   SerializedCache.use((cache) =>
 *     cache.getOrCompute(`report:${id}`, Effect.succeed({ id }), { hardTimeout: "2 seconds" })
 *   ).pipe(Effect.catchReason("CacheError", "ComputeTimedOut", () => Effect.succeed("try again in a moment")))
 * ```
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const TypeId = "~effect-serialization/CacheError"

const id = (name: string) => `effect-serialization/CacheError/${name}`

/**
 * A key or a tag cannot be used: it is empty, longer than 1,024 bytes, or holds half of a surrogate pair.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidKey extends Schema.TaggedError<InvalidKey>(id("InvalidKey"))("InvalidKey", {
  /** The beginning of it. */
  key: Schema.String,
  /** What is wrong with it. */
  problem: Schema.Literals(["empty", "too long", "lone surrogate", "no string"])
}) {
  override get message(): string {
    return `The key or tag ${JSON.stringify(this.key)} ${problems[this.problem]}`
  }
}

const problems = {
  empty: "is empty. Give it at least one character",
  "too long": "is longer than 1,024 bytes. Use a hash of its long part",
  "lone surrogate": "holds half of a surrogate pair. Cut text between code points, or encode it",
  "no string": "is not a string. Turn it into one"
} as const

/**
 * An option is out of range or of the wrong type.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidOptions extends Schema.TaggedError<InvalidOptions>(id("InvalidOptions"))("InvalidOptions", {
  message: Schema.String
}) {}

/**
 * A computation reads its own key, by itself or through other computations.
 *
 * @category errors
 * @since 0.1.0
 */
export class DependencyCycle extends Schema.TaggedError<DependencyCycle>(id("DependencyCycle"))("DependencyCycle", {
  /** The keys of the cycle: each reads the next, and the last is the first again. */
  keys: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const keys = this.keys.map((key) => JSON.stringify(key)).join(" -> ")
    return `Computations wait for each other: ${keys}. Let one of them read from the source instead of the cache`
  }
}

/**
 * An entry depends on too many names: keys and tags, its own and those of all that its computation read.
 *
 * @category errors
 * @since 0.1.0
 */
export class TooManyNames extends Schema.TaggedError<TooManyNames>(id("TooManyNames"))("TooManyNames", {
  limit: Schema.Number
}) {
  override get message(): string {
    return `The entry depends on more than ${this.limit} keys and tags. Give the parts a common tag, or read fewer of them`
  }
}

/**
 * The text was not there within `hardTimeout`. The computation goes on, and is stored when it is done.
 *
 * @category errors
 * @since 0.1.0
 */
export class ComputeTimedOut extends Schema.TaggedError<ComputeTimedOut>(id("ComputeTimedOut"))("ComputeTimedOut", {
  after: Schema.Duration
}) {
  override get message(): string {
    const after = Duration.format(this.after)
    return `No text within ${after}. The computation goes on: try again, or raise \`hardTimeout\``
  }
}

/**
 * The store does not answer, and the call asked for what only the store can tell: `consistency: "strong"`, or an
 * invalidation with `onUnavailable: "fail"`.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>(id("StoreUnavailable"))("StoreUnavailable", {
  cause: Schema.Defect()
}) {
  override get message(): string {
    return 'The store of the cache does not answer. Try again later, or use `consistency: "bounded"` or `onUnavailable: "queue"`'
  }
}

/**
 * Why the cache could not answer.
 *
 * @category errors
 * @since 0.1.0
 */
export type CacheErrorReason =
  | InvalidKey
  | InvalidOptions
  | DependencyCycle
  | TooManyNames
  | ComputeTimedOut
  | StoreUnavailable

/**
 * Schema of the reasons of a {@link CacheError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const CacheErrorReason: Schema.Union<
  [
    typeof InvalidKey,
    typeof InvalidOptions,
    typeof DependencyCycle,
    typeof TooManyNames,
    typeof ComputeTimedOut,
    typeof StoreUnavailable
  ]
> = Schema.Union([InvalidKey, InvalidOptions, DependencyCycle, TooManyNames, ComputeTimedOut, StoreUnavailable])

/**
 * The cache could not answer; `reason` says why.
 *
 * @category errors
 * @since 0.1.0
 */
export class CacheError extends Schema.TaggedError<CacheError>("effect-serialization/CacheError")("CacheError", {
  reason: CacheErrorReason
}) {
  /** Marks this value for {@link isCacheError}. */
  readonly [TypeId] = TypeId

  /** The reason, as the `cause` that JavaScript's own tools print. */
  override readonly cause = this.reason

  override get message(): string {
    return this.reason.message
  }
}

/**
 * Returns `true` if the value is a {@link CacheError}.
 *
 * @category guards
 * @since 0.1.0
 */
export const isCacheError = (u: unknown): u is CacheError => Predicate.hasProperty(u, TypeId)
