/**
 * Builds the value that begins where the window stands, piece by piece.
 *
 * A piece begins where an element or an entry begins, and ends before a comma of its level or the bracket that closes it. If
 * `JSON.parse` takes it within brackets, the cut was right, because JSON is parsed deterministically. So native code validates
 * and makes everything; only where to cut has to be found. Containers that are larger than a piece are entered: what stands
 * before an opened child is parsed, its key is read, and its pieces are joined to it.
 */
import { isBlank } from "./blank.ts"
import { Container } from "./containers.ts"
import { cutLevel } from "./cutLevel.ts"
import { Expect } from "./locate.ts"
import { LongText } from "./longText.ts"
import { now, parseJson } from "./natives.ts"
import { OpenContainers } from "./openContainers.ts"
import type { Reading } from "./reading.ts"
import { Result } from "./kernel.ts"
import { Read, type Window } from "./window.ts"

/** Containers that are closed in one step, one right behind the other. */
const closedAtOnce = 256

export class ValueBuilder {
  /** The value, once `step` has said `done`. */
  value: unknown = undefined
  /** For a reviver: the text of each primitive, in a value of the same form. */
  sources: unknown = undefined
  private readonly reading: Reading
  private readonly window: Window
  private readonly makeRoot: (isArray: boolean) => Container
  private readonly open: OpenContainers
  private expect: Expect = Expect.value
  private isDone = false
  /** Units to look at, where a piece is not enough to cut. */
  private wanted = 0
  private longText: LongText | undefined = undefined

  /** \`prefix\`: the tokens that lead to the value. */
  constructor(reading: Reading, prefix: ReadonlyArray<string | number> = [], makeRoot = makeContainer) {
    this.reading = reading
    this.window = reading.window
    this.open = new OpenContainers(prefix, reading.options.guard, reading.options.hasSources)
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
    const size = Math.max(reading.pieceSize, this.wanted)
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

  /** Enters containers down to `level` of the last scan. Where the innermost one's content begins. */
  private enter(from: number, level: number): number {
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
  private lead(from: number, to: number): void {
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

  private piece(from: number, to: number): void {
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

  private checkDepth(): void {
    const { at } = this.window
    if (this.open.depth >= this.reading.options.maxDepth) this.tooDeep(at, at)
  }

  /** Everything before `to` is read. */
  private pass(to: number, length?: number): void {
    const { window } = this
    if (to > window.at) this.reading.count(window.at, to, length)
    window.at = to
  }

  private tooDeep(from: number, at: number): never {
    return this.reading.tooDeep(from, at, this.open.frame(this.expect), this.open.tokens())
  }

  private fail(from: number, to: number, cause?: unknown): never {
    return this.reading.fail(from, to, this.open.frame(this.expect), this.open.tokens(), cause)
  }
}

const makeContainer = (isArray: boolean): Container => new Container(isArray)
