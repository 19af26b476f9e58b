/**
 * Builds the value that begins where the window stands: decides where to cut, and what comes next.
 */
import { isBlank } from "./blank.ts"
import type { Container } from "./containers.ts"
import { cutLevel } from "./cutLevel.ts"
import { Expect } from "./locate.ts"
import { LongText } from "./longText.ts"
import { parseJson } from "./natives.ts"
import { makeContainer, PieceParser } from "./pieceParser.ts"
import type { Reading } from "./reading.ts"
import { Result } from "./kernel.ts"
import { Read } from "./window.ts"

/** Containers that are closed in one step, one right behind the other. */
const closedAtOnce = 256

export class ValueBuilder extends PieceParser {
  /** The value, once `step` has said `done`. */
  value: unknown = undefined
  /** For a reviver: the text of each primitive, in a value of the same form. */
  sources: unknown = undefined
  private readonly makeRoot: (isArray: boolean) => Container
  private isDone = false
  /** Units to look at, where a piece is not enough to cut. */
  private wanted = 0
  private longText: LongText | undefined = undefined

  /** `prefix`: the tokens that lead to the value. */
  constructor(reading: Reading, prefix: ReadonlyArray<string | number> = [], makeRoot = makeContainer) {
    super(reading, prefix)
    this.makeRoot = makeRoot
  }

  /** Does about one piece. Throws a `ParseError`. */
  step(): Read {
    if (this.longText !== undefined) return this.readLongText(this.longText)
    const blank = this.window.skipBlank()
    if (blank !== Read.done) return blank
    const read =
      this.expect === Expect.value ? this.begin() : this.expect === Expect.after ? this.after() : this.items()
    return this.isDone ? Read.done : read
  }

  private begin(): Read {
    const { window } = this
    const unit = window.at < window.end ? window.units[window.at]! : -1
    if (unit === 0x5b || unit === 0x7b) {
      this.checkDepth()
      this.reading.high = this.reading.control = false
      this.pass(window.at + 1)
      this.open.push(this.makeRoot(unit === 0x5b))
      this.expect = Expect.first
      return Read.more
    }
    if (unit === 0x22) return this.beginLongText(window.at)
    return this.scalar()
  }

  /** A number or a word that is in no container of ours: as far as there is nothing that ends it. */
  private scalar(): Read {
    const { reading, window } = this
    this.wanted = Math.max(this.wanted, 64)
    if (!window.fill(this.wanted)) return Read.hungry
    const to = window.findDelimiter()
    if (to === window.end && !window.isEnd(to)) {
      this.wanted = 2 * (window.end - window.at)
      return Read.more
    }
    const text = window.text(window.at, to)
    try {
      this.value = parseJson(text)
    } catch (error) {
      this.fail(window.at, to, error)
    }
    this.sources = text
    reading.high = reading.control = false
    this.pass(to)
    this.isDone = true
    return Read.more
  }

  /** The next elements or entries of the innermost container. */
  private items(): Read {
    const { reading, window } = this
    const size = Math.max(reading.scanSize, this.wanted)
    if (!window.fill(size)) return Read.hungry
    const from = window.at
    const stop = reading.scan(size, this.open.depth)
    const { result } = window.scanner
    const depth = result[Result.depth]!
    if (depth < 0) return this.closed(from, stop)
    if (result[Result.reason] === 1 && this.open.depth + depth >= reading.options.maxDepth) this.tooDeep(from, stop)
    const level = cutLevel(window.scanner.commas, from, stop, depth)
    if (level >= 0) {
      const cut = window.scanner.commas[level]!
      reading.fit(cut - from, stop - from)
      const begin = this.enter(from, level)
      this.piece(begin, cut)
      this.pass(cut + 1)
      this.expect = Expect.next
    } else if (depth > 0) {
      window.at = this.enter(from, depth)
    } else {
      return this.undivided(from, stop, result[Result.string]!)
    }
    this.wanted = 0
    return Read.more
  }

  /** There is nowhere to cut: one long string, key, number, or white space within an entry. */
  private undivided(from: number, stop: number, string: number): Read {
    const { window } = this
    if (window.isEnd(stop)) this.fail(from, stop)
    if (string >= 0 && stop - from >= this.reading.options.mostPiece && this.isValue(from, string)) {
      this.wanted = 0
      return this.beginLongText(string)
    }
    this.wanted = 2 * (stop - from)
    return Read.more
  }

  /** True if what begins at `string` is a value. Reads the key before it. */
  private isValue(from: number, string: number): boolean {
    if (!this.open.top.isArray && this.window.isBlank(from, string)) return false
    this.lead(from, string)
    return true
  }

  /** The innermost container is closed at `at`. */
  private closed(from: number, at: number): Read {
    if (!this.window.isBlank(from, at)) this.piece(from, at)
    else if (this.expect === Expect.next) this.fail(from, at)
    this.wanted = 0
    this.close(at)
    return Read.more
  }

  private after(): Read {
    const { window } = this
    for (let i = 0; i < closedAtOnce && window.at < window.end; i++) {
      const { at } = window
      if (window.units[at] === 0x2c) {
        this.reading.high = this.reading.control = false
        this.pass(at + 1)
        this.expect = Expect.next
        return Read.more
      }
      if (isBlank(window.units[at]!)) return Read.more
      this.reading.high = this.reading.control = false
      this.close(at)
      if (this.isDone) return Read.more
    }
    if (window.isEnd(window.at)) this.fail(window.at, window.at)
    return Read.more
  }

  private close(at: number): void {
    const { open, window } = this
    const { top } = open
    if (window.units[at] !== (top.isArray ? 0x5d : 0x7d)) this.fail(at, at)
    this.pass(at + 1)
    this.complete(top.result, open.pop())
  }

  private beginLongText(quote: number): Read {
    this.longText = new LongText(this.reading, this.window.position(quote))
    this.pass(quote + 1)
    return Read.more
  }

  private readLongText(longText: LongText): Read {
    const read = longText.step((from, to, cause) => {
      this.expect = Expect.text
      this.fail(from, to, cause)
    })
    if (read !== Read.done) return read
    this.longText = undefined
    this.complete(longText.value, longText.source)
    return this.isDone ? Read.done : Read.more
  }

  /** A value is there that was read by itself. */
  private complete(value: unknown, sources: unknown): void {
    this.expect = Expect.after
    if (!this.open.isEmpty) return this.open.add(value, sources)
    this.value = value
    this.sources = sources
    this.isDone = true
  }
}
