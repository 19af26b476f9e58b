/**
 * Skips values without building them. Their strings and brackets are checked, and nothing else.
 */
import { nestingTooDeep } from "./parseErrors.ts"
import type { Reading } from "./reading.ts"
import { seekLevels } from "./scanMemory.ts"
import { Result } from "./kernel.ts"
import { Read } from "./window.ts"

/** Units that are skipped in one step. */
const stride = 0x20000

/** As many commas as there may be: skips to the bracket that closes the container. */
export const allCommas = 0x7fff_ffff

export class Skipper {
  private readonly reading: Reading
  private isActive = false
  /** Commas that are left to find. */
  private left = 0
  private depth = 0
  private inside = 0
  private escaped = 0
  /** The kinds of open levels, kept while another call uses the scanner. */
  private kinds = new Uint8Array(0)

  constructor(reading: Reading) {
    this.reading = reading
  }

  /** Begins to skip up to the `commas`th comma of the container in which the window stands. */
  begin(commas: number): void {
    this.left = commas
    this.depth = this.inside = this.escaped = 0
    this.isActive = true
  }

  get isSkipping(): boolean {
    return this.isActive
  }

  /** Goes on. `done` where the window stands at the last comma, or at the container's closing bracket. */
  step(level: number, tokens: ReadonlyArray<string | number>): Read {
    const { reading } = this
    const { options, window } = reading
    const { scanner } = window
    const isForeign = scanner.owner !== window
    if (!window.fill(Math.min(stride, options.mostPiece))) return Read.hungry
    if (isForeign) scanner.kinds.set(this.kinds)
    const from = window.at
    const to = this.whole(from, Math.min(from + stride, window.end))
    const { seek16, seek8 } = scanner.kernel
    const limit = Math.min(options.maxDepth - level, 0x7fff_ffff)
    const seek = window.isWide ? seek16 : seek8
    const stop = seek(from, to, limit, this.left, this.depth, this.inside, this.escaped)
    const { result } = scanner
    reading.look()
    this.depth = result[Result.depth]!
    this.inside = result[Result.string]!
    this.escaped = result[Result.escaped]!
    this.left = result[Result.commas]!
    const reason = result[Result.reason]!
    if (reason === 1) throw nestingTooDeep(options.maxDepth, window.position(stop))
    if (reason === 2) throw reading.error(from, stop, "UnexpectedCharacter", tokens)
    if (reason === 0 && this.depth >= 0 && window.isEnd(stop)) this.end(from, stop, tokens)
    reading.count(from, stop)
    window.at = stop
    this.isActive = reason === 0 && this.depth >= 0
    if (!this.isActive) return Read.done
    this.kinds = scanner.kinds.slice(0, Math.min(this.depth, seekLevels))
    return Read.more
  }

  /** Before a character that goes on behind `to`: columns are counted step by step. */
  private whole(from: number, to: number): number {
    const { source, units } = this.reading.window
    if (!source.isUtf8) return to
    for (let at = to - 1; at > from && at >= to - 3; at--) {
      const byte = units[at]!
      if (byte < 0x80) return to
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      if (byte >= 0xc0) return at + length > to ? at : to
    }
    return to
  }

  private end(from: number, stop: number, tokens: ReadonlyArray<string | number>): never {
    this.reading.checkLimit(stop)
    throw this.reading.error(from, stop, this.inside === 1 ? "UnterminatedString" : "UnexpectedEnd", tokens)
  }
}
