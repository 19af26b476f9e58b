/**
 * Parses pieces of a text, and joins them to the containers that they stand in.
 *
 * A piece begins where an element or an entry begins, and ends before a comma of its level or the bracket that closes
 * it. If `JSON.parse` takes it within brackets, the cut was right, because JSON is parsed deterministically. So native
 * code validates and makes everything; only where to cut has to be found. Containers that are larger than a piece are
 * entered: what stands before an opened child is parsed, its key is read, and its pieces are joined to it.
 */
import { Container } from "./containers.ts"
import { Expect } from "./locate.ts"
import { now } from "./natives.ts"
import { OpenContainers } from "./openContainers.ts"
import type { Reading } from "./reading.ts"
import type { Window } from "./window.ts"

export abstract class PieceParser {
  protected readonly reading: Reading
  protected readonly window: Window
  protected readonly open: OpenContainers
  protected expect: Expect = Expect.value

  constructor(reading: Reading, prefix: ReadonlyArray<string | number>) {
    this.reading = reading
    this.window = reading.window
    this.open = new OpenContainers(prefix, reading.options.guard, reading.options.hasSources)
  }

  /** Enters containers down to `level` of the last scan. Where the innermost one's content begins. */
  protected enter(from: number, level: number): number {
    const { commas, opens } = this.window.scanner
    let begin = from
    for (let i = 0; i < level; i++) {
      const comma = commas[i]!
      const open = opens[i + 1]!
      if (comma >= 0) {
        this.piece(begin, comma)
        this.pass(comma + 1)
        this.expect = Expect.next
        begin = comma + 1
      }
      this.lead(begin, open)
      this.pass(open + 1)
      this.open.push(makeContainer(this.window.units[open] === 0x5b))
      this.expect = Expect.first
      begin = open + 1
    }
    return begin
  }

  /** What stands before a value that is read by itself: nothing in an array, its key in an object. */
  protected lead(from: number, to: number): void {
    if (this.open.top.isArray) {
      if (!this.window.isBlank(from, to)) this.fail(from, to)
    } else this.open.setKey(this.key(from, to))
    this.pass(to)
  }

  private key(from: number, to: number): string {
    try {
      return this.reading.text.key(from, to, this.reading.high)
    } catch (error) {
      return this.fail(from, to, error)
    }
  }

  protected piece(from: number, to: number): void {
    const { isArray, isWide } = this.open.top
    const { high, options, text } = this.reading
    if (this.window.isBlank(from, to)) this.fail(from, to)
    const began = now()
    let piece: Array<unknown> | undefined
    try {
      if (isWide) piece = text.parseEntries(from, to, high)
      else piece = text.parse(from, to, isArray ? "[" : "{", isArray ? "]" : "}", high) as Array<unknown>
    } catch (error) {
      this.fail(from, to, error)
    }
    const sources = options.hasSources ? (text.sources() as Array<unknown> | undefined) : undefined
    if (piece === undefined || !this.open.join(piece, sources, text.last)) this.fail(from, to)
    this.reading.measure(to - from, now() - began)
    this.pass(to, text.length)
    this.expect = Expect.after
  }

  protected checkDepth(): void {
    const { at } = this.window
    if (this.open.depth >= this.reading.options.maxDepth) this.tooDeep(at, at)
  }

  /** Everything before `to` is read. */
  protected pass(to: number, length?: number): void {
    const { window } = this
    if (to > window.at) this.reading.count(window.at, to, length)
    window.at = to
  }

  protected tooDeep(from: number, at: number): never {
    return this.reading.tooDeep(from, at, this.open.frame(this.expect), this.open.tokens())
  }

  protected fail(from: number, to: number, cause?: unknown): never {
    return this.reading.fail(from, to, this.open.frame(this.expect), this.open.tokens(), cause)
  }
}

export const makeContainer = (isArray: boolean): Container => new Container(isArray)
