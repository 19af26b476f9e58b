/**
 * Why a text could not be parsed.
 *
 * There is one error, {@link ParseError}, with a tagged `reason`. Handle one reason with `Effect.catchReason`, several with
 * `Effect.catchReasons`, and all of them with `Effect.catchTag("ParseError", ...)`. Places are positions in the input (bytes,
 * or code units of a string), lines and columns, and JSON Pointers (RFC 6901). No message holds any of the input's text, so
 * that it can be logged and sent: `JSON.parse` quotes up to 20 characters, which may be a secret. The fields `pointer` and
 * `key` do hold keys of the input.
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
 * Effect.runSync(message) // => "Unexpected character at line 1, column 10 (position 9)"
 * ```
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { describeThrown } from "../internal/value/describeValue.ts"

const TypeId = "~effect-serialization/ParseError"

const id = (name: string) => `effect-serialization/ParseError/${name}`

/**
 * What is wrong with a text that is no JSON.
 *
 * @category models
 * @since 0.1.0
 */
export type JsonProblem =
  | "UnexpectedEnd"
  | "UnexpectedCharacter"
  | "UnterminatedString"
  | "BadEscape"
  | "ControlCharacter"
  | "BadNumber"
  | "AfterEnd"

const problems: { readonly [problem in JsonProblem]: string } = {
  UnexpectedEnd: "Unexpected end of the text",
  UnexpectedCharacter: "Unexpected character",
  UnterminatedString: "A string is not closed",
  BadEscape: "Bad escape in a string",
  ControlCharacter: "A control character in a string is not escaped",
  BadNumber: "Bad number",
  AfterEnd: "Something follows the value"
}

/**
 * The text is no JSON. The place is where `JSON.parse` sees it, where its message tells one.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidJson extends Schema.TaggedError<InvalidJson>(id("InvalidJson"))("InvalidJson", {
  /** From 0: bytes of the input, or code units of a string. A byte order mark counts. */
  position: Schema.Number,
  /** From 1. `\n`, `\r\n` and a lone `\r` end a line. */
  line: Schema.Number,
  /** From 1, in UTF-16 code units. */
  column: Schema.Number,
  /** JSON Pointer of the value that was being read, as far as that is certain. */
  pointer: Schema.String,
  problem: Schema.Literals([
    "UnexpectedEnd",
    "UnexpectedCharacter",
    "UnterminatedString",
    "BadEscape",
    "ControlCharacter",
    "BadNumber",
    "AfterEnd"
  ])
}) {
  override get message(): string {
    return `${problems[this.problem]} at line ${this.line}, column ${this.column} (position ${this.position})`
  }
}

/**
 * The bytes are no UTF-8. Only with `invalidUtf8: "error"`: by default what is wrong is replaced, as `Response.json()` does.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidUtf8 extends Schema.TaggedError<InvalidUtf8>(id("InvalidUtf8"))("InvalidUtf8", {
  /** The byte at which the bad sequence begins. */
  position: Schema.Number
}) {
  override get message(): string {
    return `The bytes at position ${this.position} are no UTF-8. With \`invalidUtf8: "replace"\` they become U+FFFD`
  }
}

/**
 * The input is larger than `maxBytes`.
 *
 * @category errors
 * @since 0.1.0
 */
export class InputTooLarge extends Schema.TaggedError<InputTooLarge>(id("InputTooLarge"))("InputTooLarge", {
  maxBytes: Schema.Number
}) {
  override get message(): string {
    return `The input is larger than \`maxBytes\`, ${this.maxBytes}. Raise it, or refuse the input`
  }
}

/**
 * Arrays and objects are nested deeper than `maxDepth`.
 *
 * @category errors
 * @since 0.1.0
 */
export class NestingTooDeep extends Schema.TaggedError<NestingTooDeep>(id("NestingTooDeep"))("NestingTooDeep", {
  maxDepth: Schema.Number,
  /** Where the bracket stands that is one too many. */
  position: Schema.Number
}) {
  override get message(): string {
    return `The text is nested deeper than \`maxDepth\`, ${this.maxDepth}, at position ${this.position}`
  }
}

/**
 * A key that may pollute a prototype when the value is copied carelessly. Only with `dangerousKeys: "error"`.
 *
 * @category errors
 * @since 0.1.0
 */
export class ForbiddenKey extends Schema.TaggedError<ForbiddenKey>(id("ForbiddenKey"))("ForbiddenKey", {
  /** `__proto__` or `constructor`. */
  key: Schema.String,
  /** JSON Pointer of the object that has it. */
  pointer: Schema.String
}) {
  override get message(): string {
    return `An object has the key "${this.key}". With \`dangerousKeys: "remove"\` such keys are left out`
  }
}

/**
 * There is nothing at the pointer of `at`.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotFound extends Schema.TaggedError<NotFound>(id("NotFound"))("NotFound", {
  at: Schema.String
}) {
  override get message(): string {
    return `The text has no value at \`at\`, ${JSON.stringify(this.at)}`
  }
}

/**
 * What is at the pointer of `at` is no array, for `parseArray`.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotAnArray extends Schema.TaggedError<NotAnArray>(id("NotAnArray"))("NotAnArray", {
  at: Schema.String
}) {
  override get message(): string {
    return `The value at \`at\`, ${JSON.stringify(this.at)}, is no array. Use \`parse\` for it`
  }
}

/**
 * The reviver threw.
 *
 * @category errors
 * @since 0.1.0
 */
export class ReviverFailed extends Schema.TaggedError<ReviverFailed>(id("ReviverFailed"))("ReviverFailed", {
  /** JSON Pointer of the value for which it was called. */
  pointer: Schema.String,
  /** The very value that was thrown. */
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The reviver threw: ${describeThrown(this.cause)}`
  }
}

/**
 * A string of the value is longer than the longest string of the engine, about half a billion characters.
 *
 * @category errors
 * @since 0.1.0
 */
export class StringTooLong extends Schema.TaggedError<StringTooLong>(id("StringTooLong"))("StringTooLong", {
  /** Where the string begins. */
  position: Schema.Number
}) {
  override get message(): string {
    return `The string at position ${this.position} is longer than a JavaScript string can be`
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
