/**
 * A piece of the window as a string for `JSON.parse`, in the form in which V8 parses it fastest.
 *
 * V8 interns string values of up to 10 characters of a one-byte text, which costs much where they are many and differ
 * (900,000 of them: 237 ms, against 25 in a two-byte text) and saves much where they repeat. So ASCII pieces are given
 * now one byte a character, now two, and what turns out cheaper is kept. A character that takes two bytes stands behind
 * the piece, so that V8 does not narrow it, and is sliced off.
 */
import { now, parseJson } from "./natives.ts"
import { windowStart } from "./scanMemory.ts"
import type { Window } from "./window.ts"

/** Below so many units the simplest way is taken. */
const small = 512

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
const strictDecoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true })

export class PieceText {
  private readonly window: Window
  private readonly decoder: InstanceType<typeof TextDecoder>
  private readonly asciiForm = new FormChoice()
  private readonly otherForm = new FormChoice()
  /** Code units of the piece that was parsed last; its text, if that is kept. */
  length = 0
  last = ""

  private readonly isKept: boolean

  /** `isStrict`: bytes that are no UTF-8 throw a `TypeError`. `isKept`: the text of the last piece is wanted. */
  constructor(window: Window, isStrict: boolean, isKept: boolean) {
    this.window = window
    this.isKept = isKept
    this.decoder = isStrict ? strictDecoder : decoder
  }

  /** Parses what stands from `from` to `to`, within brackets. The unit before `from` is overwritten. */
  parse(from: number, to: number, open: string, close: string, high: boolean): unknown {
    this.length = to - from
    if (to - from < small) {
      const plain = this.plain(from, to, high)
      this.length = plain.length
      return this.parseText(open + plain + close)
    }
    const { units } = this.window
    // The bracket, and a character behind it.
    const behind = [units[to]!, units[to + 1]!, units[to + 2]!]
    units[from - 1] = open.charCodeAt(0)
    units[to] = close.charCodeAt(0)
    try {
      return this.window.isWide
        ? this.parseText(this.plain(from - 1, to + 1, high))
        : this.parseInBestForm(from - 1, to + 1, high && this.window.source.isUtf8)
    } finally {
      units.set(behind, to)
    }
  }

  /** The key of an entry whose value begins at `to`. */
  key(from: number, to: number, high: boolean): string {
    const entry = parseJson(`{${this.plain(from, to, high)} 0}`) as object
    return keysOf(entry)[0]!
  }

  /** What stands from `from` to `to`. */
  plain(from: number, to: number, high: boolean): string {
    const { scanner, source } = this.window
    if (source.isWide) return scanner.buffer.toString("utf16le", windowStart + 2 * from, windowStart + 2 * to)
    if (!high || !source.isUtf8) return scanner.buffer.toString("latin1", windowStart + from, windowStart + to)
    return this.decoder.decode(scanner.units8.subarray(from, to))
  }

  /** Parses entries as `[key, value, key, value]`. Undefined if keys and values do not alternate. */
  parseEntries(from: number, to: number, high: boolean): Array<unknown> | undefined {
    const { scanner, source } = this.window
    const { buffer, kernel, out } = scanner
    this.length = to - from
    if (source.isWide) {
      const count = kernel.entries16(from, to, out + 2)
      if (count % 2 === 0 || count < 0) return undefined
      buffer.writeUInt16LE(0x5b, out)
      buffer.writeUInt16LE(0x5d, out + 2 + 2 * (to - from))
      return this.parseText(buffer.toString("utf16le", out, out + 4 + 2 * (to - from))) as Array<unknown>
    }
    const count = kernel.entries8(from, to, out + 1)
    if (count % 2 === 0 || count < 0) return undefined
    const end = out + 2 + to - from
    buffer[out] = 0x5b
    buffer[end - 1] = 0x5d
    const text =
      high && source.isUtf8 ? this.decoder.decode(buffer.subarray(out, end)) : buffer.toString("latin1", out, end)
    this.length = text.length - 2
    return this.parseText(text) as Array<unknown>
  }

  /**
   * The last piece with the text of each primitive in its place. Undefined where the stack does not suffice: native
   * revives by recursion, which takes some 10,000 levels from an empty one, and a piece has 4,096 at most.
   */
  sources(): unknown {
    try {
      return parseJson(this.last, sourceOf)
    } catch {
      return undefined
    }
  }

  private parseText(text: string): unknown {
    if (this.isKept) this.last = text
    return parseJson(text)
  }

  private parseInBestForm(from: number, to: number, isDecoded: boolean): unknown {
    const form = isDecoded ? this.otherForm : this.asciiForm
    const isTwoByte = form.next()
    const began = now()
    const text = isTwoByte ? this.twoByte(from, to, isDecoded) : this.plain(from, to, isDecoded)
    this.length = text.length - 2
    const value: unknown = this.parseText(text)
    form.add(isTwoByte, (now() - began) / (to - from))
    return value
  }

  private twoByte(from: number, to: number, isDecoded: boolean): string {
    const { buffer, kernel, out, units8 } = this.window.scanner
    if (isDecoded) {
      units8.set(wideCharacter, to)
      return this.decoder.decode(units8.subarray(from, to + wideCharacter.length)).slice(0, -1)
    }
    const end = out + 2 * (to - from)
    kernel.widen(from, to, out)
    buffer.writeUInt16LE(0x100, end)
    return buffer.toString("utf16le", out, end + 2).slice(0, -1)
  }
}

/** U+0100 in UTF-8: it is not Latin-1, so a text that ends with it takes two bytes a character. */
const wideCharacter = [0xc4, 0x80]

const { hasOwn, keys: keysOf } = Object

const sourceOf = (_key: string, value: unknown, context: { readonly source?: string }): unknown =>
  hasOwn(context, "source") ? context.source : value

/** One byte a character or two: what costs less, looked at again now and then. */
class FormChoice {
  private readonly costs = [Number.NaN, Number.NaN]
  private best = 0
  private pieces = 0
  private since = 0
  /** Pieces after which the other form is tried. */
  private interval = 2

  /** True for two bytes. */
  next(): boolean {
    this.pieces++
    const isTrial = ++this.since >= this.interval
    if (isTrial) {
      this.since = 0
      this.interval = this.pieces > 128 ? 64 : this.pieces > 8 ? 16 : 2
    }
    return (isTrial ? 1 - this.best : this.best) === 1
  }

  add(isTwoByte: boolean, cost: number): void {
    const { costs } = this
    const form = isTwoByte ? 1 : 0
    const before = costs[form]!
    // A collection may fall into any piece: a dear one counts little, a cheap one much.
    costs[form] = before !== before ? cost : before + (cost - before) * (cost < before ? 0.5 : 0.125)
    if (costs[1 - this.best]! < 0.9 * costs[this.best]!) this.best = 1 - this.best
  }
}
