/**
 * Finds what is wrong with a piece of text that `JSON.parse` has refused, at the very place where V8 sees it.
 *
 * A strict validator without recursion. It reads units (bytes, or code units), because all that the grammar knows is
 * ASCII.
 */
import type { JsonProblem } from "../ParseError.ts"
import { isBlank } from "./blank.ts"
import { append } from "../../internal/value/define.ts"
import { parseJson } from "./natives.ts"
import { isDigit, TokenReader, type Units, words } from "./tokenReader.ts"

/** What is expected where a piece begins. */
export const Expect = {
  /** A value, where none has to be before. */
  value: 0,
  /** The first element or entry of a container, or its end. */
  first: 1,
  /** An element or an entry, behind a comma. */
  next: 2,
  /** A comma, or the container's end. */
  after: 3,
  /** Nothing but white space. */
  end: 4,
  /** The rest of a string that is a value. */
  text: 5
} as const
export type Expect = (typeof Expect)[keyof typeof Expect]

/** Where a piece stands. */
export interface Frame {
  /** The container that it is in: undefined for the text itself. */
  readonly isArray: boolean | undefined
  readonly expect: Expect
  /** Elements before it. */
  readonly count: number
  /** The key of the value that is being read. */
  readonly key: string | undefined
}

/** What was found: the index, and the tokens of a pointer that leads there from the container. */
export interface Located {
  readonly at: number
  readonly problem: JsonProblem
  readonly path: ReadonlyArray<string | number>
  /** A dangerous key that stands before the problem; `path` then leads to the object that has it. */
  readonly forbidden: string | undefined
}

/** The text of a key, quotes included. */
export type ReadKey = (from: number, to: number) => string

const root = 0
const array = 1
const object = 2

interface Level {
  readonly kind: number
  /** Elements that are read; where the key stands that was read last. */
  count: number
  key: string | undefined
  keyFrom: number
  keyTo: number
}

class Validator extends TokenReader {
  private readonly readKey: ReadKey
  private readonly stack: Array<Level> = []
  private readonly isGuarded: boolean
  private forbidden: { readonly key: string; readonly path: Array<string | number> } | undefined = undefined
  /** A value is being read, so that its own token belongs to the pointer. */
  private isInValue = false

  constructor(units: Units, from: number, to: number, isEnd: boolean, readKey: ReadKey, isGuarded: boolean) {
    super(units, from, to, isEnd)
    this.isGuarded = isGuarded
    this.readKey = readKey
  }

  run(frame: Frame): Located | undefined {
    const kind = frame.isArray === undefined ? root : frame.isArray ? array : object
    append(this.stack, { kind, count: frame.count, key: frame.key, keyFrom: 0, keyTo: 0 })
    let expect: Expect | undefined = frame.expect
    if (expect === Expect.text) {
      this.isInValue = true
      expect = this.text() ? this.ended() : undefined
    }
    while (expect !== undefined) expect = this.step(expect)
    if (this.problem === undefined) return undefined
    const { forbidden } = this
    return { at: this.at, problem: this.problem, path: forbidden?.path ?? this.path(), forbidden: forbidden?.key }
  }

  /** Reads one token. Undefined where it ends: with a problem, or where the text does. */
  private step(expect: Expect): Expect | undefined {
    const { to, units } = this
    while (this.at < to && isBlank(units[this.at]!)) this.at++
    if (this.at >= to) {
      if (expect !== Expect.end) this.end("UnexpectedEnd")
      return undefined
    }
    const unit = units[this.at]!
    const level = this.stack.at(-1)!
    if (expect === Expect.end) return this.fail("AfterEnd")
    if (expect === Expect.after) return this.after(unit, level)
    if (expect === Expect.first && unit === (level.kind === array ? 0x5d : 0x7d)) return this.close()
    if (level.kind !== object || expect === Expect.value) return this.value(unit, level)
    return this.key(unit, level)
  }

  private key(unit: number, level: Level): Expect | undefined {
    const { units } = this
    if (unit !== 0x22) return this.fail("UnexpectedCharacter")
    const from = this.at++
    if (!this.text()) return undefined
    level.keyFrom = from
    level.keyTo = this.at
    if (this.isGuarded) this.guard(level)
    while (this.at < this.to && isBlank(units[this.at]!)) this.at++
    if (this.at >= this.to) return this.end("UnexpectedEnd")
    if (units[this.at] !== 0x3a) return this.fail("UnexpectedCharacter")
    this.at++
    this.isInValue = true
    return Expect.value
  }

  /** Notes the first key that is dangerous: `__proto__`, or `prototype` in a `constructor`. */
  private guard(level: Level): void {
    if (this.forbidden !== undefined) return
    const key = this.keyOf(level)
    const parent = this.stack.at(-2)
    if (key === "__proto__") this.forbidden = { key, path: this.path() }
    else if (key === "prototype" && parent?.kind === object && this.keyOf(parent) === "constructor") {
      this.forbidden = { key: "constructor", path: this.path().slice(0, -1) }
    }
  }

  private value(unit: number, level: Level): Expect | undefined {
    this.isInValue = true
    if (unit === 0x5b || unit === 0x7b) {
      this.at++
      this.isInValue = false
      const kind = unit === 0x5b ? array : object
      append(this.stack, { kind, count: 0, key: undefined, keyFrom: 0, keyTo: 0 })
      return Expect.first
    }
    if (unit === 0x22) {
      this.at++
      return this.text() ? this.ended() : undefined
    }
    if (unit === 0x2d || isDigit(unit)) return this.number() ? this.ended() : undefined
    const word = words[unit]
    if (word === undefined) {
      // Where an element is expected there is none, as far as one can tell.
      if (level.kind === array) this.isInValue = false
      return this.fail("UnexpectedCharacter")
    }
    return this.word(word) ? this.ended() : undefined
  }

  private after(unit: number, { kind }: Level): Expect | undefined {
    if (unit === 0x2c) {
      this.at++
      return Expect.next
    }
    return unit === (kind === array ? 0x5d : 0x7d) ? this.close() : this.fail("UnexpectedCharacter")
  }

  private close(): Expect | undefined {
    this.at++
    // The piece's own container: what is behind it is another piece.
    if (this.stack.length === 1) return undefined
    this.stack.pop()
    return this.ended()
  }

  /** A value is read whole. */
  private ended(): Expect {
    const level = this.stack.at(-1)!
    this.isInValue = false
    if (level.kind === root) return Expect.end
    level.count++
    return Expect.after
  }

  private fail(problem: JsonProblem): undefined {
    this.problem = problem
  }

  /** The text is over: that is a problem only if no more of it comes. */
  private end(problem: JsonProblem): undefined {
    if (this.isEnd) this.problem = problem
  }

  private path(): Array<string | number> {
    const path: Array<string | number> = []
    for (let i = 0; i < this.stack.length; i++) {
      const level = this.stack[i]!
      if (level.kind === root || (i === this.stack.length - 1 && !this.isInValue)) continue
      const token = level.kind === array ? level.count : this.keyOf(level)
      if (token !== undefined) append(path, token)
    }
    return path
  }

  private keyOf({ key, keyFrom, keyTo }: Level): string | undefined {
    return keyTo > 0 ? (parseJson(this.readKey(keyFrom, keyTo)) as string) : key
  }
}

/**
 * Looks for the first problem in `units` from `from` to `to`. `isEnd` says that the text ends there. Undefined if
 * nothing is wrong so far. `isGuarded`: dangerous keys are looked for, too.
 */
export const locate = (
  units: Units,
  from: number,
  to: number,
  isEnd: boolean,
  frame: Frame,
  readKey: ReadKey,
  isGuarded = false
): Located | undefined => new Validator(units, from, to, isEnd, readKey, isGuarded).run(frame)
