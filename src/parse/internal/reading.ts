/**
 * What all steps of a call share: the window, how large a piece is, and how a failure is told.
 */
import type { JsonProblem, ParseError } from "../ParseError.ts"
import { inputTooLarge, invalidJson, invalidUtf8, nestingTooDeep, stringTooLong } from "./parseErrors.ts"
import type { KeyGuard } from "./keyGuard.ts"
import { firstInvalidUtf8 } from "./invalidUtf8.ts"
import { type Frame, locate } from "./locate.ts"
import { pointerOf } from "./pointer.ts"
import { PieceText } from "./pieceText.ts"
import { levels } from "./scanMemory.ts"
import { Result } from "./kernel.ts"
import type { Window } from "./window.ts"

/** Settings of a call, with the defaults filled in. */
export interface ReadingOptions {
  readonly maxDepth: number
  readonly isStrictUtf8: boolean
  readonly guard: KeyGuard | undefined
  /** The text of primitives is kept, for a reviver. */
  readonly hasSources: boolean
  /** Milliseconds that a piece may take. */
  readonly pieceTime: number
  /** Units of the smallest and of the largest piece. */
  readonly leastPiece: number
  readonly mostPiece: number
}

export class Reading {
  readonly window: Window
  readonly text: PieceText
  readonly options: ReadingOptions
  /** Units that take about `pieceTime`. */
  pieceSize: number
  /** What the last scan has seen: something that is not ASCII, control characters. */
  high = false
  control = false
  private cost = Number.NaN
  /** Units to scan for a cut: what is scanned and not read is scanned again with the next piece. */
  private reach: number
  private lastRead = 0

  constructor(window: Window, options: ReadingOptions) {
    this.window = window
    this.options = options
    this.text = new PieceText(window, options.isStrictUtf8, options.guard !== undefined || options.hasSources)
    this.pieceSize = Math.min(Math.max(options.leastPiece, 0x4000), options.mostPiece)
    this.reach = options.mostPiece
  }

  /** Units to look at for the next piece. */
  get scanSize(): number {
    return Math.min(this.pieceSize, this.reach)
  }

  /**
   * Learns from a cut how far a scan has to reach. Elements of 30 KB, one like the other, leave half of 56 KiB unread,
   * and each part would be scanned twice. Where they differ, a shorter scan would cut within them, which costs long
   * texts more than it saves.
   */
  fit(read: number, scanned: number): void {
    const { leastPiece, mostPiece } = this.options
    const isRegular = Math.abs(read - this.lastRead) < 0.1 * read
    this.lastRead = read
    if (!isRegular) this.reach = mostPiece
    else if (read < 0.75 * scanned) this.reach = Math.max(leastPiece, Math.ceil(1.25 * read))
  }

  /** Scans up to `size` units from where the window stands, `depth` levels deep. Where it stopped. */
  scan(size: number, depth: number): number {
    const { options, window } = this
    const { scan16, scan8 } = window.scanner.kernel
    const to = Math.min(window.at + size, window.end)
    const limit = Math.min(levels, options.maxDepth - depth)
    const stop = (window.isWide ? scan16 : scan8)(window.at, to, limit)
    this.look()
    return stop
  }

  /** Takes over what a scan has seen. */
  look(): void {
    const { result } = this.window.scanner
    this.high = result[Result.high] === 1
    this.control = result[Result.control] === 1
  }

  /** Counts lines and columns of what was read. `length` is its length in code units, if known. */
  count(from: number, to: number, length?: number): void {
    this.window.lines.read(from, to, this.high, this.control, length)
  }

  /** Learns from a piece of so many units what pieces cost. */
  measure(units: number, milliseconds: number): void {
    if (units < 512) return
    const { leastPiece, mostPiece, pieceTime } = this.options
    const cost = milliseconds / units
    // A collection within a piece would make the next ones needlessly small.
    this.cost = this.cost !== this.cost ? cost : this.cost + (Math.min(cost, 2 * this.cost) - this.cost) * 0.25
    this.pieceSize = Math.max(leastPiece, Math.min(mostPiece, Math.floor(pieceTime / this.cost)))
  }

  /**
   * Fails because of what stands from `from` to `to`, the unit at `to` included. `tokens` lead to the container of
   * `frame`. `cause` is what the parser threw, if it did.
   */
  fail(from: number, to: number, frame: Frame, tokens: ReadonlyArray<string | number>, cause?: unknown): never {
    const { window } = this
    const stop = Math.min(to + 1, window.end)
    const isEnd = window.isEnd(stop)
    const isCutOff = isEnd && window.source.isOverLimit
    this.refuse(from, stop, isEnd && !isCutOff, frame, tokens)
    if (isCutOff) throw inputTooLarge(window.source.limit)
    if (cause !== undefined && !(cause instanceof SyntaxError)) throw stringTooLong(window.position(from))
    throw this.error(from, Math.min(to, stop), "UnexpectedCharacter", tokens)
  }

  /** Fails because there are too many levels at `at`, if nothing before it is wrong. */
  tooDeep(from: number, at: number, frame: Frame, tokens: ReadonlyArray<string | number>): never {
    this.refuse(from, at, false, frame, tokens)
    throw nestingTooDeep(this.options.maxDepth, this.window.position(at))
  }

  /** Fails if the text was cut off at `at` because it is longer than what is taken of it. */
  checkLimit(at: number): void {
    const { source } = this.window
    if (source.isOverLimit && this.window.isEnd(at)) throw inputTooLarge(source.limit)
  }

  private refuse(from: number, to: number, isEnd: boolean, frame: Frame, tokens: ReadonlyArray<string | number>): void {
    const { options, window } = this
    const readKey = (keyFrom: number, keyTo: number): string => window.text(keyFrom, keyTo)
    const found = locate(window.units, from, to, isEnd, frame, readKey, options.guard !== undefined)
    if (options.isStrictUtf8 && window.source.isUtf8) {
      const bad = firstInvalidUtf8(window.scanner.units8, from, found === undefined ? to : found.at, isEnd)
      if (bad >= 0) throw invalidUtf8(window.position(bad))
    }
    if (found === undefined) return
    if (found.forbidden !== undefined) options.guard?.refuse(found.forbidden, [...tokens, ...found.path])
    throw this.error(from, found.at, found.problem, [...tokens, ...found.path])
  }

  /** The error of what is wrong at `at`, when everything before `from` has been counted. */
  error(from: number, at: number, problem: JsonProblem, tokens: ReadonlyArray<string | number>): ParseError {
    const { lines } = this.window
    lines.read(from, at, true, true)
    const { column, line } = lines
    return invalidJson({ position: this.window.position(at), line, column, pointer: pointerOf(tokens), problem })
  }
}
