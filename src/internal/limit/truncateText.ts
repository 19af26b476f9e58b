/**
 * Shortens a JSON text to a limit. It looks at no value, so no user code can run, and every route gives the same
 * outcome.
 *
 * It keeps a depth-first prefix: entries in text order, up to the first that does not fit together with the brackets
 * that close what is open around it. A container is kept if its empty form fits, and then its entries are tried one by
 * one. A string value that does not fit keeps its longest prefix, marked with "…", if one code point of it has room.
 * Keys are never shortened.
 *
 * The text was written by `JSON.stringify` (or by the planner in its likeness), so it is only measured here, never
 * validated. Indentation is skipped by its length, not by its look: a gap may hold quotes, brackets or line breaks.
 */
import type { Meter } from "./meter.ts"
import { ellipsis, type OpenStack } from "./openBrackets.ts"

const quote = 0x22
const backslash = 0x5c

/**
 * The text to append instead of `text`, closing brackets included, or undefined when nothing can be appended within the
 * limit (a root that cannot be shortened).
 *
 * `text` goes on from a place where `open` describes what is open: between two entries, behind an opening bracket, or
 * inside a string between two of its code points. It may end at any such place, and anywhere at all once it is longer
 * than `limit`, which counts from where `text` begins, in units of `open.meter`.
 */
export const truncate = (text: string, open: OpenStack, limit: number): string | undefined =>
  new Scanner(text, open.copy(), limit).run()

class Scanner {
  private readonly text: string
  private readonly limit: number
  private readonly meter: Meter
  private readonly stack: OpenStack
  private pos = 0
  /** Units of the text before `pos`. */
  private used = 0
  /** Whether the whole document was seen. */
  private complete = false
  /** The last place where the text can end: position, what to add there, and what is open; -1 when there is none. */
  private end = -1
  private suffix = ""
  private readonly atEnd: OpenStack
  /** In the string at hand: the last place where it can be cut. */
  private lastFit = -1

  constructor(text: string, stack: OpenStack, limit: number) {
    this.text = text
    this.stack = stack
    this.limit = limit
    this.meter = stack.meter
    this.atEnd = stack.copy()
  }

  run(): string | undefined {
    const { stack } = this
    let fits = true
    if (stack.string !== "none") fits = this.string(stack.string === "begun")
    else if (stack.depth > 0) this.keep(stack.closers)
    while (fits && !this.complete) fits = this.step()
    return this.end < 0 ? undefined : this.text.slice(0, this.end) + this.suffix + this.atEnd.closingText()
  }

  /** Notes that the text can end here, if `rest` more units are within the limit. */
  private keep(rest: number): boolean {
    if (this.used + rest > this.limit) return false
    this.endAt(this.pos, "")
    return true
  }

  private endAt(end: number, suffix: string): void {
    this.end = end
    this.suffix = suffix
    this.atEnd.assign(this.stack)
  }

  /** The next entry or closing bracket; false when nothing more is to be taken. */
  private step(): boolean {
    const { stack, text } = this
    if (stack.depth > 0) {
      const first = text.charCodeAt(this.pos)
      const closes = stack.entered ? first !== 0x2c : first === 0x5d || first === 0x7d
      if (closes) return this.close()
      if (stack.entered) this.skip(1)
      this.pos += stack.indentLength(stack.depth)
      this.used += stack.indent(stack.depth)
      if (stack.inObject && !this.key()) return false
    }
    switch (text.charCodeAt(this.pos)) {
      case 0x5b:
        return this.open("array")
      case 0x7b:
        return this.open("object")
      case quote:
        this.skip(1)
        stack.openString()
        return this.string(false)
      default:
        return this.literal()
    }
  }

  private skip(length: number): void {
    this.pos += length
    this.used += length
  }

  private open(container: "array" | "object"): boolean {
    this.skip(1)
    this.stack.open(container)
    return this.keep(this.stack.closers)
  }

  private close(): boolean {
    const { stack } = this
    if (this.pos >= this.text.length) return false
    if (stack.entered) {
      this.pos += stack.indentLength(stack.depth - 1)
      this.used += stack.indent(stack.depth - 1)
    }
    this.skip(1)
    stack.close()
    this.complete = stack.depth === 0
    return this.keep(stack.closers)
  }

  private key(): boolean {
    this.skip(1)
    if (!this.scan(Infinity)) return false
    this.skip(this.stack.isPretty ? 3 : 2)
    return true
  }

  /** A number, `true`, `false` or `null`. */
  private literal(): boolean {
    const { stack, text } = this
    let pos = this.pos
    while (pos < text.length && !endsLiteral(text.charCodeAt(pos))) pos++
    if (pos === this.pos) return false
    this.skip(pos - this.pos)
    stack.entry()
    this.complete = stack.depth === 0
    return this.keep(stack.closers)
  }

  /** The rest of a string value; `begun` tells whether a code point of it stands before `pos`. */
  private string(begun: boolean): boolean {
    const { stack } = this
    const start = this.pos
    const isRoot = stack.depth === 0
    const emptyFits = this.used + 1 <= this.limit
    const closers = stack.closers
    const mark = this.meter.mark + closers
    stack.closeString()
    this.lastFit = begun && this.used + mark <= this.limit ? start : -1
    if (this.scan(mark)) {
      this.skip(1)
      this.complete = isRoot
      if (this.keep(closers)) return true
    }
    if (this.lastFit >= 0) this.endAt(this.lastFit, ellipsis + '"')
    else if (isRoot && !begun && emptyFits) this.endAt(start, '"')
    return false
  }

  /**
   * Goes on to the closing quote, code point by code point, and notes the last one behind which `reserve` more units
   * fit. False when the limit or the end of the text comes first.
   */
  private scan(reserve: number): boolean {
    const { limit, meter, text } = this
    const room = limit - reserve
    let { pos, used } = this
    let found = false
    while (pos < text.length && used <= limit) {
      const c = text.charCodeAt(pos)
      if (c === quote) {
        found = true
        break
      }
      if (c < 0x80 && c !== backslash) {
        pos++
        used++
      } else {
        const end = codePointEnd(text, pos)
        used += meter.codePoint(text, pos, end)
        pos = end
      }
      if (used <= room) this.lastFit = pos
    }
    this.pos = pos
    this.used = used
    return found
  }
}

const endsLiteral = (c: number): boolean => c === 0x2c || c === 0x5d || c === 0x7d || c === 0x0a

const isHigh = (c: number): boolean => c >= 0xd800 && c <= 0xdbff
const isLow = (c: number): boolean => c >= 0xdc00 && c <= 0xdfff

/** Where the code unit written at `pos`, raw or escaped, ends. */
const codeUnitEnd = (text: string, pos: number): number =>
  text.charCodeAt(pos) !== backslash ? pos + 1 : text.charCodeAt(pos + 1) === 0x75 ? pos + 6 : pos + 2

/** The code unit written at `pos`, as far as it can be half of a surrogate pair. */
const codeUnitAt = (text: string, pos: number): number =>
  text.charCodeAt(pos) === backslash && text.charCodeAt(pos + 1) === 0x75
    ? Number.parseInt(text.slice(pos + 2, pos + 6), 16)
    : text.charCodeAt(pos)

/** `JSON.stringify` writes pairs raw and escapes lone halves; `JSON.rawJSON` can hold any mixture. */
const codePointEnd = (text: string, pos: number): number => {
  const end = codeUnitEnd(text, pos)
  return isHigh(codeUnitAt(text, pos)) && isLow(codeUnitAt(text, end)) ? codeUnitEnd(text, end) : end
}
