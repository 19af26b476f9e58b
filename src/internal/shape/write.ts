/**
 * Writes what is shown, and reports what is not. What was not looked at before is looked at now.
 */
import { stringify } from "../value/intrinsics.ts"
import { joined } from "./cutByLength.ts"
import type { Shown, SomeEntries } from "./cuts.ts"
import { pieceFrom } from "./cutText.ts"
import { entryAt, isWithin, leftOut } from "./entries.ts"
import { collapsed } from "./layout.ts"
import { markerEntry } from "./markers.ts"
import type { Sizes } from "./need.ts"
import { Container, type Ends, Leaf, type Node, type Text, type TextLeaf } from "./nodes.ts"
import type { Report } from "./report.ts"
import { type Steps, unitsPerStep } from "./steps.ts"

/** A container that is being written. */
interface Level {
  readonly container: Container
  readonly some: SomeEntries | undefined
  /** The next entry: its position, or where only some are shown, its index among them. */
  next: number
  /** Entries in the text, and whether the marker is among them. */
  shown: number
  isMarked: boolean
}

export class Writer {
  private readonly sizes: Sizes
  private readonly report: Report
  private readonly stack: Array<Level> = []
  private text = ""

  constructor(sizes: Sizes, report: Report) {
    this.sizes = sizes
    this.report = report
  }

  /** What was written since the last time: to be taken after each step. */
  take(): string {
    const { text } = this
    this.text = ""
    return text
  }

  *write(root: Node, shown: Shown): Steps<void> {
    const { stack } = this
    yield* this.begin(root, shown)
    while (stack.length > 0) {
      if (this.sizes.pace.isDue() || this.text.length >= unitsPerStep) yield
      const level = stack[stack.length - 1]!
      const entry = level.some === undefined ? yield* this.whole(level) : this.chosen(level, level.some)
      if (entry === "textless") continue
      if (entry === undefined) {
        stack.pop()
        this.end(level)
      } else {
        this.separate(level)
        this.text += this.sizes.prefix(level.container, entry.position)
        level.shown++
        yield* this.begin(entry.node, entry.shown)
      }
    }
  }

  // The next entry of a container of which all is shown that the limits leave.
  private *whole(level: Level): Steps<{ position: number; node: Node; shown: Shown } | "textless" | undefined> {
    const { container, next: position } = level
    const { reader } = this.sizes
    if (position >= container.length) return undefined
    if (!isWithin(container, position, reader)) {
      level.next = container.gapTo
      if (level.next < container.length)
        this.mark(level, leftOut(container, level.shown + (yield* this.behind(container))))
      return "textless"
    }
    level.next++
    const node = entryAt(container, position, reader)
    return typeof node === "string" ? "textless" : { position, node, shown: "whole" }
  }

  // Elements that are shown behind the gap of an array.
  private *behind(container: Container): Steps<number> {
    const { pace, reader } = this.sizes
    let count = container.length - container.gapTo
    if (reader.dropping === 0 || container.drops.length === 0) return count
    for (let position = container.gapTo; position < container.length; position++) {
      if (reader.isDropped(container, position)) count--
      if (pace.isDue()) yield
    }
    return count
  }

  private chosen(level: Level, { entries, leftOut, markerAt }: SomeEntries) {
    if (level.next === markerAt && leftOut > 0 && !level.isMarked) this.mark(level, leftOut)
    return entries[level.next++]
  }

  private *begin(node: Node, shown: Shown): Steps<void> {
    if (node instanceof Container) {
      if (shown === "collapsed") this.collapse(node)
      else this.stack.push(levelOf(node, shown === "whole" ? undefined : (shown as SomeEntries)))
    } else if (node instanceof Leaf) {
      this.text += shown === "collapsed" ? collapsed : node.text
      this.report.leaf(node, shown === "collapsed")
    } else yield* this.string(node, shown as "whole" | "collapsed" | Ends)
  }

  private collapse(container: Container): void {
    this.text += collapsed
    this.report.collapsed(container)
  }

  private *string(leaf: TextLeaf, shown: "whole" | "collapsed" | Ends): Steps<void> {
    const { settings } = this.sizes.reader
    const cut = shown === "whole" ? leaf.cut : shown
    const text = shown === "whole" ? leaf.shown : shown === "collapsed" ? "…" : joined(leaf, shown, settings)
    this.text += '"'
    yield* this.pieces(text)
    this.text += '"'
    if (cut !== undefined)
      this.report.text(leaf, cut === "collapsed" ? 0 : cut.head, cut === "collapsed" ? 0 : cut.tail)
  }

  private *pieces(text: Text): Steps<void> {
    for (let at = 0; at < text.length;) {
      const piece = pieceFrom(text, at, unitsPerStep)
      this.text += stringify(piece).slice(1, -1)
      at += piece.length
      if (at < text.length) yield
    }
  }

  private separate(level: Level): void {
    const { container, isMarked, shown } = level
    const isFirst = shown === 0 && !isMarked
    this.text += (isFirst ? container.open.opener : ",") + this.sizes.layout.indent(container.depth + 1)
  }

  // Says that so many entries are left out, here.
  private mark(level: Level, count: number): void {
    const { container, some } = level
    const { layout, reader } = this.sizes
    if (reader.settings.markers) {
      this.separate(level)
      this.text += markerEntry(container, count, layout.colon)
    }
    level.isMarked = true
    this.report.container(container, some, count, reader)
  }

  private end(level: Level): void {
    const { container, shown, some } = level
    const { layout, reader } = this.sizes
    const left = some?.leftOut ?? leftOut(container, shown)
    if (left > 0 && !level.isMarked) this.mark(level, left)
    if (shown === 0 && left > 0 && !reader.settings.markers) this.text += collapsed
    else if (shown === 0 && left === 0) this.text += container.open.opener + container.open.closer
    else this.text += layout.indent(container.depth) + container.open.closer
  }
}

const levelOf = (container: Container, some: SomeEntries | undefined): Level => ({
  container,
  some,
  next: some === undefined ? container.first : 0,
  shown: 0,
  isMarked: false
})
