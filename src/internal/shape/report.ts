/**
 * What is told of a text besides the text: what was left out, and where it goes on.
 */
import type { NextPage, Omitted } from "../options/shapeOptions.ts"
import type { SomeEntries } from "./cuts.ts"
import { isWithin } from "./entries.ts"
import { type Container, type Leaf, type Node, pointerOf, type TextLeaf } from "./nodes.ts"
import type { PlaceReader } from "./reader.ts"

/** So many places are listed; all are counted. */
const listed = 100

export class Report {
  readonly omitted: Array<Omitted> = []
  omittedCount = 0
  next: NextPage | undefined = undefined
  private readonly root: Node

  constructor(root: Node) {
    this.root = root
  }

  /** Something that cannot be cut. */
  leaf(leaf: Leaf, isCollapsed: boolean): void {
    const { isKept, replaced } = leaf
    if (replaced !== undefined) this.omit(leaf, replaced.kind, 0, replaced.count, isKept)
    else if (isCollapsed) this.omit(leaf, "value", 0, 1, isKept)
  }

  /** A string of which so many code units are shown at its ends. */
  text(leaf: TextLeaf, head: number, tail: number): void {
    const { first, isKept, text } = leaf
    const from = first + head
    this.omit(leaf, "characters", from, text.length - from - tail, isKept)
    if (leaf === this.root && head > 0) this.next = { at: pointerOf(leaf), from }
  }

  /** A container of which no entry is shown. */
  collapsed(container: Container): void {
    const { count, first, isKept, keeps } = container
    this.omit(container, kindOf(container), first, count, isKept || keeps.length > 0)
  }

  /** A container of which so many entries are not shown, dropped ones among them. */
  container(container: Container, some: SomeEntries | undefined, count: number, reader: PlaceReader): void {
    const left = new LeftOut(container, some, reader)
    const dropped = left.areAllDropped ? count : left.dropped.length
    if (count > dropped) {
      this.omit(container, kindOf(container), left.from, count - dropped, container.isKept || left.isKept)
    }
    if (dropped > 0) this.omit(container, "dropped", left.dropped[0] ?? container.first, dropped, false)
    if (container === this.root && left.from > container.first && left.from < container.length) {
      this.next = { at: pointerOf(container), from: left.from }
    }
  }

  private omit(node: Node, kind: Omitted["kind"], from: number, count: number, kept: boolean): void {
    this.omittedCount++
    if (this.omitted.length < listed) this.omitted.push({ pointer: pointerOf(node), kind, from, count, kept })
  }
}

const kindOf = ({ isArray }: Container): "items" | "keys" => (isArray ? "items" : "keys")

/** Which entries of a container are not shown. */
class LeftOut {
  /** Every entry is dropped but those to keep. */
  readonly areAllDropped: boolean
  /** Positions of those that were dropped by name. */
  readonly dropped: ReadonlyArray<number>
  private readonly container: Container
  private readonly positions: ReadonlySet<number> | undefined
  private readonly reader: PlaceReader

  constructor(container: Container, some: SomeEntries | undefined, reader: PlaceReader) {
    const { dropping } = reader
    const active = container.drops.filter(({ next, order, place }) => order < dropping && next + 1 === place.length)
    this.container = container
    this.reader = reader
    this.positions = some === undefined ? undefined : new Set(some.entries.map(({ position }) => position))
    this.areAllDropped =
      !container.isKept && (container.droppedFrom < dropping || active.some(({ next, place }) => place[next] === null))
    this.dropped = this.areAllDropped
      ? []
      : this.named(active).filter((position) => reader.isDropped(container, position))
  }

  /** The first that is not shown and was not dropped; the length of the container where there is none. */
  get from(): number {
    const { container, dropped, positions } = this
    if (positions === undefined) return container.gapFrom
    const passed = new Set(dropped)
    let at = container.first
    while (at < container.length && (positions.has(at) || passed.has(at) || container.known(at) === null)) at++
    return at
  }

  /** Places to keep are among them. */
  get isKept(): boolean {
    const { container, positions, reader } = this
    return this.named(container.keeps).some((position) =>
      positions === undefined ? !isWithin(container, position, reader) : !positions.has(position)
    )
  }

  // Positions of the entries that the places of some trails name, in order.
  private named(trails: Container["keeps"]): ReadonlyArray<number> {
    const { container } = this
    const positions = new Set<number>()
    for (const { next, place } of trails) {
      const position = place[next] === null ? -1 : container.positionOf(place[next]!)
      if (position >= container.first) positions.add(position)
    }
    return [...positions].sort((a, b) => a - b)
  }
}
