/**
 * The errors of Express's own body parser: their status, type and fields.
 */
import { isParseError } from "../../parse/ParseError.ts"
import { asSyntaxError } from "./parseFailure.ts"

const names: Readonly<Record<number, string>> = {
  400: "BadRequestError",
  413: "PayloadTooLargeError",
  415: "UnsupportedMediaTypeError"
}

/** An error of a request, as `http-errors` makes it. */
export const httpError = (status: number, message: string, fields: object): Error => {
  const error = new Error(message)
  Object.defineProperty(error, "name", { value: names[status], configurable: true, writable: true })
  return Object.assign(error, { expose: true, statusCode: status, status, ...fields })
}

export const tooLarge = (limit: number, length: number | undefined, received: number): Error =>
  httpError(413, "request entity too large", {
    ...(length !== undefined && length > limit ? { expected: length, length, limit } : { limit, received }),
    type: "entity.too.large"
  })

export const wrongLength = (length: number | undefined, received: number): Error =>
  httpError(400, "request size did not match content length", {
    expected: length,
    length,
    received,
    type: "request.size.invalid"
  })

export const unsupportedCharset = (charset: string): Error =>
  httpError(415, `unsupported charset "${charset.toUpperCase()}"`, { charset, type: "charset.unsupported" })

/** What `verify` has thrown. */
export const refused = (thrown: unknown): Error => told(thrown, 403, "entity.verify.failed")

/** What is wrong with a body, as it is told to Express. */
export const failureOf = (error: unknown): unknown => {
  if (isParseError(error)) {
    const { reason } = error
    const known = reason._tag === "ReviverFailed" ? reason.cause : asSyntaxError(error)
    return Object.assign(known instanceof Error ? known : error, status(400), { type: "entity.parse.failed" })
  }
  // Of the stream: the client's, too.
  return error instanceof Error && !("status" in error) ? Object.assign(error, status(400)) : error
}

const told = (thrown: unknown, code: number, type: string): Error => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const own = error as { readonly status?: number; readonly statusCode?: number; readonly type?: string }
  return Object.assign(error, status(own.status || own.statusCode || code), { type: own.type || type })
}

const status = (code: number) => ({ expose: code < 500, statusCode: code, status: code })
