/**
 * What a program gets where a body is no JSON: the error that it knows, with the place in it and none of the text.
 */
import type { ParseOptions } from "../../parse/Parse.ts"
import { isParseError } from "../../parse/ParseError.ts"

/** A broken text is a `SyntaxError`, as `JSON.parse` has it, with the `ParseError` as its cause. Other errors stay. */
export const asSyntaxError = (error: unknown): unknown =>
  isParseError(error) && error.reason._tag === "InvalidJson"
    ? new SyntaxError(error.reason.message, { cause: error })
    : error

/** Bytes up to which a body takes the framework's own code: what `parse` does at once. */
export const smallest = 65_536

interface Headers {
  get(name: string): string | null
}

/** A web body whose length is known to be that of its text, and is small. */
export const isSmallBody = (headers: Headers): boolean => {
  const length = headers.get("content-length")
  return length !== null && headers.get("content-encoding") === null && Number(length) <= smallest
}

/** Something is refused, or changed, that a framework's own code lets pass: bodies of any size are held to it. */
export const isGuarded = ({ dangerousKeys, invalidUtf8, maxDepth }: ParseOptions): boolean =>
  (dangerousKeys ?? "keep") !== "keep" ||
  (invalidUtf8 ?? "replace") !== "replace" ||
  (maxDepth ?? Infinity) !== Infinity
