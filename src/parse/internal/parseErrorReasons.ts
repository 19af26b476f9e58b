/**
 * The reasons of a `ParseError`.
 */
import * as Schema from "effect/Schema"

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
 * The bytes are no UTF-8. Only with `invalidUtf8: "error"`: by default what is wrong is replaced, as `Response.json()`
 * does.
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
 * The reviver threw. What it threw is in `cause` and not in the message: it may quote the input.
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
    return "The reviver threw; `cause` is what, and `pointer` says where"
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
