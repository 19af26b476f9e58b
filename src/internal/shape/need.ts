/**
 * What a place takes, written whole: its size if that is no more than a cap, else "more".
 *
 * It stops at the cap, remembers where, and goes on from there when a larger cap is asked for. So nothing is walked
 * twice, and what is never asked for costs nothing.
 */
import { entryAt, isWithin, leftOut } from "./entries.ts"
import type { Layout } from "./layout.ts"
import { markerEntry } from "./markers.ts"
import { Container, Leaf, type Node, type TextLeaf } from "./nodes.ts"
import { stringify } from "../value/intrinsics.ts"
import { pieceFrom, printedUnits } from "./cutText.ts"
import type { PlaceReader } from "./reader.ts"
import { type Pace, type Steps, unitsPerStep } from "./steps.ts"

/** More than the cap. */
export const more = Infinity

export class Sizes {
  readonly layout: Layout
  readonly reader: PlaceReader
  readonly pace: Pace
  /** What was measured in another one, in other units or with other entries dropped, does not count. */
  readonly epoch: number
  /** Attempts to share, with any limit. */
  attempt = 0

  constructor(layout: Layout, reader: PlaceReader, pace: Pace, epoch: number) {
    this.layout = layout
    this.reader = reader
    this.pace = pace
    this.epoch = epoch
  }

  /** The size of a place written whole, or {@link more}. */
  *need(node: Node, cap: number): Steps<number> {
    const known = this.known(node, cap)
    if (known !== undefined) return known
    return node instanceof Container ? yield* this.container(node, cap) : yield* this.text(node as TextLeaf, cap)
  }

  /** What stands before the value of an entry: its key and a colon, in an object. */
  prefix(container: Container, position: number): string {
    return container.isArray ? "" : stringify(container.open.keyAt(position)) + this.layout.colon
  }

  /** What an entry takes besides its value; {@link more} where its key alone is longer than the cap. */
  entry(container: Container, position: number, cap: number): number {
    const { isArray, depth, open } = container
    if (!isArray && open.keyAt(position).length > cap) return more
    return this.layout.entryUnits(depth, this.prefix(container, position))
  }

  /** What the marker of so many entries takes, as an entry. */
  marker(container: Container, count: number): number {
    if (!this.reader.settings.markers) return 0
    return this.layout.entryUnits(container.depth, markerEntry(container, count, this.layout.colon))
  }

  /** The size of a container with so many entries, which take `size`. */
  sum(container: Container, shown: number, left: number, size: number): number {
    const { layout, reader } = this
    if (shown === 0 && left === 0) return 2
    if (shown === 0 && !reader.settings.markers) return layout.mark
    return layout.frameUnits(container.depth) + size + (left === 0 ? 0 : this.marker(container, left))
  }

  private known(node: Node, cap: number): number | undefined {
    if (node instanceof Leaf) return within(this.layout.meter.size(node.text), cap)
    if (node.epoch !== this.epoch) this.begin(node)
    if (node instanceof Container) {
      if (node.isDone) return within(node.least, cap)
      return node.least > cap ? more : undefined
    }
    const { measured, shown, size } = node
    if (measured === shown.length) return within(size, cap)
    return size + shown.length - measured > cap ? more : undefined
  }

  private begin(node: TextLeaf | Container): void {
    node.epoch = this.epoch
    if (node instanceof Container) {
      node.cursor = node.first
      node.shown = 0
      node.size = 0
      node.least = 2
      node.isDone = false
    } else {
      node.size = 2
      node.measured = 0
    }
  }

  private *text(node: TextLeaf, cap: number): Steps<number> {
    const { shown } = node
    while (node.measured < shown.length && node.size + shown.length - node.measured <= cap) {
      const piece = pieceFrom(shown, node.measured, unitsPerStep)
      node.size += printedUnits(piece, this.layout.meter)
      node.measured += piece.length
      if (node.measured < shown.length) yield
    }
    return node.measured < shown.length ? more : within(node.size, cap)
  }

  private *container(root: Container, cap: number): Steps<number> {
    // Containers on the way, with what each may take, and what it takes as an entry besides its value.
    const stack: Array<Level> = [{ node: root, cap, units: 0 }]
    for (;;) {
      if (this.pace.isDue()) yield
      const level = stack[stack.length - 1]!
      const { node } = level
      const child = this.next(node)
      if (child === null) continue
      if (child === undefined) {
        this.end(node)
        stack.pop()
        if (stack.length === 0) return within(node.least, cap)
        const parent = stack[stack.length - 1]!
        if (node.least > level.cap) return this.stop(stack, node.least + level.units)
        this.add(parent.node, node.least + level.units)
        continue
      }
      const used = this.layout.frameUnits(node.depth) + node.size
      const units = this.entry(node, node.cursor, level.cap)
      const rest = level.cap - used - units
      if (rest <= 0) return this.stop(stack, units === more ? level.cap + 1 : units + 1)
      const known = this.known(child, rest)
      if (known === undefined && child instanceof Container) {
        stack.push({ node: child, cap: rest, units })
        continue
      }
      const size = known ?? (yield* this.text(child as TextLeaf, rest))
      if (size === more) return this.stop(stack, units + this.least(child))
      this.add(node, units + size)
    }
  }

  // The entry at the cursor; null where there is none to show, and the cursor has moved on.
  private next(node: Container): Node | null | undefined {
    const { cursor, gapTo, length } = node
    if (cursor >= length) return undefined
    if (isWithin(node, cursor, this.reader)) {
      const entry = entryAt(node, cursor, this.reader)
      if (typeof entry !== "string") return entry
      node.cursor++
    } else node.cursor = gapTo
    return null
  }

  private add(node: Container, units: number): void {
    node.size += units
    node.shown++
    node.cursor++
  }

  private end(node: Container): void {
    node.least = this.sum(node, node.shown, leftOut(node, node.shown), node.size)
    node.isDone = true
  }

  // The cap is passed by an entry of the innermost container that takes `units` at least.
  private stop(stack: ReadonlyArray<Level>, units: number): number {
    let least = units
    for (let i = stack.length - 1; i >= 0; i--) {
      const { node, units } = stack[i]!
      node.least = this.layout.frameUnits(node.depth) + node.size + least
      least = units + node.least
    }
    return more
  }

  /** What a place takes at least, as far as it was measured. */
  private least(node: Node): number {
    if (node instanceof Leaf) return this.layout.meter.size(node.text)
    return node instanceof Container ? node.least : node.size + node.shown.length - node.measured
  }
}

interface Level {
  readonly node: Container
  readonly cap: number
  readonly units: number
}

const within = (size: number, cap: number): number => (size <= cap ? size : more)
