/**
 * Is a text JSON? Looks at it piece by piece, without making a value of it, so that a large one can be checked in
 * slices.
 *
 * The grammar is that of RFC 8259, as `JSON.parse` has it. Nesting of any depth is fine.
 */

/** What may come next. Small integers: compared for every character. */
const State = {
  /** a value */
  value: 0,
  /** a value, or the end of an empty array */
  firstItem: 1,
  /** a key, or the end of an empty object */
  firstKey: 2,
  /** a key */
  key: 3,
  /** a colon */
  colon: 4,
  /** a comma, or the end of what is open */
  next: 5,
  /** the rest of a string */
  string: 6,
  /** what a backslash in a string stands before */
  escape: 7,
  /** hexadecimal digits of an escape */
  hex: 8,
  /** the rest of `true`, `false` or `null` */
  word: 9,
  /** the first digit of a number, after its sign */
  sign: 10,
  /** after a leading zero */
  zero: 11,
  /** digits of a number */
  integer: 12,
  /** the first digit after the point */
  point: 13,
  /** more of them */
  fraction: 14,
  /** a sign or digit after the `e` */
  exponent: 15,
  /** the first digit after that sign */
  exponentSign: 16,
  /** more of them */
  exponentDigits: 17
} as const

type State = (typeof State)[keyof typeof State]

const open = { array: 0, object: 1, none: 2 } as const

export class JsonCheck {
  /** Code units that were fine. After a failure: where it stands. */
  offset = 0
  hasFailed = false
  private state: State = State.value
  /** What is open around the innermost container: arrays 0, objects 1. */
  private readonly stack: Array<number> = []
  private top: number = open.none
  private isKey = false
  private word = ""
  private wordAt = 0
  private hexLeft = 0

  /** Looks at the next piece. False: it is no JSON, at `offset`. */
  feed(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      if (this.state === State.string) i = this.skipString(text, i)
      if (i < text.length && !this.take(text.charCodeAt(i))) {
        this.offset += i
        this.hasFailed = true
        return false
      }
    }
    this.offset += text.length
    return true
  }

  /** Whether the pieces so far are a whole text. */
  end(): boolean {
    const { state } = this
    const isNumber =
      state === State.zero || state === State.integer || state === State.fraction || state === State.exponentDigits
    const isWhole = this.top === open.none && (state === State.next || isNumber)
    if (!isWhole) this.hasFailed = true
    return isWhole
  }

  // To the next character of a string that is not plain.
  private skipString(text: string, from: number): number {
    let i = from
    while (i < text.length) {
      const unit = text.charCodeAt(i)
      if (unit === 0x22 || unit === 0x5c || unit < 0x20) break
      i++
    }
    return i
  }

  private take(unit: number): boolean {
    switch (this.state) {
      case State.string:
        if (unit === 0x22) this.state = this.isKey ? State.colon : State.next
        else if (unit === 0x5c) this.state = State.escape
        else return false
        return true
      case State.escape:
        if (unit === 0x75) {
          this.state = State.hex
          this.hexLeft = 4
          return true
        }
        this.state = State.string
        return isEscape(unit)
      case State.hex:
        if (--this.hexLeft === 0) this.state = State.string
        return isHex(unit)
      case State.word:
        if (unit !== this.word.charCodeAt(this.wordAt)) return false
        if (++this.wordAt === this.word.length) this.state = State.next
        return true
      case State.sign:
        if (!isDigit(unit)) return false
        this.state = unit === 0x30 ? State.zero : State.integer
        return true
      case State.zero:
        return this.afterInteger(unit)
      case State.integer:
        return isDigit(unit) || this.afterInteger(unit)
      case State.point:
        this.state = State.fraction
        return isDigit(unit)
      case State.fraction:
        return isDigit(unit) || this.afterFraction(unit)
      case State.exponent:
        if (unit === 0x2b || unit === 0x2d) {
          this.state = State.exponentSign
          return true
        }
        this.state = State.exponentDigits
        return isDigit(unit)
      case State.exponentSign:
        this.state = State.exponentDigits
        return isDigit(unit)
      case State.exponentDigits:
        return isDigit(unit) || this.structure(unit)
      default:
        return this.structure(unit)
    }
  }

  private afterInteger(unit: number): boolean {
    if (unit !== 0x2e) return this.afterFraction(unit)
    this.state = State.point
    return true
  }

  private afterFraction(unit: number): boolean {
    if (unit !== 0x65 && unit !== 0x45) {
      this.state = State.next
      return this.structure(unit)
    }
    this.state = State.exponent
    return true
  }

  // Between values.
  private structure(unit: number): boolean {
    if (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) {
      if (this.state === State.exponentDigits) this.state = State.next
      return true
    }
    switch (this.state) {
      case State.value:
        return this.value(unit)
      case State.firstItem:
        return unit === 0x5d ? this.close() : this.value(unit)
      case State.firstKey:
        return unit === 0x7d ? this.close() : this.key(unit)
      case State.key:
        return this.key(unit)
      case State.colon:
        this.state = State.value
        return unit === 0x3a
      default:
        return this.next(unit)
    }
  }

  private next(unit: number): boolean {
    if (unit === 0x2c) {
      this.state = this.top === open.object ? State.key : State.value
      return this.top !== open.none
    }
    return (unit === 0x5d && this.top === open.array) || (unit === 0x7d && this.top === open.object)
      ? this.close()
      : false
  }

  private value(unit: number): boolean {
    if (unit === 0x22) return this.string(false)
    if (unit === 0x7b) return this.enter(open.object, State.firstKey)
    if (unit === 0x5b) return this.enter(open.array, State.firstItem)
    if (unit === 0x2d) this.state = State.sign
    else if (unit === 0x30) this.state = State.zero
    else if (isDigit(unit)) this.state = State.integer
    else return this.begin(unit === 0x74 ? "true" : unit === 0x66 ? "false" : unit === 0x6e ? "null" : "")
    return true
  }

  private begin(word: string): boolean {
    this.word = word
    this.wordAt = 1
    this.state = State.word
    return word !== ""
  }

  private key(unit: number): boolean {
    return unit === 0x22 && this.string(true)
  }

  private string(isKey: boolean): true {
    this.isKey = isKey
    this.state = State.string
    return true
  }

  private enter(kind: number, state: State): true {
    this.stack.push(this.top)
    this.top = kind
    this.state = state
    return true
  }

  private close(): true {
    this.top = this.stack.pop()!
    this.state = State.next
    return true
  }
}

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39

const isHex = (unit: number): boolean =>
  isDigit(unit) || (unit >= 0x61 && unit <= 0x66) || (unit >= 0x41 && unit <= 0x46)

// `"` `\\` `/` `b` `f` `n` `r` `t`
const isEscape = (unit: number): boolean =>
  unit === 0x22 ||
  unit === 0x5c ||
  unit === 0x2f ||
  unit === 0x62 ||
  unit === 0x66 ||
  unit === 0x6e ||
  unit === 0x72 ||
  unit === 0x74
