/**
 * Why a text could not be parsed.
 *
 * There is one error, {@link ParseError}, with a tagged `reason`. Handle one reason with `Effect.catchReason`, several
 * with `Effect.catchReasons`, and all of them with `Effect.catchTag("ParseError", ...)`. Places are positions in the
 * input (bytes, or code units of a string), lines and columns, and JSON Pointers (RFC 6901). No message holds any of
 * the input's text, so that it can be logged and sent: `JSON.parse` quotes up to 20 characters, which may be a secret.
 * The fields `pointer` and `key` do hold keys of the input.
 *
 * **Example** (A broken text told apart from the rest)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { parse } from "effect-serialization/parse"
 *
 * const message = parse('{"id": 1,}').pipe(
 *   Effect.as("fine"),
 *   Effect.catchReason("ParseError", "InvalidJson", (reason) => Effect.succeed(reason.message))
 * )
 *
 * await Effect.runPromise(message) // => "Unexpected character at line 1, column 10 (position 9)"
 * ```
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import {
  ForbiddenKey,
  InputTooLarge,
  InvalidJson,
  InvalidOptions,
  InvalidUtf8,
  NestingTooDeep,
  NotAnArray,
  NotFound,
  ReviverFailed,
  StringTooLong
} from "./internal/parseErrorReasons.ts"

export * from "./internal/parseErrorReasons.ts"

const TypeId = "~effect-serialization/ParseError"

/**
 * Why a text could not be parsed.
 *
 * @category errors
 * @since 0.1.0
 */
export type ParseErrorReason =
  | InvalidJson
  | InvalidUtf8
  | InputTooLarge
  | NestingTooDeep
  | ForbiddenKey
  | NotFound
  | NotAnArray
  | ReviverFailed
  | StringTooLong
  | InvalidOptions

/**
 * Schema of the reasons of a {@link ParseError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const ParseErrorReason: Schema.Union<
  [
    typeof InvalidJson,
    typeof InvalidUtf8,
    typeof InputTooLarge,
    typeof NestingTooDeep,
    typeof ForbiddenKey,
    typeof NotFound,
    typeof NotAnArray,
    typeof ReviverFailed,
    typeof StringTooLong,
    typeof InvalidOptions
  ]
> = Schema.Union([
  InvalidJson,
  InvalidUtf8,
  InputTooLarge,
  NestingTooDeep,
  ForbiddenKey,
  NotFound,
  NotAnArray,
  ReviverFailed,
  StringTooLong,
  InvalidOptions
])

/**
 * A text could not be parsed; `reason` says why.
 *
 * @category errors
 * @since 0.1.0
 */
export class ParseError extends Schema.TaggedError<ParseError>("effect-serialization/ParseError")("ParseError", {
  reason: ParseErrorReason
}) {
  /** Marks this value for {@link isParseError}. */
  readonly [TypeId] = TypeId

  /** The reason, as the `cause` that JavaScript's own tools print. */
  override readonly cause = this.reason

  override get message(): string {
    return this.reason.message
  }
}

/**
 * Returns `true` if the value is a {@link ParseError}.
 *
 * **Example** (Telling a rejection apart)
 *
 * ```ts
 * import { isParseError, parseAsync } from "effect-serialization/parse"
 *
 * const orUndefined = (text: string) =>
 *   parseAsync(text).catch((error) => {
 *     if (isParseError(error) && error.reason._tag === "InvalidJson") return undefined
 *     throw error
 *   })
 *
 * await orUndefined("[1") // => undefined
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isParseError = (u: unknown): u is ParseError => Predicate.hasProperty(u, TypeId)
