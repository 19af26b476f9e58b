/**
 * What is open at some point of a JSON text, and what closing it costs.
 *
 * Whoever cuts a text short must know, after every piece, how much room the closing brackets need. Every level keeps
 * the cost of closing itself and all levels around it, so the answer is one read, however deep the text is nested.
 * Levels never change once they are made, so a copy of the whole stack is a few words, and a caller can keep the state
 * of the last place where a cut was possible.
 *
 * A container with an open container in it has an entry by that fact, so "has an entry" is a question about the
 * innermost one only. With a gap, a container with entries closes on a line of its own, and an empty one closes at
 * once.
 */
import { emptyGap } from "../frame/frame.ts"
import type { Meter } from "./meter.ts"

/** The mark that stands for what was left out of a string. */
export const ellipsis = "…"

interface Level {
  readonly parent: Level | undefined
  readonly object: boolean
  /** 0 for the root container: its closing bracket is not indented. */
  readonly depth: number
  /** Closing this level, given that it has entries, and all levels around it. */
  readonly closers: number
}

/** What is the same in the whole text. */
interface Layout {
  readonly meter: Meter
  readonly isPretty: boolean
  /** The indentation of one level, as it is written. */
  readonly gap: string
  readonly gapUnits: number
  /** What two gaps have less than twice the units of one. */
  readonly joint: number
}

const makeLayout = (given: string, meter: Meter): Layout => {
  const gap = given === emptyGap ? "" : given
  const gapUnits = meter.size(gap)
  // A gap can end in the first half of a surrogate pair and begin with the second (`space` is cut after ten code
  // units). Repeated, the halves meet: 4 bytes instead of 3 + 3.
  return { meter, isPretty: given !== "", gap, gapUnits, joint: 2 * gapUnits - meter.size(gap + gap) }
}

/** How far the string in progress has come; `opened` means that no code point of it is written yet. */
export type StringState = "none" | "opened" | "begun"

export class OpenStack {
  string: StringState = "none"
  private readonly layout: Layout
  private top: Level | undefined = undefined
  private hasEntry = false

  /** `gap` is what a frame's task has: empty for compact text. */
  constructor(gap: string, meter: Meter, layout: Layout = makeLayout(gap, meter)) {
    this.layout = layout
  }

  /** What lengths are counted in. */
  get meter(): Meter {
    return this.layout.meter
  }

  /** Whether the text has line breaks, and blanks behind colons. */
  get isPretty(): boolean {
    return this.layout.isPretty
  }

  /** Number of open containers. */
  get depth(): number {
    return this.top === undefined ? 0 : this.top.depth + 1
  }

  get inObject(): boolean {
    return this.top !== undefined && this.top.object
  }

  /** Whether the innermost container has an entry. */
  get entered(): boolean {
    return this.hasEntry
  }

  /** A line break and the indentation of `depth` levels, in units. */
  indent(depth: number): number {
    const { gapUnits, isPretty, joint } = this.layout
    if (!isPretty) return 0
    return 1 + depth * gapUnits - (depth > 1 ? (depth - 1) * joint : 0)
  }

  /** The same in code units, as a distance in the text. */
  indentLength(depth: number): number {
    return this.isPretty ? 1 + depth * this.layout.gap.length : 0
  }

  /** Opens a container as an entry of the innermost one. */
  open(container: "array" | "object"): void {
    const parent = this.top
    const depth = this.depth
    this.top = {
      parent,
      object: container === "object",
      depth,
      closers: this.indent(depth) + 1 + (parent === undefined ? 0 : parent.closers)
    }
    this.hasEntry = false
  }

  /** Closes the innermost container. */
  close(): void {
    this.top = this.top!.parent
    this.hasEntry = this.top !== undefined
  }

  /** A whole entry was written into the innermost container. */
  entry(): void {
    this.hasEntry = this.top !== undefined
  }

  /** The innermost container has no entry after all. */
  withoutEntry(): void {
    this.hasEntry = false
  }

  /** The opening quote of a string value was written; `begun` tells whether a code point of it was, too. */
  openString(begun = false): void {
    this.hasEntry = this.top !== undefined
    this.string = begun ? "begun" : "opened"
  }

  /** The closing quote was written. */
  closeString(): void {
    this.string = "none"
  }

  /** Closing all open containers, whatever becomes of the string in progress. */
  get closers(): number {
    const top = this.top
    if (top === undefined) return 0
    if (this.hasEntry) return top.closers
    return 1 + (top.parent === undefined ? 0 : top.parent.closers)
  }

  /** The shortest text that can follow: when even this passes the limit, the document does not fit. */
  get least(): number {
    return (this.string === "none" ? 0 : 1) + this.closers
  }

  /**
   * What ending the text here costs, the mark in a string included. Infinite where no cut is allowed: just behind the
   * opening quote of a string, which is shortened to one code point at least or left out with its key. (A string that
   * is the whole document may end as an empty one.)
   */
  get cut(): number {
    if (this.string === "none") return this.closers
    if (this.string === "begun") return this.meter.mark + this.closers
    return this.top === undefined ? 1 : Infinity
  }

  /** The brackets that close everything open. */
  closingText(): string {
    let text = ""
    let level = this.top
    let entered = this.hasEntry
    while (level !== undefined) {
      if (entered && this.isPretty) text += "\n" + this.layout.gap.repeat(level.depth)
      text += level.object ? "}" : "]"
      entered = true
      level = level.parent
    }
    return text
  }

  /** Takes over the state of `other`, which has the same gap and meter. */
  assign(other: OpenStack): void {
    this.string = other.string
    this.top = other.top
    this.hasEntry = other.hasEntry
  }

  copy(): OpenStack {
    const copy = new OpenStack(this.layout.gap, this.layout.meter, this.layout)
    copy.assign(this)
    return copy
  }
}
