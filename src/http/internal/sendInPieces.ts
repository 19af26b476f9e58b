/**
 * Large bodies are handed to the socket a piece a turn. Node gives a socket all that it has at once: where the client reads as fast as the
 * server writes, the kernel copies 30 MB in one call, and the event loop is blocked until it has.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import { appendPreResponseHandlerUnsafe, type PreResponseHandler } from "effect/http/HttpEffect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import { nextTurn } from "../../schema/internal/turn.ts"

/** Bytes of a piece: 0.2 ms of the kernel's time. */
const pieceSize = 256 * 1024

/**
 * Sends the body of the request under way in pieces, if it is these bytes when it is sent. Until then it is whole: middleware that
 * compresses it, or tells its length, finds bytes.
 */
export const sendInPieces = (bytes: Uint8Array): Effect.Effect<void> =>
  bytes.length <= pieceSize
    ? Effect.void
    : Effect.withFiber((fiber) => {
        appendPreResponseHandlerUnsafe(fiber.context, handler(bytes))
        return Effect.void
      })

const handler =
  (bytes: Uint8Array): PreResponseHandler =>
  ({ source }, response) => {
    const { body } = response
    // What is a web request is answered with a web response, which is not written here.
    const isOurs = body._tag === "Uint8Array" && body.body === bytes && !(source instanceof Request)
    if (!isOurs) return Effect.succeed(response)
    const { contentLength, contentType } = body
    const inPieces = HttpBody.stream(pieces(bytes), contentType, contentLength)
    return Effect.succeed(HttpServerResponse.setBody(response, inPieces))
  }

const pieces = (bytes: Uint8Array): Stream.Stream<Uint8Array> =>
  Stream.suspend(() => {
    let at = 0
    const next = Effect.suspend(() => {
      if (at >= bytes.length) return Cause.done()
      const piece = bytes.subarray(at, at + pieceSize)
      const isFirst = at === 0
      at += pieceSize
      const chunk = [piece] as const
      return isFirst ? Effect.succeed(chunk) : Effect.as(nextTurn, chunk)
    })
    return Stream.fromPull(Effect.succeed(next))
  })
