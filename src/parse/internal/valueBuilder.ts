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
import { type Frame, Expect } from "./locate.ts"
import { LongText } from "./longText.ts"
import { now, parseJson } from "./natives.ts"
import { tokensOf } from "./pointer.ts"
import type { Reading } from "./reading.ts"
import { Result } from "./scanner.ts"
import { Read, type Window } from "./window.ts"

type Tokens = ReadonlyArray<string | number>

const keysOf = Object.keys

/** Containers that are closed in one step, one right behind the other. */
const closedAtOnce = 256

export class ValueBuilder {
  /** The value, once `step` has said `done`. */
  value: unknown = undefined
  private readonly reading: Reading
  private readonly window: Window
  /** The tokens that lead to the value. */
  private readonly prefix: Tokens
  private readonly makeRoot: (isArray: boolean) => Container
  private readonly stack: Array<Container> = []
  private expect: Expect = Expect.value
  private isDone = false
  /** Units to look at, where a piece is not enough to cut. */
  private wanted = 0
  private longText: LongText | undefined = undefined

  constructor(reading: Reading, prefix: Tokens = [], makeRoot = (isArray: boolean) => new Container(isArray)) {
    this.reading = reading
    this.window = reading.window
    this.prefix = prefix
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
      this.stack.push(this.makeRoot(unit === 0x5b))
      this.expect = Expect.first
      return Read.more
    }
    if (unit === 0x22) return this.beginLongText(window.at)
    return this.scalar()
  }

  /** A number or a word that is in no container of ours: as far as there is nothing that ends it. */
  private scalar(): Read {
    const { window } = this
    this.wanted = Math.max(this.wanted, 64)
    if (!window.fill(this.wanted)) return Read.hungry
    const { units } = window
    let to = window.at
    while (to < window.end && !isDelimiter(units[to]!)) to++
    if (to === window.end && !window.isEnd(to)) {
      this.wanted = 2 * (window.end - window.at)
      return Read.more
    }
    const from = window.at
    try {
      this.value = parseJson(window.text(from, to))
    } catch (error) {
      this.fail(from, to, error)
    }
    this.reading.high = this.reading.control = false
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
    const stop = reading.scan(size, this.depth)
    const { result } = window.scanner
    const depth = result[Result.depth]!
    if (depth < 0) return this.closed(from, stop)
    if (result[Result.reason] === 1 && this.depth + depth >= reading.options.maxDepth) {
      reading.tooDeep(from, stop, this.frame(), this.tokens())
    }
    const level = this.cutLevel(from, stop, depth)
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
    if (string >= 0 && stop - from >= this.reading.options.mostPiece / 4 && this.isValue(from, string)) {
      this.wanted = 0
      return this.beginLongText(string)
    }
    this.wanted = 2 * (stop - from)
    return Read.more
  }

  /** True if what begins at `string` is a value. Reads the key before it. */
  private isValue(from: number, string: number): boolean {
    if (!this.top.isArray && this.isBlankRun(from, string)) return false
    this.lead(from, string)
    return true
  }

  /** The level at which a comma leaves the largest parts whole, or -1: the outermost with one in the second half. */
  private cutLevel(from: number, stop: number, depth: number): number {
    const { commas } = this.window.scanner
    const middle = (from + stop) >>> 1
    let best = -1
    let latest = -1
    for (let level = 0; level <= depth; level++) {
      const comma = commas[level]!
      if (comma >= middle) return level
      if (comma > latest) {
        latest = comma
        best = level
      }
    }
    return best
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
      this.stack.push(new Container(this.window.units[open] === 0x5b))
      this.expect = Expect.first
      begin = open + 1
    }
    return begin
  }

  /** What stands before a value that is read by itself: nothing in an array, its key in an object. */
  private lead(from: number, to: number): void {
    const { top } = this
    const { text } = this.reading
    if (top.isArray) {
      if (!this.isBlankRun(from, to)) this.fail(from, to)
    } else {
      try {
        const entry = parseJson(`{${text.plain(from, to, this.reading.high)} 0}`) as object
        top.key = keysOf(entry)[0]!
      } catch (error) {
        this.fail(from, to, error)
      }
      // Its value may be long, and must not be read first.
      if (top.key === "__proto__") this.reading.options.guard?.refuse(top.key, this.tokens())
    }
    this.pass(to)
  }

  private piece(from: number, to: number): void {
    const { top } = this
    const { high, text } = this.reading
    if (this.isBlankRun(from, to)) this.fail(from, to)
    const began = now()
    let piece: Array<unknown> | undefined
    try {
      if (top.isWide) piece = text.parseEntries(from, to, high)
      else piece = text.parse(from, to, top.isArray ? "[" : "{", top.isArray ? "]" : "}", high) as Array<unknown>
    } catch (error) {
      this.fail(from, to, error)
    }
    if (piece === undefined || !this.join(piece)) this.fail(from, to)
    this.reading.measure(to - from, now() - began)
    this.pass(to, text.length)
    this.expect = Expect.after
  }

  /** Adds a piece to the innermost container. False if a key is no string. */
  private join(piece: Array<unknown>): boolean {
    const { top } = this
    const { guard } = this.reading.options
    const { last } = this.reading.text
    if (!top.isWide) {
      guard?.check(piece, last, () => this.tokens(), top.count)
      top.join(piece)
      return true
    }
    const entries = guard?.checkEntries(piece, last, () => this.tokens()) ?? piece
    return top.joinEntries(entries)
  }

  /** The innermost container is closed at `at`. */
  private closed(from: number, at: number): Read {
    if (!this.isBlankRun(from, at)) this.piece(from, at)
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
    const { top, window } = this
    if (window.units[at] !== (top.isArray ? 0x5d : 0x7d)) this.fail(at, at)
    this.pass(at + 1)
    this.stack.pop()
    this.complete(top.result)
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
    this.complete(longText.value)
    return this.isDone ? Read.done : Read.more
  }

  /** A value is there that was read by itself. */
  private complete(value: unknown): void {
    this.expect = Expect.after
    if (this.stack.length > 0) return this.add(value)
    this.value = value
    this.isDone = true
  }

  private add(value: unknown): void {
    const { top } = this
    const { guard } = this.reading.options
    if (guard === undefined || top.isArray || !guard.isDangerous(top.key!, value)) top.add(value)
    else guard.refuse(top.key!, this.tokens())
  }

  private get top(): Container {
    return this.stack[this.stack.length - 1]!
  }

  private get depth(): number {
    return this.prefix.length + this.stack.length
  }

  private checkDepth(): void {
    const { at } = this.window
    if (this.depth >= this.reading.options.maxDepth) this.reading.tooDeep(at, at, this.frame(), this.tokens())
  }

  /** Everything before `to` is read. */
  private pass(to: number, length?: number): void {
    const { window } = this
    if (to > window.at) this.reading.count(window.at, to, length)
    window.at = to
  }

  private isBlankRun(from: number, to: number): boolean {
    const { units } = this.window
    let at = from
    while (at < to && isBlank(units[at]!)) at++
    return at === to
  }

  private frame(): Frame {
    const { expect } = this
    if (this.stack.length === 0) return { isArray: undefined, expect, count: 0, key: undefined }
    const { count, isArray, key } = this.top
    return { isArray, expect, count, key }
  }

  private tokens(): Tokens {
    return [...this.prefix, ...tokensOf(this.stack)]
  }

  private fail(from: number, to: number, cause?: unknown): never {
    this.reading.fail(from, to, this.frame(), this.tokens(), cause)
  }
}

/** White space, and what the grammar puts behind or before a value. */
const isDelimiter = (unit: number): boolean =>
  isBlank(unit) || unit === 0x2c || unit === 0x5d || unit === 0x7d || unit === 0x5b || unit === 0x7b || unit === 0x3a
