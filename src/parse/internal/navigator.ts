/**
 * Finds the value at a pointer, builds it, and skips everything else.
 *
 * `parse` takes the last occurrence of a key, as `JSON.parse` does: a later one undoes what an earlier one gave.
 * `parseArray` has given its elements away by then, and takes the first.
 */
import { Expect } from "./locate.ts"
import { parseJson } from "./natives.ts"
import { notFound } from "./parseErrors.ts"
import { indexOfToken } from "./pointer.ts"
import type { Reading } from "./reading.ts"
import { Result } from "./kernel.ts"
import { allCommas, Skipper } from "./skipper.ts"
import { ValueBuilder } from "./valueBuilder.ts"
import { Read, type Window } from "./window.ts"

/** A container on the way. Its level is the index of the token that is looked for in it. */
interface Level {
  readonly isArray: boolean
  /** The next element. */
  index: number
  /** The first occurrence has been taken, and no other is wanted. */
  isOver: boolean
}

/** What is done with the value at the pointer. */
export interface Target {
  /** Begins it. */
  build(tokens: ReadonlyArray<string>): ValueBuilder
  /** A key that occurs again counts, and undoes what it gave before. */
  readonly isLastTaken: boolean
}

/** Units in which a key's end is looked for first. */
const keySize = 256

export class Navigator {
  /** What the builder at the pointer gave. */
  value: unknown = undefined
  sources: unknown = undefined
  private isFound = false
  private readonly reading: Reading
  private readonly window: Window
  private readonly at: string
  private readonly tokens: ReadonlyArray<string>
  private readonly target: Target
  private readonly skipper: Skipper
  private readonly levels: Array<Level> = []
  private builder: ValueBuilder | undefined = undefined
  private expect: Expect = Expect.value
  private keyLength = keySize
  /** The key was read, and its value comes next. */
  private key: string | undefined = undefined

  constructor(reading: Reading, at: string, tokens: ReadonlyArray<string>, target: Target) {
    this.reading = reading
    this.window = reading.window
    this.at = at
    this.tokens = tokens
    this.target = target
    this.skipper = new Skipper(reading)
  }

  step(): Read {
    if (this.builder !== undefined) return this.build(this.builder)
    if (this.skipper.isSkipping) return this.skip()
    const blank = this.window.skipBlank()
    if (blank !== Read.done) return blank
    if (this.levels.length === 0) return this.root()
    if (this.expect === Expect.after) return this.after()
    return this.top.isArray ? this.element() : this.entry()
  }

  private root(): Read {
    if (this.expect === Expect.after) {
      if (!this.isFound) throw notFound(this.at)
      return Read.done
    }
    if (this.enter()) return Read.more
    // A value in which nothing is found: it is read, because the text may be none.
    this.builder = new ValueBuilder(this.reading)
    return Read.more
  }

  /** Enters the container that begins here, if one does. */
  private enter(): boolean {
    const { window } = this
    const unit = this.unit
    if (unit !== 0x5b && unit !== 0x7b) return false
    const { maxDepth } = this.reading.options
    if (this.levels.length >= maxDepth) this.reading.tooDeep(window.at, window.at, this.frame(), [])
    this.levels.push({ isArray: unit === 0x5b, index: 0, isOver: false })
    this.pass(1)
    this.expect = Expect.first
    return true
  }

  private element(): Read {
    const { expect, top } = this
    if (expect === Expect.first && this.unit === 0x5d) return this.close()
    this.expect = Expect.next
    const wanted = indexOfToken(this.token)
    if (wanted === top.index) return this.found()
    const commas = wanted === undefined || wanted < top.index ? allCommas : wanted - top.index
    this.skipper.begin(commas)
    top.index += commas
    return Read.more
  }

  private entry(): Read {
    const { expect, window } = this
    if (this.key === undefined) {
      if (expect === Expect.first && this.unit === 0x7d) return this.close()
      if (this.unit !== 0x22) this.fail(window.at, window.at)
      return this.readKey()
    }
    const { key } = this
    if (this.expect === Expect.value) {
      this.key = undefined
      this.expect = Expect.next
      if (key === this.token && !this.top.isOver) return this.found()
      this.skipper.begin(1)
      return Read.more
    }
    if (this.unit !== 0x3a) {
      this.key = undefined
      this.reading.checkLimit(window.at)
      const problem = window.isEnd(window.at) ? "UnexpectedEnd" : "UnexpectedCharacter"
      throw this.reading.error(window.at, window.at, problem, this.path)
    }
    this.pass(1)
    this.expect = Expect.value
    return Read.more
  }

  private readKey(): Read {
    const { window } = this
    if (!window.fill(this.keyLength)) return Read.hungry
    const from = window.at
    const to = Math.min(from + this.keyLength, window.end)
    const { text16, text8 } = window.scanner.kernel
    const end = (window.isWide ? text16 : text8)(from + 1, to)
    if (window.scanner.result[Result.closed] !== 1) {
      if (window.isEnd(to)) this.fail(from, to)
      this.keyLength = 2 * (to - from)
      return Read.more
    }
    this.keyLength = keySize
    const high = window.scanner.result[Result.high] === 1
    try {
      this.key = parseJson(this.reading.text.plain(from, end + 1, high)) as string
    } catch (error) {
      this.fail(from, end, error)
    }
    this.reading.high = high
    this.reading.control = false
    this.reading.count(from, end + 1)
    window.at = end + 1
    return Read.more
  }

  /** The token is met: the value is the one that is looked for, or lies on the way to it. */
  private found(): Read {
    this.value = undefined
    this.isFound = false
    this.top.index++
    if (!this.target.isLastTaken) this.top.isOver = true
    if (this.levels.length === this.tokens.length) {
      this.builder = this.target.build(this.tokens)
      this.isFound = true
      return Read.more
    }
    if (!this.enter()) this.skipper.begin(1)
    return Read.more
  }

  private build(builder: ValueBuilder): Read {
    const read = builder.step()
    if (read !== Read.done) return read
    if (this.isFound) {
      this.value = builder.value
      this.sources = builder.sources
    }
    this.builder = undefined
    this.expect = Expect.after
    return Read.more
  }

  private skip(): Read {
    const read = this.skipper.step(this.levels.length, this.path)
    if (read !== Read.done) return read
    this.expect = Expect.after
    return Read.more
  }

  private after(): Read {
    if (this.unit !== 0x2c) return this.close()
    this.pass(1)
    this.expect = Expect.next
    return Read.more
  }

  private close(): Read {
    const { window } = this
    if (this.unit !== (this.top.isArray ? 0x5d : 0x7d)) this.fail(window.at, window.at)
    this.pass(1)
    this.levels.pop()
    this.expect = Expect.after
    return Read.more
  }

  private get top(): Level {
    return this.levels[this.levels.length - 1]!
  }

  private get token(): string {
    return this.tokens[this.levels.length - 1]!
  }

  private get path(): ReadonlyArray<string> {
    return this.tokens.slice(0, Math.max(0, this.levels.length - 1))
  }

  private get unit(): number {
    const { window } = this
    return window.at < window.end ? window.units[window.at]! : -1
  }

  private pass(units: number): void {
    const { reading, window } = this
    reading.high = reading.control = false
    reading.count(window.at, window.at + units)
    window.at += units
  }

  private frame() {
    const { expect } = this
    const isArray = this.levels.length === 0 ? undefined : this.top.isArray
    return { isArray, expect, count: isArray === true ? this.top.index : 0, key: undefined }
  }

  private fail(from: number, to: number, cause?: unknown): never {
    return this.reading.fail(from, to, this.frame(), this.path, cause)
  }
}
