/**
 * Why a value could not be serialized.
 *
 * There is one error, {@link SerializationError}, with a tagged `reason`. Handle one reason with `Effect.catchReason`,
 * several with `Effect.catchReasons`, and all of them with `Effect.catchTag("SerializationError", ...)`. Places in the
 * value are JSON Pointers (RFC 6901): `""` is the root, the value itself, and `"/users/3/name"` is a property inside
 * it.
 *
 * **Example** (One reason handled, the others left)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Serialization } from "effect-serialization"
 *
 * const text = (value: unknown) =>
 *   Serialization.use((json) => json.serialize(value)).pipe(
 *     Effect.map((result) => result.serialized),
 *     Effect.catchReason("SerializationError", "CyclicValue", (reason) =>
 *       Effect.succeed(`{"error":"circular reference at ${reason.pointer}"}`)
 *     )
 *   )
 * ```
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { describeThrown } from "./internal/value/describeValue.ts"
import { TokensError } from "./internal/errors/tokensError.ts"
import { WorkerPoolError } from "./internal/pool/workerPoolError.ts"

const TypeId = "~effect-serialization/SerializationError"

const id = (name: string) => `effect-serialization/SerializationError/${name}`

const where = (pointer: string): string => (pointer === "" ? "at the root" : `at "${pointer}"`)

/**
 * The value has a circular reference: something in it refers to an object around it.
 *
 * @category errors
 * @since 0.1.0
 */
export class CyclicValue extends Schema.TaggedError<CyclicValue>(id("CyclicValue"))("CyclicValue", {
  /** The place of the reference that closes the cycle. */
  pointer: Schema.String
}) {
  override get message(): string {
    return `Circular reference ${where(this.pointer)}. Exclude it with a \`replacer\` or \`toJSON\``
  }
}

/**
 * JSON cannot represent the value: it is or holds a bigint, or its root is `undefined`, a function or a symbol.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnsupportedValue extends Schema.TaggedError<UnsupportedValue>(id("UnsupportedValue"))("UnsupportedValue", {
  /** The place of what JSON cannot represent. */
  pointer: Schema.String,
  /** Its type, as `typeof` gives it. */
  type: Schema.String
}) {
  override get message(): string {
    const remedy =
      this.type === "bigint"
        ? "Convert it to a string or a number with a `replacer` or `toJSON`"
        : "Serialize null instead"
    return `JSON cannot represent the ${this.type} ${where(this.pointer)}. ${remedy}`
  }
}

/**
 * Your code threw: a `toJSON`, a getter, the `replacer`, a proxy trap, or the conversion of `space`.
 *
 * @category errors
 * @since 0.1.0
 */
export class UserCodeFailed extends Schema.TaggedError<UserCodeFailed>(id("UserCodeFailed"))("UserCodeFailed", {
  /** The place where it was called: the longest prefix of it that is certain. */
  pointer: Schema.String,
  /** The very value that was thrown. */
  cause: Schema.Defect()
}) {
  override get message(): string {
    const place = this.pointer === "" ? "" : ` ${where(this.pointer)}`
    return `A toJSON, getter, replacer or proxy threw${place}: ${describeThrown(this.cause)}`
  }
}

/**
 * The output is longer than `maxSize`, or has more tokens than `maxTokens`. With `truncate`: it cannot be shortened to that.
 *
 * @category errors
 * @since 0.1.0
 */
export class SizeLimitExceeded extends Schema.TaggedError<SizeLimitExceeded>(id("SizeLimitExceeded"))(
  "SizeLimitExceeded",
  {
    maxSize: Schema.Number,
    /** `"characters"` are UTF-16 code units of a string; `"bytes"` are UTF-8 bytes of bytes and streams; `"tokens"` are those of `maxTokens`. */
    unit: Schema.Literals(["characters", "bytes", "tokens"])
  }
) {
  override get message(): string {
    const option = this.unit === "tokens" ? "maxTokens" : "maxSize"
    const what = `The output does not fit into \`${option}\`, ${this.maxSize} ${this.unit}`
    return `${what}. Raise \`${option}\`, or set \`truncate\` to get valid JSON that ends early`
  }
}

/**
 * The output is longer than V8's longest string, about half a billion characters.
 *
 * @category errors
 * @since 0.1.0
 */
export class OutputTooLong extends Schema.TaggedError<OutputTooLong>(id("OutputTooLong"))("OutputTooLong", {}) {
  override get message(): string {
    return "The output is longer than a JavaScript string can be. Use `stream` or `serializeToBytes`"
  }
}

/**
 * The value is nested deeper than `JSON.stringify` can go. This happens only where `JSON.stringify` makes the call:
 * with `routing: "sync"`, and for calls that a rollout leaves on `JSON.stringify`. Frames have no such limit.
 *
 * @category errors
 * @since 0.1.0
 */
export class NestingTooDeep extends Schema.TaggedError<NestingTooDeep>(id("NestingTooDeep"))("NestingTooDeep", {}) {
  override get message(): string {
    const remedy = 'Use a `routing` other than "sync", and a `rollout` of 1'
    return `The value is nested deeper than JSON.stringify can go. ${remedy}`
  }
}

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
 * A worker thread failed. Callers see this only with `fallback: false` in the layer's options. By default the calling
 * thread takes over.
 *
 * @category errors
 * @since 0.1.0
 */
export class WorkerFailed extends Schema.TaggedError<WorkerFailed>(id("WorkerFailed"))("WorkerFailed", {
  cause: WorkerPoolError
}) {
  override get message(): string {
    return this.cause.message
  }
}

/**
 * The tokens of the text could not be counted, for `maxTokens`; `cause` says why.
 *
 * @category errors
 * @since 0.1.0
 */
export class TokensFailed extends Schema.TaggedError<TokensFailed>(id("TokensFailed"))("TokensFailed", {
  cause: TokensError
}) {
  override get message(): string {
    return this.cause.message
  }
}

/**
 * Why a value could not be serialized.
 *
 * @category errors
 * @since 0.1.0
 */
export type SerializationErrorReason =
  | CyclicValue
  | UnsupportedValue
  | UserCodeFailed
  | SizeLimitExceeded
  | OutputTooLong
  | NestingTooDeep
  | InvalidOptions
  | WorkerFailed
  | TokensFailed

/**
 * Schema of the reasons of a {@link SerializationError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const SerializationErrorReason: Schema.Union<
  [
    typeof CyclicValue,
    typeof UnsupportedValue,
    typeof UserCodeFailed,
    typeof SizeLimitExceeded,
    typeof OutputTooLong,
    typeof NestingTooDeep,
    typeof InvalidOptions,
    typeof WorkerFailed,
    typeof TokensFailed
  ]
> = Schema.Union([
  CyclicValue,
  UnsupportedValue,
  UserCodeFailed,
  SizeLimitExceeded,
  OutputTooLong,
  NestingTooDeep,
  InvalidOptions,
  WorkerFailed,
  TokensFailed
])

/**
 * A value could not be serialized. `reason` says why.
 *
 * @category errors
 * @since 0.1.0
 */
export class SerializationError extends Schema.TaggedError<SerializationError>(
  "effect-serialization/SerializationError"
)("SerializationError", { reason: SerializationErrorReason }) {
  /** Marks this value for {@link isSerializationError}. */
  readonly [TypeId] = TypeId

  /** The reason, as the `cause` that JavaScript's own tools print. */
  override readonly cause = this.reason

  override get message(): string {
    return this.reason.message
  }
}

/**
 * Returns `true` if the value is a {@link SerializationError}.
 *
 * **Example** (Telling a rejection apart)
 *
 * ```ts
 * import { isSerializationError, serializeAsync } from "effect-serialization"
 *
 * const orUndefined = (value: unknown) =>
 *   serializeAsync(value).catch((error) => {
 *     if (isSerializationError(error) && error.reason._tag === "UnsupportedValue") return undefined
 *     throw error
 *   })
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isSerializationError = (u: unknown): u is SerializationError => Predicate.hasProperty(u, TypeId)
