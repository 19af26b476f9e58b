/**
 * A string that is longer than a piece: read in pieces that are cut outside of escapes and of code points, and joined.
 *
 * A piece without escapes and control characters is the string itself. V8 keeps what is joined as a tree of its pieces,
 * which whoever reads it first puts together.
 */
import { parseJson } from "./natives.ts"
import { stringTooLong } from "./parseErrors.ts"
import type { Reading } from "./reading.ts"
import { Result } from "./kernel.ts"
import { Read } from "./window.ts"

/** The longest escape, `\u0000`. */
const escapeLength = 6

export class LongText {
  value = ""
  /** For a reviver: its text, with the quotes. */
  source: string | undefined = undefined
  private readonly reading: Reading
  /** Where the string begins in the text. */
  private readonly position: number

  constructor(reading: Reading, position: number) {
    this.reading = reading
    this.position = position
    if (reading.options.hasSources) this.source = '"'
  }

  /** Reads one piece. `fail` is told where something is wrong. */
  step(fail: (from: number, to: number, cause?: unknown) => never): Read {
    const { reading } = this
    const { window } = reading
    const { mostPiece } = reading.options
    if (!window.fill(mostPiece)) return Read.hungry
    const from = window.at
    const to = Math.min(from + mostPiece, window.end)
    const { text16, text8 } = window.scanner.kernel
    const stop = (window.isWide ? text16 : text8)(from, to)
    const { result } = window.scanner
    const isClosed = result[Result.closed] === 1
    const isPlain = result[Result.plain] === 1
    reading.high = result[Result.high] === 1
    reading.control = !isPlain
    if (!isClosed && window.isEnd(stop)) fail(from, stop)
    const end = isClosed ? stop : this.cut(from, stop)
    const piece = this.read(from, end, isPlain, fail)
    try {
      this.value += piece
    } catch {
      throw stringTooLong(this.position)
    }
    window.lines.read(from, end, reading.high, reading.control, isPlain ? piece.length : undefined)
    window.at = end
    if (!isClosed) return Read.more
    if (this.source !== undefined) this.source += '"'
    window.lines.read(end, end + 1, false, false)
    window.at = end + 1
    return Read.done
  }

  private read(
    from: number,
    end: number,
    isPlain: boolean,
    fail: (from: number, to: number, cause?: unknown) => never
  ): string {
    const { high, text } = this.reading
    try {
      const plain = text.plain(from, end, high)
      if (this.source !== undefined) this.source += plain
      return isPlain ? plain : (parseJson(`"${plain}"`) as string)
    } catch (error) {
      return fail(from, end, error)
    }
  }

  /** The last place up to `stop` that is within no escape and no code point. */
  private cut(from: number, stop: number): number {
    const { source, units } = this.reading.window
    let slash = stop - 1
    while (slash >= from && slash > stop - escapeLength && units[slash] !== 0x5c) slash--
    if (slash >= from && units[slash] === 0x5c) {
      let run = slash
      while (run > from && units[run - 1] === 0x5c) run--
      // Of a run of backslashes every second one begins an escape.
      const escape = slash - ((slash - run) % 2)
      const length = escape + 1 < stop && units[escape + 1] !== 0x75 ? 2 : escapeLength
      if (escape + length > stop && escape > from) return escape
    }
    if (!source.isUtf8) return stop
    // Before the last lead byte: bytes that belong to no lead are wrong wherever they are cut.
    let at = stop - 1
    while (at > from && at > stop - 4 && (units[at]! & 0xc0) === 0x80) at--
    return at > from && units[at]! >= 0xc0 ? at : stop
  }
}
