/**
 * The bytes of an Express request: unzipped, within their limit, and with their charset.
 */
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib"
import type { Settings } from "./expressBodySettings.ts"
import { httpError, tooLarge, unsupportedCharset, wrongLength } from "./expressErrors.ts"
import { chunksOf, type Limits, type Readable } from "./nodeBody.ts"

/** An `http.IncomingMessage`, as far as it matters here. */
export interface BodyRequest extends Readable {
  readonly headers: { readonly [name: string]: string | Array<string> | undefined }
  readonly complete?: boolean | undefined
  readonly readable?: boolean | undefined
  readonly destroyed?: boolean | undefined
  pipe(destination: any): any
  unpipe(): unknown
  once(event: "close" | "end", listener: () => void): unknown
  removeListener(event: "close" | "end", listener: () => void): unknown
}

/** A body that is to be read. */
export interface Opened {
  readonly charset: string
  readonly chunks: AsyncIterable<Uint8Array>
  /** What the sender says of its size, if it is not zipped. */
  readonly length: number | undefined
}

/** Throws what Express's own parser refuses before it reads. */
export const openBody = (request: BodyRequest, settings: Settings): Opened => {
  const charset = charsetOf(request) ?? settings.defaultCharset
  if (!charsets.includes(charset)) throw unsupportedCharset(charset)
  const encoding = textOf(request.headers["content-encoding"])?.toLowerCase() ?? "identity"
  if (encoding === "identity") {
    const said = Number(textOf(request.headers["content-length"]) ?? "none")
    const length = Number.isNaN(said) ? undefined : said
    return { charset, length, chunks: plain(request, settings.limit, length) }
  }
  if (!settings.isInflating) throw unsupportedEncoding("content encoding unsupported", encoding)
  return { charset, length: undefined, chunks: unzipped(request, decompressor(encoding), settings.limit) }
}

/** Reads off what is left of a request, so that its client gets the answer. */
export const readOff = (request: BodyRequest, done: () => void): void => {
  if (request.destroyed === true || request.readable === false) return done()
  const end = () => {
    request.removeListener("end", end)
    request.removeListener("close", end)
    done()
  }
  request.once("end", end)
  request.once("close", end)
  request.resume()
}

const charsets = ["utf-8", "utf-16", "utf-16le", "utf-16be"]

const textOf = (header: string | Array<string> | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header

const charsetOf = ({ headers }: BodyRequest): string | undefined => {
  const found = /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(textOf(headers["content-type"]) ?? "")
  return (found?.[1] ?? found?.[2])?.toLowerCase()
}

const limitsOf = (limit: number, length: number | undefined): Limits => ({
  limit,
  length,
  tooLarge: (received) => tooLarge(limit, length, received),
  wrongLength: (received) => wrongLength(length, received)
})

async function* plain(
  request: BodyRequest,
  limit: number,
  length: number | undefined
): AsyncGenerator<Uint8Array, void, void> {
  if (length !== undefined && length > limit) throw tooLarge(limit, length, 0)
  let received = 0
  try {
    for await (const chunk of chunksOf(request, limitsOf(limit, length))) {
      received += chunk.length
      yield chunk
    }
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ECONNRESET") throw error
    const fields = { code: "ECONNABORTED", expected: length, length, received, type: "request.aborted" }
    throw httpError(400, "request aborted", fields)
  }
}

async function* unzipped(
  request: BodyRequest,
  stream: Readable & { destroy(error?: Error): unknown; on(event: "error", listener: () => void): unknown },
  limit: number
): AsyncGenerator<Uint8Array, void, void> {
  // A client that leaves ends the reading, too.
  const close = () => void (request.complete === true || stream.destroy(httpError(400, "request aborted", aborted)))
  request.once("close", close)
  request.pipe(stream)
  try {
    yield* chunksOf(stream, limitsOf(limit, undefined))
  } finally {
    request.removeListener("close", close)
    request.unpipe()
    stream.on("error", () => {})
    stream.destroy()
  }
}

const aborted = { code: "ECONNABORTED", type: "request.aborted" }

const decompressor = (encoding: string) => {
  switch (encoding) {
    case "gzip":
      return createGunzip()
    case "deflate":
      return createInflate()
    case "br":
      return createBrotliDecompress()
    case "zstd":
      return createZstdDecompress()
    default:
      throw unsupportedEncoding(`unsupported content encoding "${encoding}"`, encoding)
  }
}

const unsupportedEncoding = (message: string, encoding: string): Error =>
  httpError(415, message, { encoding, type: "encoding.unsupported" })
