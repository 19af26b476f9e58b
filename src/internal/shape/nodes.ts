/**
 * A value as a tree of what was looked at so far. Each place is read once, when somebody first looks there, and kept.
 */
import * as JsonPointer from "effect/JsonPointer"
import type { Omitted } from "../options/shapeOptions.ts"
import type { Open } from "../walk/container.ts"
import { Shape } from "../value/containerShape.ts"
import { noTrails, type Trails } from "./places.ts"

/** A string, or something that is read like one. */
export interface Text {
  readonly length: number
  slice(from: number, to: number): string
}

/** What stands in the place of something that is not shown, by the limits that always hold. */
export interface Replaced {
  readonly kind: Omitted["kind"]
  readonly count: number
}

/** Something whose text is short, or cannot be cut. */
export class Leaf {
  readonly parent: Container
  readonly position: number
  readonly isKept: boolean
  readonly text: string
  readonly replaced: Replaced | undefined

  constructor(parent: Container, position: number, isKept: boolean, text: string, replaced?: Replaced) {
    this.parent = parent
    this.position = position
    this.isKept = isKept
    this.text = text
    this.replaced = replaced
  }
}

/** What is left of a text: so many code units from its beginning and before its end. */
export interface Ends {
  readonly head: number
  readonly tail: number
}

export class TextLeaf {
  readonly parent: Container
  readonly position: number
  readonly isKept: boolean
  readonly text: Text
  /** Where it begins: a page may begin within it. */
  first = 0
  /** How `maxString` cuts it: undefined where it does not, and "collapsed" where it leaves no room. */
  cut: Ends | "collapsed" | undefined = undefined
  /** As `maxString` leaves it. */
  shown: Text
  /** Units and code units of `shown` that were measured, in `epoch`. */
  epoch = -1
  size = 0
  measured = 0

  constructor(parent: Container, position: number, isKept: boolean, text: Text) {
    this.parent = parent
    this.position = position
    this.isKept = isKept
    this.text = text
    this.shown = text
  }
}

export class Container {
  readonly parent: Container | undefined
  readonly position: number
  readonly isKept: boolean
  readonly open: Open
  /** Level in the text: 0 for what is shown, less for what is around that. */
  readonly depth: number
  readonly isArray: boolean
  /** Places to keep, and to drop, below it. */
  readonly keeps: Trails
  readonly drops: Trails
  /** It goes with its entries, but for those to keep, from that pattern of `drop` on. */
  readonly droppedFrom: number
  /** The first entry: a page may begin within it. */
  first = 0
  /** Entries from `gapFrom` to before `gapTo` are left out by `maxItems` or `maxKeys`. */
  gapFrom: number
  gapTo: number
  /** For `maxKeys`: entries passed to find `gapFrom`, and how many of them have a text. */
  passed = 0
  counted = 0
  /** Entries that were looked at and have no text. */
  textless = 0
  /** The key under which an object says what was left out, as text. */
  markerKey: string | undefined = undefined
  /** Entries that were looked at: the first ones, and others by position. `null` has no text. */
  private readonly front: Array<Node | null> = []
  private readonly others = new Map<number, Node | null>()
  /**
   * Entries on the way to places to keep, in the attempt `keptIn`, and what this one takes with those places and
   * nothing else.
   */
  keptIn = -1
  kept: ReadonlyArray<KeptEntry> = []
  must = 0
  /**
   * What was measured, in `epoch`: `shown` entries before `cursor` take `size`. All of it takes `least`, or more until
   * it `isDone`.
   */
  epoch = -1
  cursor = 0
  shown = 0
  size = 0
  least = 0
  isDone = false

  constructor(
    parent: Container | undefined,
    position: number,
    isKept: boolean,
    open: Open,
    depth: number,
    trails: { readonly keeps: Trails; readonly drops: Trails; readonly droppedFrom: number } = nothingNamed
  ) {
    this.parent = parent
    this.position = position
    this.isKept = isKept
    this.open = open
    this.depth = depth
    this.isArray = open.shape === Shape.array || open.shape === Shape.elements
    this.keeps = trails.keeps
    this.drops = trails.drops
    this.droppedFrom = trails.droppedFrom
    this.gapFrom = open.length
    this.gapTo = open.length
  }

  get length(): number {
    return this.open.length
  }

  /** Entries from `first` on. */
  get count(): number {
    return this.length - this.first
  }

  /** An entry that was looked at; undefined where it was not. */
  known(position: number): Node | null | undefined {
    const at = position - this.first
    return at >= 0 && at < this.front.length ? this.front[at] : this.others.get(position)
  }

  learn(position: number, node: Node | null): void {
    if (position === this.first + this.front.length) this.front.push(node)
    else this.others.set(position, node)
    if (node === null && position >= this.first) this.textless++
  }

  /** The entry of a key, or of an index; -1 where there is none. */
  positionOf(key: string): number {
    const { keys, length } = this.open
    if (keys !== null) return keys.indexOf(key)
    const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : length
    return index < length ? index : -1
  }
}

/** An entry that is a place to keep, or leads to one. */
export interface KeptEntry {
  readonly position: number
  readonly node: Node
  /** What it takes to show that place whole; 0 where it only leads to places that hold where they are shown. */
  readonly must: number
}

export const nothingNamed = { keeps: noTrails, drops: noTrails, droppedFrom: Infinity }

export type Node = Leaf | TextLeaf | Container

/** RFC 6901 pointer of an entry of a container. */
export const pointerTo = (parent: Container, position: number): string => {
  const segments: Array<string> = []
  let container: Container | undefined = parent
  let at = position
  // The outermost one holds the root, which has no segment.
  while (container?.parent !== undefined) {
    segments.push(JsonPointer.escapeToken(container.open.keyAt(at)))
    at = container.position
    container = container.parent
  }
  return segments
    .reverse()
    .map((segment) => "/" + segment)
    .join("")
}

export const pointerOf = (node: Node): string =>
  node.parent === undefined ? "" : pointerTo(node.parent, node.position)
