/**
 * The part of a text that stands in the scanner's memory, and how far it has been read.
 */
import { isBlank, isDelimiter } from "./blank.ts"
import { stringTooLong } from "./parseErrors.ts"
import { LineCounter } from "./lineCounter.ts"
import type { Units } from "./tokenReader.ts"
import { margin, windowStart } from "./scanMemory.ts"
import type { Scanner } from "./scanner.ts"
import type { Source } from "./sources.ts"

/**
 * What a step comes to: it is done; there is more to do; more of the text is needed; what has been made must be taken
 * first.
 */
export const Read = { done: 0, more: 1, hungry: 2, full: 3 } as const
export type Read = (typeof Read)[keyof typeof Read]

/** White space that is skipped in one go. */
const blankRun = 0x8000

export class Window {
  readonly scanner: Scanner
  readonly source: Source
  readonly lines: LineCounter
  /** The index of the next unit to read, and the one behind the last that is there. */
  at = margin
  end = margin
  /** Units of the text that are needed to go on, after a `fill` that was refused. */
  wanted = 0
  /** The position in the text of index 0. */
  private base = -margin

  constructor(scanner: Scanner, source: Source) {
    this.scanner = scanner
    this.source = source
    this.lines = new LineCounter(this)
  }

  get isWide(): boolean {
    return this.source.isWide
  }

  get units(): Units {
    return this.source.isWide ? this.scanner.units16 : this.scanner.units8
  }

  position(index: number): number {
    return this.base + index
  }

  /** True if the text ends at `index`. */
  isEnd(index: number): boolean {
    return this.source.isEnded && this.base + index >= this.source.length
  }

  /** True if `count` units are there from `at` on, or all that there will be. */
  fill(count: number): boolean {
    const { scanner, source } = this
    const position = this.base + this.at
    const there = source.length - position
    if (there < count && !source.isEnded) {
      this.wanted = position + count
      return false
    }
    if (scanner.owner !== this || this.end - this.at < Math.min(count, there)) this.load(position, count, there)
    return true
  }

  /** Skips white space. `done` at a unit that is none, or at the end of the text. */
  skipBlank(): Read {
    if (!this.fill(1)) return Read.hungry
    const { units } = this
    const stop = Math.min(this.end, this.at + blankRun)
    let at = this.at
    if (at < stop && !isBlank(units[at]!)) return Read.done
    while (at < stop && isBlank(units[at]!)) at++
    this.lines.skip(this.at, at)
    this.at = at
    if (at < stop || this.isEnd(at)) return Read.done
    return Read.more
  }

  /** True if nothing but white space stands there. */
  isBlank(from: number, to: number): boolean {
    const { units } = this
    let at = from
    while (at < to && isBlank(units[at]!)) at++
    return at === to
  }

  /** The first unit that ends a number or a word, or `end`. */
  findDelimiter(): number {
    const { end, units } = this
    let at = this.at
    while (at < end && !isDelimiter(units[at]!)) at++
    return at
  }

  /** The units from `from` to `to` as text. */
  text(from: number, to: number): string {
    const { buffer, units8 } = this.scanner
    if (this.source.isWide) return buffer.toString("utf16le", windowStart + 2 * from, windowStart + 2 * to)
    if (this.source.isUtf8) return utf8.decode(units8.subarray(from, to))
    return buffer.toString("latin1", windowStart + from, windowStart + to)
  }

  /** For a key, a number or white space within an entry: all else is cut. */
  private grow(units: number): void {
    try {
      this.scanner.grow(units)
    } catch {
      throw stringTooLong(this.position(this.at))
    }
  }

  private load(position: number, count: number, there: number): void {
    const { scanner, source } = this
    const least = Math.min(count, there)
    if (least > scanner.capacity) this.grow(2 ** Math.ceil(Math.log2(least)))
    scanner.owner = this
    this.base = position - margin
    this.at = margin
    // More than is asked for: a piece is often smaller, and the next one need not be copied then.
    const size = Math.min(Math.max(2 * count, loaded), scanner.capacity)
    this.end = margin + source.copy(position, size, scanner, margin)
  }
}

/** Units that are copied at once, at least. */
const loaded = 0x8000

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true })
