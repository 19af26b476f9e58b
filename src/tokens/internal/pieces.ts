/**
 * A text, whole or as it comes, in pieces of at most 64 KiB whose counts add up to the whole's.
 *
 * Pieces end at safe places, or where a run without one is cut anyway, so the sum is the same for every division of the
 * text.
 */
import { cutInRun, lastSafeCut } from "./cuts.ts"

/** Bytes of UTF-8, and so code units, of a piece. */
export const pieceSize = 65_536

/** Code units that are no more than a piece, whatever they are: none has more than three bytes. */
export const shortPiece = Math.floor(pieceSize / 3)

export class Pieces {
  private text = ""
  private from = 0
  private isEnded = false

  /** Adds text. A pair or a word may be divided between two calls. */
  push(text: string): void {
    this.text = this.from === this.text.length ? text : this.text.slice(this.from) + text
    this.from = 0
  }

  /** Says that no more text comes. */
  end(): void {
    this.isEnded = true
  }

  /** Code units that were added and are not in a piece yet. */
  get rest(): number {
    return this.text.length - this.from
  }

  /** The next piece; undefined when the text is over, or, before its end, when more of it is needed to cut one. */
  next(): string | undefined {
    const { from, rest, text } = this
    if (rest === 0) return undefined
    let limit = pieceSize
    if (rest > shortPiece && Buffer.byteLength(text.slice(from, from + pieceSize)) > pieceSize) limit = shortPiece
    // A place is safe or not by the code point behind it, and that may be a pair.
    if (rest < limit + 2) {
      if (!this.isEnded) return undefined
      if (rest <= limit) return this.take(text.length)
    }
    const to = lastSafeCut(text, from, from + limit)
    return this.take(to === -1 ? this.lastCutInRun(from + limit) : to)
  }

  private take(to: number): string {
    const piece = this.text.slice(this.from, to)
    this.from = to
    return piece
  }

  private lastCutInRun(limit: number): number {
    let to = cutInRun(this.text, this.from)
    for (let next = cutInRun(this.text, to); next <= limit; next = cutInRun(this.text, next)) to = next
    return to
  }
}
