/**
 * Large bodies are handed to the socket a piece a turn. Node gives a socket all that it has at once: where the client reads as fast as the
 * server writes, the kernel copies 30 MB in one call, and the event loop is blocked until it has.
 */
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import { appendPreResponseHandlerUnsafe, type PreResponseHandler } from "effect/http/HttpEffect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { type Chunks, joined, lengthOf, pieces, pieceSize } from "./chunks.ts"

/** A body that is put together when somebody asks for its bytes: middleware that compresses it finds them. */
class ChunksBody extends HttpBody.Uint8Array {
  chunks: Chunks

  constructor(chunks: Chunks, contentType: string) {
    super(undefined, contentType, lengthOf(chunks))
    this.chunks = chunks
  }

  override get body(): Uint8Array {
    const bytes = joined(this.chunks)
    this.chunks = [bytes]
    return bytes
  }
}

/**
 * The response with these chunks as its body. The request under way is sent them in pieces, if they are its body still when it is answered.
 */
export const withChunks = (
  response: HttpServerResponse.HttpServerResponse,
  chunks: Chunks,
  contentType: string
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const body = new ChunksBody(chunks, contentType)
  const whole = HttpServerResponse.setBody(response, body)
  if (body.contentLength <= pieceSize) return Effect.succeed(whole)
  return Effect.withFiber((fiber) => {
    appendPreResponseHandlerUnsafe(fiber.context, handler(body))
    return Effect.succeed(whole)
  })
}

const handler =
  (ours: ChunksBody): PreResponseHandler =>
  ({ source }, response) => {
    // What is a web request is answered with a web response, which is not written here.
    if (response.body !== ours || source instanceof Request) return Effect.succeed(response)
    const { "content-length": length, "content-type": type } = response.headers
    const inPieces = HttpBody.stream(pieces(ours.chunks), type ?? ours.contentType, ours.contentLength)
    const sent = HttpServerResponse.setBody(response, inPieces)
    // What others have taken away stays away.
    const withoutLength = length === undefined ? HttpServerResponse.removeHeader(sent, "content-length") : sent
    const answer = type === undefined ? HttpServerResponse.removeHeader(withoutLength, "content-type") : withoutLength
    return Effect.succeed(answer)
  }
