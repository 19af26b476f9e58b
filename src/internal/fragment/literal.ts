/**
 * A text that is JSON already, as the engine knows it: a value with a private brand, and its text in pieces.
 */
import { decode } from "../output/sink.ts"
import { isPairAt } from "../value/intrinsics.ts"

/** As much text as is put into a frame in one step, in code units. */
export const textPiece = 65_536
/** The same in bytes, where they are copied as they are. */
export const bytesPiece = 262_144

/** Fewer are decoded and go into the text around them: a frame of their own costs more. */
const fewBytes = 16_384

/** The text of a literal: as a string, or as bytes in parts, cut anywhere. */
export type LiteralText = string | ReadonlyArray<Uint8Array>

/** Length of a text: code units, or bytes. */
export const lengthOf = (text: LiteralText): number =>
  typeof text === "string" ? text.length : text.reduce((total, part) => total + part.length, 0)

/**
 * A value whose text is known. Only what was made here has the brand: data that was parsed cannot have a private field.
 */
export class Literal {
  readonly #text: LiteralText

  constructor(text: LiteralText) {
    this.#text = text
  }

  static is(u: unknown): u is Literal {
    return typeof u === "object" && u !== null && #text in u
  }

  static textOf(literal: Literal): LiteralText {
    return literal.#text
  }

  /** The text in one piece. */
  static stringOf(literal: Literal): string {
    const text = literal.#text
    if (typeof text === "string") return text
    return decode(text.length === 1 ? text[0]! : Buffer.concat(text))
  }
}

/** Gives the text of a literal piece by piece: as strings, or as bytes where that is what it has and what is wanted. */
export class LiteralReader {
  private readonly text: LiteralText
  /** A part may end within a character. */
  private readonly decoder: TextDecoder | undefined
  private at = 0
  private part = 0

  /** `least`: bytes from which on they are wanted as they are. */
  constructor(literal: Literal, wantsBytes: boolean, least: number = fewBytes) {
    this.text = Literal.textOf(literal)
    const isText = typeof this.text === "string"
    const isCopied = wantsBytes && !isText && lengthOf(this.text) >= least
    this.decoder = isText || isCopied ? undefined : new TextDecoder("utf-8", { ignoreBOM: true })
  }

  get isDone(): boolean {
    return typeof this.text === "string" ? this.at >= this.text.length : this.part >= this.text.length
  }

  /** Its pieces are bytes: too many to be worth decoding. */
  get givesBytes(): boolean {
    return typeof this.text !== "string" && this.decoder === undefined
  }

  next(): string | Uint8Array {
    return typeof this.text === "string" ? this.nextText(this.text) : this.nextBytes(this.text)
  }

  private nextText(text: string): string {
    let end = Math.min(this.at + textPiece, text.length)
    if (end < text.length && isPairAt(text, end - 1)) end--
    const piece = text.slice(this.at, end)
    this.at = end
    return piece
  }

  private nextBytes(parts: ReadonlyArray<Uint8Array>): string | Uint8Array {
    const part = parts[this.part]!
    const most = this.decoder === undefined ? bytesPiece : textPiece
    const piece = part.subarray(this.at, this.at + most)
    this.at += piece.length
    if (this.at >= part.length) {
      this.at = 0
      this.part++
    }
    return this.decoder === undefined ? piece : this.decoder.decode(piece, { stream: !this.isDone })
  }
}
