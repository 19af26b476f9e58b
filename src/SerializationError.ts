/**
 * Why a value could not be serialized.
 *
 * There is one error, {@link SerializationError}, with a tagged `reason`. Handle one reason with `Effect.catchReason`, several
 * with `Effect.catchReasons`, and all of them with `Effect.catchTag("SerializationError", ...)`. Places in the value are given
 * as JSON Pointers (RFC 6901): `""` is the value itself, `"/users/3/name"` a property further inside.
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
 *       Effect.succeed(`{"error":"a cycle at ${reason.pointer}"}`)
 *     )
 *   )
 * ```
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { describeThrown } from "./internal/value/describeValue.ts"
import { WorkerPoolError } from "./internal/pool/workerPoolError.ts"

const TypeId = "~effect-serialization/SerializationError"

const id = (name: string) => `effect-serialization/SerializationError/${name}`

const at = (pointer: string): string => (pointer === "" ? "The value itself" : `The value at "${pointer}"`)

/**
 * The value refers back to an object that holds it, so that its text would have no end.
 *
 * @category errors
 * @since 0.1.0
 */
export class CyclicValue extends Schema.TaggedError<CyclicValue>(id("CyclicValue"))("CyclicValue", {
  /** Where the reference stands that closes the cycle. */
  pointer: Schema.String
}) {
  override get message(): string {
    return `${at(this.pointer)} is an object that it stands inside of: a cycle. Leave it out with a \`replacer\` or a \`toJSON\``
  }
}

/**
 * The value, or something inside it, has no JSON text: a bigint, or `undefined`, a function or a symbol at the root.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnsupportedValue extends Schema.TaggedError<UnsupportedValue>(id("UnsupportedValue"))("UnsupportedValue", {
  /** Where it stands. */
  pointer: Schema.String,
  /** What `typeof` says of it. */
  type: Schema.String
}) {
  override get message(): string {
    const remedy =
      this.type === "bigint"
        ? "Turn it into a string or a number, with a `replacer` or `toJSON`"
        : "Serialize null instead, or nothing"
    return `${at(this.pointer)} is of type ${this.type}, for which there is no JSON. ${remedy}`
  }
}

/**
 * Code of the caller threw: a `toJSON`, a getter, the `replacer`, a proxy's trap, or the conversion of `space`.
 *
 * @category errors
 * @since 0.1.0
 */
export class UserCodeFailed extends Schema.TaggedError<UserCodeFailed>(id("UserCodeFailed"))("UserCodeFailed", {
  /** Where it was called, as far as that is certain. */
  pointer: Schema.String,
  /** The very value that was thrown. */
  cause: Schema.Defect()
}) {
  override get message(): string {
    const where = this.pointer === "" ? "" : ` at "${this.pointer}"`
    return `A toJSON, getter, replacer or proxy of the value threw${where}: ${describeThrown(this.cause)}`
  }
}

/**
 * The text is longer than `maxSize`, or, with `truncate`, cannot be shortened to it.
 *
 * @category errors
 * @since 0.1.0
 */
export class SizeLimitExceeded extends Schema.TaggedError<SizeLimitExceeded>(id("SizeLimitExceeded"))(
  "SizeLimitExceeded",
  {
    maxSize: Schema.Number,
    /** UTF-16 code units for text; bytes of UTF-8 for bytes and streams. */
    unit: Schema.Literals(["characters", "bytes"])
  }
) {
  override get message(): string {
    return `The JSON text does not fit into \`maxSize\`, ${this.maxSize} ${this.unit}. Raise it, or set \`truncate\` to get the beginning as valid JSON`
  }
}

/**
 * The text is longer than the longest string of the engine, about half a billion characters.
 *
 * @category errors
 * @since 0.1.0
 */
export class OutputTooLong extends Schema.TaggedError<OutputTooLong>(id("OutputTooLong"))("OutputTooLong", {}) {
  override get message(): string {
    return "The JSON text is longer than a JavaScript string can be. Use `stream` or `serializeToBytes`"
  }
}

/**
 * The value is nested deeper than `JSON.stringify` can go. Only where that does the call: with `routing: "sync"`, and in the
 * control arm of a rollout. The engine knows no limit.
 *
 * @category errors
 * @since 0.1.0
 */
export class NestingTooDeep extends Schema.TaggedError<NestingTooDeep>(id("NestingTooDeep"))("NestingTooDeep", {}) {
  override get message(): string {
    return 'The value is nested deeper than JSON.stringify can go. Use any `routing` but "sync", and a `rollout` of 1'
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
 * A worker thread failed. Only with `fallback: false` in the layer's options: by default the calling thread takes over.
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
    typeof WorkerFailed
  ]
> = Schema.Union([
  CyclicValue,
  UnsupportedValue,
  UserCodeFailed,
  SizeLimitExceeded,
  OutputTooLong,
  NestingTooDeep,
  InvalidOptions,
  WorkerFailed
])

/**
 * A value could not be serialized; `reason` says why.
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
