/**
 * Lines and columns, as V8 counts them in its messages. Kept while a text is read: of a stream nothing is left to count
 * later.
 */
import { isUtf8 } from "node:buffer"
import { Result } from "./kernel.ts"
import type { Scanner } from "./scanner.ts"
import type { Source } from "./sources.ts"
import type { Units } from "./tokenReader.ts"

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** What of a window lines are counted in. */
interface Counted {
  readonly scanner: Scanner
  readonly source: Source
  readonly isWide: boolean
  readonly units: Units
}

export class LineCounter {
  line = 1
  /** Code units of the line that were read. */
  private units = 0
  /** The unit before is a carriage return: a line feed is of the same line end. */
  private isAfterReturn = 0
  private readonly window: Counted

  constructor(window: Counted) {
    this.window = window
  }

  get column(): number {
    return this.units + 1
  }

  /**
   * Counts what stands from `from` to `to`. `high` and `control` are false where a scan has seen that nothing is there
   * that is not ASCII, and no line end. `length` is the text's length in code units, if it is known.
   */
  read(from: number, to: number, high: boolean, control: boolean, length?: number): void {
    if (!control) {
      this.units += length ?? this.lengthOf(from, to, high)
      if (to > from) this.isAfterReturn = 0
      return
    }
    const { scanner, isWide } = this.window
    const { lines16, lines8 } = scanner.kernel
    const count = (isWide ? lines16 : lines8)(from, to, this.isAfterReturn)
    const last = scanner.result[Result.lastLine]!
    this.line += count
    if (last < 0) this.units += length ?? this.lengthOf(from, to, high)
    else this.units = this.lengthOf(last + 1, to, high)
    if (to > from) this.isAfterReturn = this.window.units[to - 1] === 13 ? 1 : 0
  }

  /** Counts white space. */
  skip(from: number, to: number): void {
    const { units } = this.window
    for (let at = from; at < to; at++) {
      const unit = units[at]!
      if (unit === 13 || unit === 10) {
        if (unit === 13 || this.isAfterReturn === 0) this.line++
        this.units = 0
      } else this.units++
      this.isAfterReturn = unit === 13 ? 1 : 0
    }
  }

  private lengthOf(from: number, to: number, high: boolean): number {
    if (!high || !this.window.source.isUtf8) return to - from
    const { kernel, units8 } = this.window.scanner
    const bytes = units8.subarray(from, to)
    // To skip 21 MB took half of the time of `JSON.parse` on Node 24 while they were decoded, 0.04 now (`bench/parse/special.ts`).
    return isUtf8(bytes) ? kernel.codeUnits(from, to) : decoder.decode(bytes).length
  }
}
