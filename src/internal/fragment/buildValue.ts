/**
 * Makes the value of a JSON text in small steps: what `JSON.parse` makes of it, without one long hold of the event
 * loop.
 *
 * Native code parses runs of whole children, of some thousand characters each. Here is only found where a run may end.
 * A container that does not fit a run is entered, and filled run by run, so that the keys of an object are where
 * `JSON.parse` has them, whatever they are. A string that does not fit is parsed in pieces, and joined.
 */
import { lengthOf, Literal, LiteralReader } from "./literal.ts"

/** Code units that a step looks at. */
const window = 16_384
/** An escape is at most as long. */
const longestEscape = 6

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c

/** Whether native code parses all of it in the time of a step. */
export const isShort = (literal: Literal): boolean => lengthOf(Literal.textOf(literal)) <= window

/** What may stand next in a container that was entered. */
const Next = {
  /** A child, or the end of an empty container. */
  first: 0,
  /** A child: a comma came before. */
  child: 1,
  /** A comma, or the end: a child that was entered is complete. */
  comma: 2
} as const

/** A container that was entered. The root stands in an array that has no brackets. */
interface Level {
  readonly value: Array<unknown> | Record<string, unknown>
  readonly isArray: boolean
  next: number
}

/** A container that a window opens and does not close. */
interface Opened {
  /** Where its children begin. */
  readonly from: number
  /** The last comma between them, or -1. */
  comma: number
}

export class ValueBuilder {
  /** The value, when `step` has said that it is there. */
  value: unknown = undefined
  private readonly reader: LiteralReader
  /** What the reader gave and no step has looked at. */
  private ahead = ""
  /** What the steps have looked at and no run has taken: the beginning of a child of the innermost level. */
  private text = ""
  /** Up to where they have looked; beyond the end where the text ends in an escape. */
  private at = 0
  /** Where the run of the innermost level begins. */
  private from = 0
  private lastComma = -1
  private readonly levels: Array<Level> = [{ value: [], isArray: true, next: Next.first }]
  private opened: Array<Opened> = []
  /** Where the string begins that the text ends in, or -1. */
  private stringAt = -1
  /** The pieces of that string which were parsed already, if it is a long one. */
  private pieces: Array<string> = []
  /** A long string that is the next key, or the next value, of the innermost level. Its text has an empty one there. */
  private longKey: string | undefined = undefined
  private longValue: string | undefined = undefined

  constructor(literal: Literal) {
    this.reader = new LiteralReader(literal, false)
  }

  /** Does a step. True when the value is there. Throws a `SyntaxError` where the text is no JSON. */
  step(): boolean {
    if (this.ahead === "") {
      if (this.reader.isDone) return this.end()
      this.ahead = this.reader.next() as string
    }
    this.text += this.ahead.slice(0, window)
    this.ahead = this.ahead.slice(window)
    this.scan()
    this.take()
    return false
  }

  private get top(): Level {
    return this.levels[this.levels.length - 1]!
  }

  // Looks for the commas between children, and for what opens and closes.
  private scan(): void {
    if (this.stringAt >= 0) this.scanString()
    let { at, text } = this
    while (at < text.length) {
      const unit = text.charCodeAt(at)
      // Most characters outside of strings are those of numbers.
      if (unit > quote && unit !== comma && unit < 0x5b) at++
      else if (unit === quote) {
        this.stringAt = at
        this.at = at + 1
        this.scanString()
        ;({ at, text } = this)
      } else {
        this.at = at
        if (unit === comma) this.separate()
        else if (unit === 0x5b || unit === 0x7b) this.opened.push({ from: at + 1, comma: -1 })
        else if (unit === 0x5d || unit === 0x7d) this.close(unit === 0x5d)
        at++
      }
    }
    this.at = at
  }

  // To the end of a string, or of the text.
  private scanString(): void {
    const { text } = this
    let { at } = this
    while (at < text.length) {
      const unit = text.charCodeAt(at)
      if (unit === quote) break
      at += unit === backslash ? 2 : 1
    }
    this.at = at
    if (at >= text.length) return
    this.at++
    if (this.pieces.length > 0) this.endLongString()
    this.stringAt = -1
  }

  private separate(): void {
    const { at, opened, top } = this
    if (opened.length > 0) {
      opened[opened.length - 1]!.comma = at
      return
    }
    this.lastComma = at
    if (top.next === Next.comma || this.isLong) this.takeRun(at)
  }

  // The long string is that of the first child: the run ends behind it.
  private get isLong(): boolean {
    return this.longKey !== undefined || this.longValue !== undefined
  }

  private close(isArray: boolean): void {
    if (this.opened.pop() !== undefined) return
    const { levels, top } = this
    if (levels.length === 1 || top.isArray !== isArray) throw noJson()
    this.endRun(this.at)
    levels.pop()
    this.from = this.at + 1
    this.lastComma = -1
  }

  // Takes all whole children, and enters what is open.
  private take(): void {
    if (this.lastComma >= 0) this.takeRun(this.lastComma)
    for (const { comma, from } of this.opened) {
      this.enter(from)
      if (comma >= 0) this.takeRun(comma)
    }
    this.opened = []
    this.text = this.text.slice(this.from)
    this.at -= this.from
    this.stringAt = Math.max(-1, this.stringAt - this.from)
    this.from = 0
    if (this.stringAt >= 0 && this.text.length - this.stringAt > window) this.cutString()
  }

  // A run of children, up to a comma.
  private takeRun(end: number): void {
    this.endRun(end)
    this.top.next = Next.child
    this.from = end + 1
    this.lastComma = -1
  }

  private endRun(end: number): void {
    const { top } = this
    const run = this.text.slice(this.from, end)
    const isEmptyFine = top.next === Next.first && this.text.charCodeAt(end) !== comma
    if (top.next === Next.comma) {
      if (!isBlank(run)) throw noJson()
    } else if (!this.add(run) && !isEmptyFine) throw noJson()
  }

  // Whether there was anything in it.
  private add(run: string): boolean {
    const { top } = this
    if (top.isArray) {
      const items = JSON.parse(`[${run}]`) as Array<unknown>
      if (this.longValue !== undefined) items[0] = this.longValue
      const all = top.value as Array<unknown>
      for (let i = 0; i < items.length; i++) all.push(items[i])
      this.longValue = undefined
      return items.length > 0
    }
    const entries = JSON.parse(`{${run}}`) as Record<string, unknown>
    const keys = Object.keys(entries)
    for (const key of keys) {
      define(top.value as Record<string, unknown>, this.longKey ?? key, this.longValue ?? entries[key])
    }
    this.longKey = undefined
    this.longValue = undefined
    return keys.length > 0
  }

  // Enters the container that opens before `from`, the next child of the innermost level.
  private enter(from: number): void {
    const { top } = this
    const isArray = this.text.charCodeAt(from - 1) === 0x5b
    const value = isArray ? [] : {}
    const before = this.text.slice(this.from, from - 1)
    if (top.next === Next.comma) throw noJson()
    if (top.isArray) {
      if (!isBlank(before)) throw noJson()
      ;(top.value as Array<unknown>).push(value)
    } else {
      const [key] = Object.keys(JSON.parse(`{${before}[]}`) as object)
      if (key === undefined) throw noJson()
      define(top.value as Record<string, unknown>, this.longKey ?? key, value)
      this.longKey = undefined
    }
    top.next = Next.comma
    this.levels.push({ value, isArray, next: Next.first })
    this.from = from
  }

  // Parses what is there of a long string. Its beginning stays, as an empty string.
  private cutString(): void {
    const { stringAt, text } = this
    const escape = text.lastIndexOf("\\")
    const end = escape >= Math.max(stringAt + 1, text.length - longestEscape) ? escapeStart(text, escape) : text.length
    this.pieces.push(JSON.parse(text.slice(stringAt, end) + '"') as string)
    this.text = text.slice(0, stringAt + 1) + text.slice(end)
    this.at -= end - stringAt - 1
  }

  // The text has been looked at up to the quote that ends it.
  private endLongString(): void {
    const { at, stringAt, text } = this
    this.pieces.push(JSON.parse(text.slice(stringAt, at)) as string)
    const long = this.pieces.join("")
    this.pieces = []
    this.text = `${text.slice(0, stringAt)}""${text.slice(at)}`
    this.at = stringAt + 2
    if (this.top.isArray || !isBlank(text.slice(0, stringAt))) this.longValue = long
    else this.longKey = long
  }

  private end(): true {
    const { text, levels } = this
    const root = levels[0]!.value as Array<unknown>
    if (levels.length > 1 || this.stringAt >= 0) throw noJson()
    this.endRun(text.length)
    if (root.length !== 1) throw noJson()
    this.value = root[0]
    return true
  }
}

// Where the escape begins that the last backslash of a text belongs to: it may be the second one of a pair.
const escapeStart = (text: string, at: number): number => {
  let start = at
  while (text.charCodeAt(start - 1) === backslash) start--
  return at - ((at - start) % 2)
}

// As `JSON.parse` does it: no setter runs, whatever is in `Object.prototype`.
const define = (object: Record<string, unknown>, key: string, value: unknown): void => {
  if (key in object && !Object.hasOwn(object, key)) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  } else object[key] = value
}

const isBlank = (text: string): boolean => /^[ \n\r\t]*$/.test(text)

const noJson = (): SyntaxError =>
  new SyntaxError("The text of a fragment is no JSON: make it by `Fragment.fromText`, which checks it")
