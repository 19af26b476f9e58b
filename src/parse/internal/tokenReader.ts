/**
 * Reads strings, numbers and words as the grammar has them, up to the first unit that is wrong.
 */
import type { JsonProblem } from "../ParseError.ts"

export type Units = Uint8Array | Uint16Array

export const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39
const isHex = (unit: number): boolean =>
  isDigit(unit) || (unit >= 0x41 && unit <= 0x46) || (unit >= 0x61 && unit <= 0x66)
const isEscape = (unit: number): boolean =>
  unit === 0x22 || unit === 0x5c || unit === 0x2f || "bfnrt".includes(String.fromCharCode(unit))

/** Code units of `true`, `false` and `null`, by the first. */
export const words: { readonly [first: number]: string } = { 0x74: "true", 0x66: "false", 0x6e: "null" }

export class TokenReader {
  protected readonly units: Units
  protected readonly to: number
  protected readonly isEnd: boolean
  protected at: number
  protected problem: JsonProblem | undefined = undefined

  constructor(units: Units, from: number, to: number, isEnd: boolean) {
    this.units = units
    this.at = from
    this.to = to
    this.isEnd = isEnd
  }

  /** The rest of a string. */
  protected text(): boolean {
    const { to, units } = this
    for (; this.at < to; this.at++) {
      const unit = units[this.at]!
      if (unit === 0x22) {
        this.at++
        return true
      }
      if (unit < 0x20) return this.refuse("ControlCharacter")
      if (unit !== 0x5c) continue
      if (++this.at >= to) return this.refuseEnd("UnterminatedString")
      const escape = units[this.at]!
      if (escape !== 0x75) {
        if (!isEscape(escape)) return this.refuse("BadEscape")
        continue
      }
      for (let i = 0; i < 4; i++) {
        if (++this.at >= to) return this.refuseEnd("UnterminatedString")
        if (!isHex(units[this.at]!)) return this.refuse("BadEscape")
      }
    }
    return this.refuseEnd("UnterminatedString")
  }

  protected number(): boolean {
    const { units } = this
    if (units[this.at] === 0x2d) {
      this.at++
      if (this.at >= this.to) return this.refuseEnd("UnexpectedEnd")
    }
    if (units[this.at] === 0x30) {
      this.at++
      if (this.at < this.to && isDigit(units[this.at]!)) return this.refuse("BadNumber")
    } else if (!this.digits()) return false
    if (this.at < this.to && units[this.at] === 0x2e) {
      this.at++
      if (!this.digits()) return false
    }
    if (this.at < this.to && (units[this.at]! | 0x20) === 0x65) {
      this.at++
      if (this.at < this.to && (units[this.at] === 0x2b || units[this.at] === 0x2d)) this.at++
      if (!this.digits()) return false
    }
    return true
  }

  /** One digit and more. */
  private digits(): boolean {
    const from = this.at
    while (this.at < this.to && isDigit(this.units[this.at]!)) this.at++
    if (this.at > from) return true
    return this.at < this.to ? this.refuse("BadNumber") : this.refuseEnd("UnexpectedEnd")
  }

  protected word(word: string): boolean {
    for (let i = 0; i < word.length; i++, this.at++) {
      if (this.at >= this.to) return this.refuseEnd("UnexpectedEnd")
      if (this.units[this.at] !== word.charCodeAt(i)) return this.refuse("UnexpectedCharacter")
    }
    return true
  }

  private refuse(problem: JsonProblem): false {
    this.problem = problem
    return false
  }

  private refuseEnd(problem: JsonProblem): false {
    this.at = this.to
    if (this.isEnd) this.problem = problem
    return false
  }
}
