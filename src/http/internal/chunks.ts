/**
 * Bytes in chunks that belong together, and the stream that hands them to a socket a piece a turn.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { allocate } from "../../internal/output/utf8.ts"
import { nextTurn } from "../../schema/internal/turn.ts"

export type Chunks = ReadonlyArray<Uint8Array>

/** Bytes of a piece: 0.2 ms of the kernel's time. */
export const pieceSize: number = 256 * 1024

/** In one piece, put together at once. */
export const joined = (chunks: Chunks): Uint8Array => {
  if (chunks.length === 1) return chunks[0]!
  const bytes = allocate(lengthOf(chunks))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

export const lengthOf = (chunks: Chunks): number => chunks.reduce((sum, { length }) => sum + length, 0)

/** The chunks, none over `pieceSize`, one a turn. */
export const pieces = (chunks: Chunks): Stream.Stream<Uint8Array> =>
  Stream.suspend(() => {
    let index = 0
    let at = 0
    const next = Effect.suspend(() => {
      const chunk = chunks[index]
      if (chunk === undefined) return Cause.done()
      const isFirst = index === 0 && at === 0
      const piece = [chunk.subarray(at, at + pieceSize)] as const
      at += pieceSize
      if (at >= chunk.length) {
        index++
        at = 0
      }
      return isFirst ? Effect.succeed(piece) : Effect.as(nextTurn, piece)
    })
    return Stream.fromPull(Effect.succeed(next))
  })

/** The same, each in memory of its own: for a stream that anybody may read. Some web APIs refuse shared memory, or take memory away. */
export const ownPieces = (chunks: Chunks): Stream.Stream<Uint8Array> =>
  Stream.map(pieces(chunks), (piece) => Uint8Array.prototype.slice.call(piece))
