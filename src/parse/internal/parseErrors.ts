/**
 * Short constructors of errors.
 */
import {
  ForbiddenKey,
  InputTooLarge,
  InvalidJson,
  InvalidOptions,
  InvalidUtf8,
  type JsonProblem,
  NestingTooDeep,
  NotAnArray,
  NotFound,
  ParseError,
  ReviverFailed,
  StringTooLong
} from "../ParseError.ts"

export const invalidJson = (fields: {
  readonly position: number
  readonly line: number
  readonly column: number
  readonly pointer: string
  readonly problem: JsonProblem
}): ParseError => new ParseError({ reason: new InvalidJson(fields) })

export const invalidUtf8 = (position: number): ParseError => new ParseError({ reason: new InvalidUtf8({ position }) })

export const inputTooLarge = (maxBytes: number): ParseError =>
  new ParseError({ reason: new InputTooLarge({ maxBytes }) })

export const nestingTooDeep = (maxDepth: number, position: number): ParseError =>
  new ParseError({ reason: new NestingTooDeep({ maxDepth, position }) })

export const forbiddenKey = (key: string, pointer: string): ParseError =>
  new ParseError({ reason: new ForbiddenKey({ key, pointer }) })

export const notFound = (at: string): ParseError => new ParseError({ reason: new NotFound({ at }) })

export const notAnArray = (at: string): ParseError => new ParseError({ reason: new NotAnArray({ at }) })

export const reviverFailed = (pointer: string, cause: unknown): ParseError =>
  new ParseError({ reason: new ReviverFailed({ pointer, cause }) })

export const stringTooLong = (position: number): ParseError =>
  new ParseError({ reason: new StringTooLong({ position }) })

export const invalidOptions = (message: string): ParseError =>
  new ParseError({ reason: new InvalidOptions({ message }) })
