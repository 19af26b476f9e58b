/**
 * Looks at places of a value: what `JSON.stringify` does at each before it prints it, and what the limits that always
 * hold make of it.
 */
import { isBoxedPrimitive } from "node:util/types"
import type { SerializationError } from "../../SerializationError.ts"
import { cyclicValue, unsupportedValue, userCodeFailed } from "../errors/serializationErrors.ts"
import type { Arguments } from "../options/stringifyArguments.ts"
import { Shape } from "../value/containerShape.ts"
import { isPatched, isRawJSON, stringify } from "../value/intrinsics.ts"
import { Open } from "../walk/container.ts"
import {
  elementsOf,
  isLargeBuffer,
  openBuffer,
  openContainer,
  openTypedArray,
  unboxed
} from "../walk/enterContainer.ts"
import { isPlainBuffer } from "../walk/harmlessToJSON.ts"
import { Base64Text, binaryText, memoryOf } from "./binary.ts"
import { cutByLength } from "./cutByLength.ts"
import { collapsed } from "./layout.ts"
import { limitItems } from "./limitItems.ts"
import { notText, tooDeep } from "./markers.ts"
import { Container, Leaf, type Node, nothingNamed, pointerTo, TextLeaf } from "./nodes.ts"
import { beginTrails, follow, type Followed, type Trails } from "./places.ts"
import type { ShapeSettings } from "./settings.ts"

/** What ends a call: thrown through the generators, caught by whoever runs them. */
export class Failed {
  readonly error: SerializationError

  constructor(error: SerializationError) {
    this.error = error
  }
}

export class PlaceReader {
  /** Of the patterns of `drop`, so many hold. */
  dropping = 0
  /** The type of the last value that had no text. */
  textless = "undefined"
  readonly settings: ShapeSettings
  private readonly args: Arguments
  /** Containers by their value: one that comes again may be a cycle. */
  private readonly seen = new Set<object>()

  constructor(settings: ShapeSettings, args: Arguments) {
    this.settings = settings
    this.args = args
  }

  /** The holder of a value, whose one entry it is. */
  hold(value: unknown): Container {
    const { at, drop, keep } = this.settings
    const open = new Open(Shape.root, { "": value }, [""], 1, false, false)
    const isKept = keep.some((place) => place.length === 0)
    const trails = { keeps: beginTrails(keep), drops: beginTrails(drop), droppedFrom: Infinity }
    return new Container(undefined, 0, isKept, open, -1 - at.length, trails)
  }

  /** The entry at `position`, or `null` where it has no text. May run code of the caller's, the first time. */
  entry(parent: Container, position: number): Node | null {
    const known = parent.known(position)
    if (known !== undefined) return known
    const node = this.read(parent, position)
    parent.learn(position, node)
    return node
  }

  /** Whether the entry at `position` is dropped. `keep` wins, and so does what leads to it. */
  isDropped(parent: Container, position: number): boolean {
    const { drops, droppedFrom, isKept } = parent
    if (this.dropping === 0 || isKept || (drops.length === 0 && droppedFrom === Infinity)) return false
    const key = parent.open.keyAt(position)
    if (Math.min(droppedFrom, follow(drops, key).ended) >= this.dropping) return false
    const { ended, trails } = follow(parent.keeps, key)
    return ended === Infinity && trails.length === 0
  }

  private read(parent: Container, position: number): Node | null {
    const { open } = parent
    if (open.isChanged && open.shape === Shape.object) return this.bufferEntry(parent, position)
    let value: unknown
    try {
      value = this.resolve(open, open.keyAt(position), open.read(position))
    } catch (thrown) {
      throw new Failed(userCodeFailed(pointerTo(parent, position), thrown))
    }
    return this.nodeOf(parent, position, value)
  }

  // SerializeJSONProperty, steps 2 to 4. What is binary has no `toJSON` here, unless it is the caller's.
  private resolve(open: Open, key: string, read: unknown): unknown {
    const { replacer } = this.args
    let value = read
    if ((typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "bigint") {
      const toJSON = (value as { toJSON?: unknown }).toJSON
      if (typeof toJSON === "function" && !this.isWalked(value)) value = toJSON.call(value, key)
    }
    if (replacer !== null) value = replacer.call(open.value, key, value)
    return typeof value === "object" && value !== null && isBoxedPrimitive(value) ? unboxed(value) : value
  }

  // A buffer that is told of, or walked by index: its `toJSON` copies all of it.
  private isWalked(value: unknown): boolean {
    if (this.settings.binary !== "native") return isPlainBuffer(value as object)
    return this.args.replacer === null && this.args.list === null && !isPatched() && isLargeBuffer(value)
  }

  private nodeOf(parent: Container, position: number, value: unknown): Node | null {
    const isKept = this.isKept(parent, position)
    switch (typeof value) {
      case "string":
        return this.text(parent, position, isKept, value)
      case "undefined":
      case "function":
      case "symbol":
        this.textless = typeof value
        return parent.isArray ? new Leaf(parent, position, isKept, "null") : null
      case "bigint":
        throw new Failed(unsupportedValue(pointerTo(parent, position), "bigint"))
      case "object":
        if (value === null) return new Leaf(parent, position, isKept, "null")
        if (isRawJSON(value)) return new Leaf(parent, position, isKept, value.rawJSON)
        return this.object(parent, position, isKept, value)
      default:
        return new Leaf(parent, position, isKept, stringify(value))
    }
  }

  private isKept(parent: Container, position: number): boolean {
    return (
      parent.isKept || (parent.keeps.length > 0 && this.followed(parent, parent.keeps, position).ended !== Infinity)
    )
  }

  // The holder's one entry is the root, to which no segment leads.
  private followed(parent: Container, trails: Trails, position: number): Followed {
    if (parent.parent === undefined) return { trails, ended: Infinity }
    return follow(trails, trails.length === 0 ? "" : parent.open.keyAt(position))
  }

  private text(parent: Container, position: number, isKept: boolean, text: string): Node {
    const what = this.settings.binary === "omit" ? binaryText(text) : undefined
    if (what !== undefined) {
      const { length } = text
      return this.replaced(parent, position, isKept, "binary", length, notText(what, length, "characters"))
    }
    return cutByLength(new TextLeaf(parent, position, isKept, text), this.settings)
  }

  private replaced(
    parent: Container,
    position: number,
    isKept: boolean,
    kind: "binary" | "depth",
    count: number,
    marker: string
  ): Leaf {
    return new Leaf(parent, position, isKept, this.settings.markers ? marker : collapsed, { kind, count })
  }

  private object(parent: Container, position: number, isKept: boolean, value: object): Node {
    const memory = this.settings.binary === "native" ? undefined : memoryOf(value)
    if (memory !== undefined) {
      if (this.settings.binary === "base64") {
        return cutByLength(new TextLeaf(parent, position, isKept, new Base64Text(memory)), this.settings)
      }
      const { length } = memory
      return this.replaced(parent, position, isKept, "binary", length, notText("binary", length, "bytes"))
    }
    const open = this.enter(parent, position, value)
    const trails = this.trailsOf(parent, position, isKept)
    const container = new Container(parent, position, isKept, open, parent.depth + 1, trails)
    if (open.length > 0 && container.depth <= this.settings.maxDepth) this.refuseCycle(container)
    return this.entered(container)
  }

  // What `openBuffer` gives for a buffer: an object with its type and its elements.
  private bufferEntry(parent: Container, position: number): Node {
    const { isKept, open } = parent
    if (position === 0) return this.text(parent, position, isKept, "Buffer")
    const { data } = open.value as { readonly data: Buffer }
    const elements = new Open(Shape.elements, data, null, elementsOf(data), true, false)
    return this.entered(new Container(parent, position, isKept, elements, parent.depth + 1))
  }

  // A container as the limits that always hold leave it.
  private entered(container: Container): Node {
    const { depth, isArray, isKept, keeps, length, parent, position } = container
    if (length === 0 || depth <= this.settings.maxDepth) return limitItems(container, this.settings)
    return this.replaced(parent!, position, isKept || keeps.length > 0, "depth", length, tooDeep(length, isArray))
  }

  private enter(parent: Container, position: number, value: object): Open {
    try {
      if (this.isWalked(value)) return openBuffer(value as Buffer)[0]
      if (ArrayBuffer.isView(value) && this.args.list === null) {
        const open = openTypedArray(value, false)
        if (open !== undefined) return open
      }
      return openContainer(value, this.args.list, false)
    } catch (thrown) {
      throw new Failed(userCodeFailed(pointerTo(parent, position), thrown))
    }
  }

  private trailsOf(parent: Container, position: number, isKept: boolean) {
    const { droppedFrom, drops, keeps } = parent
    if (isKept || (keeps.length === 0 && drops.length === 0 && droppedFrom === Infinity)) return nothingNamed
    const dropped = this.followed(parent, drops, position)
    return {
      keeps: this.followed(parent, keeps, position).trails,
      drops: dropped.trails,
      droppedFrom: Math.min(droppedFrom, dropped.ended)
    }
  }

  // Only a value that was entered before can be one that this container stands in.
  private refuseCycle(container: Container): void {
    const { value } = container.open
    if (!this.seen.has(value)) return void this.seen.add(value)
    for (let at = container.parent; at !== undefined; at = at.parent) {
      if (at.open.value === value) throw new Failed(cyclicValue(pointerTo(container.parent!, container.position)))
    }
  }
}
