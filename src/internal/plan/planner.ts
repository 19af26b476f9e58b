/**
 * The plan: a depth-first walk of a value that can stop anywhere and go on later. It gives one frame at a time.
 *
 * Most of a value passes through the fast lane (`walk/fastVisit.ts`) and is left to native code. The plan itself enters
 * what is cut (`plan/containerStack.ts` keeps it), looks closely at the children where the fast lane stops, and calls
 * user code just as `JSON.stringify` does.
 *
 * With a replacer function, or while somebody's `toJSON` is in `Object.prototype` or `Array.prototype`, the plan looks
 * closely at every child and writes its text (`isExact`), because native code would call user code a second time.
 */
import { isBoxedPrimitive } from "node:util/types"
import type { PlannedFrame } from "../frame/plannedFrame.ts"
import { hasText } from "./frameBuilder.ts"
import { unsupportedValue } from "../errors/serializationErrors.ts"
import { Open } from "../walk/container.ts"
import { Shape } from "../value/containerShape.ts"
import {
  isLargeBuffer,
  isSmallTypedArray,
  openBuffer,
  openContainer,
  openTypedArray,
  unboxed
} from "../walk/enterContainer.ts"
import { isShort, ValueBuilder } from "../fragment/buildValue.ts"
import { Literal, LiteralReader } from "../fragment/literal.ts"
import { takeElements, takeLiteral, takePiece } from "./longValues.ts"
import { isPatched, isRawJSON, stringify } from "../value/intrinsics.ts"
import { longString, visitDepth } from "../walk/fastVisit.ts"
import { isAlwaysExact, type PlanOptions, takesLiterals } from "./planOptions.ts"
import { Position } from "./position.ts"

/** Code units that a child may go over what the frame has room for, rather than be cut. */
const slack = 4_096
/** A container with more children is not expected to hold wide maps. */
const fewChildren = 64

/** A child whose value is made of its text, step by step. */
interface Building {
  readonly builder: ValueBuilder
  readonly open: Open
  readonly key: string
}

export class Plan extends Position {
  private readonly replacer: PlanOptions["replacer"]
  private isExact: boolean
  private readonly isAlwaysExact: boolean
  private exactFirst: number
  /** The fast lane has stopped at a child that needs a closer look. */
  private looksNext = false
  /** Nothing more may come into the frame. */
  private isFull = false
  private readonly takesLiterals: boolean
  private building: Building | undefined = undefined

  constructor(root: unknown, options: PlanOptions) {
    super(root, options)
    this.replacer = options.replacer
    this.takesLiterals = takesLiterals(options)
    this.isAlwaysExact = isAlwaysExact(options)
    this.isExact = this.isAlwaysExact || options.exactFirst > 0
    this.exactFirst = options.exactFirst
  }

  /** True when the next frame will be short, and all text already, or empty. */
  get isHidden(): boolean {
    return this.exactFirst > 0 || this.building !== undefined
  }

  /** The next frame, of about `budget` code units of text. It is empty while the value of a child is being made. */
  next(budget: number): PlannedFrame {
    this.size = 0
    this.budget = budget
    if (this.begun === undefined) {
      this.visit.numbers = 0
      this.visit.containers = 0
    }
    this.nesting.beginFrame()
    const end = this.exactFirst > 0 ? Math.min(budget, this.exactFirst) : budget
    this.isExact = this.isAlwaysExact || this.exactFirst > 0 || isPatched()
    this.exactFirst = 0
    try {
      this.isFull = false
      // A container without children left is closed, full or not. Otherwise a bracket would be the next frame, with a
      // trip of its own.
      while (!this.isDone && !this.isFull && (this.size < end || this.isAtEnd)) this.step()
      this.nesting.settle()
    } catch (thrown) {
      // A getter or a proxy trap that answered the first time.
      this.failAt(thrown)
    }
    const { containers, numbers } = this.visit
    return this.draft.finish(this.size, numbers, containers, this.nesting.low, this.nesting.levels())
  }

  private get isAtEnd(): boolean {
    const { top } = this.nesting
    return !this.looksNext && top.index >= top.length
  }

  private step(): void {
    if (this.building !== undefined) return this.build(this.building)
    const open = this.nesting.top
    const looks = this.looksNext
    this.looksNext = false
    // Entered anew, it may have fewer children than when the fast lane stopped in it. Then there is nothing to look at.
    if (looks && open.index < open.length) this.lookAt(open)
    else if (open.index >= open.length) this.nesting.close(open)
    else if (open.shape === Shape.literal) this.literalPiece(open)
    else if (open.shape === Shape.string) this.size += takePiece(open, this.draft)
    else if (open.shape >= Shape.elements) this.size += takeElements(open, this.draft, this.nesting.level)
    else if (this.isExact || open.shape === Shape.root) this.lookAt(open)
    else this.range(open)
  }

  // The fast lane: as many children of `open` as the frame has room for.
  private range(open: Open): void {
    const { room, visit } = this
    // One of few children may be a wide map: see `Visit.object`.
    const depth = open.length > fewChildren ? visitDepth : visitDepth + 1
    visit.reset()
    try {
      const size =
        open.shape === Shape.array
          ? visit.array(open.value, open.index, depth, room, slack)
          : visit.keyed(open.value, open.keys!, open.index, depth, room, slack)
      if (size >= 0) {
        open.advance(open.length)
        this.size += size
        return
      }
      open.advance(visit.trail.pop()!.index)
      this.cross(false)
    } catch (thrown) {
      const key = visit.thrownAt.pop()
      if (key !== undefined) open.advance(open.keys === null ? (key as number) : open.keys.indexOf(key as string))
      this.failAt(thrown)
    }
  }

  // Enters the containers that were open where the visit stopped.
  private cross(isChanged: boolean): void {
    const { isSpecial, passed, trail } = this.visit
    this.size += passed
    for (let i = trail.length - 1; i >= 0; i--) {
      const { container, index, key, keys } = trail[i]!
      const open = openContainer(container, keys ?? this.draft.list, isChanged && i === trail.length - 1)
      if (!this.push(open)) return
      const isKeyed = open.keys !== null && keys === null
      open.advance(isKeyed ? Math.max(0, open.keys.indexOf(key) + index) : index)
      // Entered anew, it may have lost the child that the visit was in.
      if (i > 0 && open.index >= open.length) return
    }
    this.looksNext = isSpecial
  }

  // What `JSON.stringify` does at every value before it prints it: SerializeJSONProperty, step 2.
  private lookAt(open: Open): void {
    try {
      const key = open.keyAt(open.index)
      const value = open.read(open.index)
      if ((typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "bigint") {
        if (Literal.is(value)) return this.literal(open, key, value)
        const toJSON = (value as { toJSON?: unknown }).toJSON
        if (typeof toJSON === "function") {
          if (this.isNative && isLargeBuffer(value)) return this.buffer(value)
          const given: unknown = toJSON.call(value, key)
          // `JSON.stringify` would not ask it again, and print an object without properties.
          return Literal.is(given) ? this.literal(open, key, given) : this.replace(open, key, given, true)
        }
      }
      this.replace(open, key, value, false)
    } catch (thrown) {
      this.failAt(thrown)
    }
  }

  // Steps 3 and 4.
  private replace(open: Open, key: string, found: unknown, isGiven: boolean): void {
    let value = found
    let isChanged = isGiven
    if (this.replacer !== null) {
      value = this.replacer.call(open.value, key, value)
      isChanged = true
    }
    if (typeof value === "object" && value !== null && isBoxedPrimitive(value)) {
      value = unboxed(value)
      isChanged = true
    }
    this.accept(open, value, isChanged)
  }

  private literal(open: Open, key: string, literal: Literal): void {
    if (this.takesLiterals) {
      this.push(
        new Open(Shape.literal, new LiteralReader(literal, this.draft.output === "bytes"), null, 1, true, false)
      )
    } else if (isShort(literal)) this.replace(open, key, JSON.parse(Literal.stringOf(literal)), true)
    else {
      this.building = { builder: new ValueBuilder(literal), open, key }
      this.isFull = true
    }
  }

  // A step for a frame: whoever asks for frames knows when the turn is over.
  private build({ builder, key, open }: Building): void {
    try {
      if (!builder.step()) {
        this.isFull = true
        return
      }
      this.building = undefined
      this.replace(open, key, builder.value, true)
    } catch (thrown) {
      this.building = undefined
      this.failAt(thrown)
    }
  }

  private literalPiece(open: Open): void {
    const size = takeLiteral(open, this.draft)
    this.isFull = size < 0 || this.draft.literal !== undefined
    this.size += Math.max(0, size)
  }

  // Native code may see values as they are, and all their own keys count.
  private get isNative(): boolean {
    return !this.isExact && this.draft.list === null
  }

  private accept(open: Open, value: unknown, isChanged: boolean): void {
    if (typeof value === "bigint") return void this.fail(unsupportedValue(this.pointer(), "bigint"))
    if (typeof value === "string" && value.length > longString) {
      this.push(new Open(Shape.string, value, null, value.length, isChanged, false))
      return
    }
    if (typeof value !== "object" || value === null || isRawJSON(value)) return this.leaf(open, value, isChanged)
    if (this.isExact) return void this.push(openContainer(value, this.draft.list, isChanged))
    const hasToJSON = typeof (value as { toJSON?: unknown }).toJSON === "function"
    if (ArrayBuffer.isView(value) && this.isNative && !hasToJSON) {
      if (isSmallTypedArray(value)) return this.include(open, value, isChanged, 1024)
      const typed = openTypedArray(value, isChanged)
      if (typed !== undefined) return void this.push(typed)
    } else if ((isChanged || open.shape === Shape.root) && !hasToJSON) {
      // Neither seen by the fast lane yet, nor with a `toJSON` that native code would call again.
      const size = this.visitWhole(value)
      if (size >= 0) return this.include(open, value, isChanged, size)
      if (this.visit.trail.length > 0) return this.cross(isChanged)
    }
    this.push(openContainer(value, this.draft.list, isChanged))
  }

  private leaf(open: Open, value: unknown, isChanged: boolean): void {
    const size = 8 + (typeof value === "string" ? value.length : 0)
    if (open.shape === Shape.root && !hasText(value)) {
      return void this.fail(unsupportedValue("", value === undefined ? "undefined" : typeof value))
    }
    if (!this.isExact) return this.include(open, value, isChanged, size)
    this.size += size
    if (hasText(value) || open.shape === Shape.array) {
      this.draft.separate(open, this.nesting.level)
      this.draft.key(open, open.index)
      this.draft.text += hasText(value) ? stringify(value) : "null"
    }
    open.index++
    open.settle()
  }

  private include(open: Open, value: unknown, isChanged: boolean, size: number): void {
    this.size += size
    // A function has no text, but native code would ask it for its `toJSON` again.
    if (isChanged) open.replace(typeof value === "function" ? undefined : value)
    else open.advance(open.index + 1)
  }

  private buffer(value: Buffer): void {
    const [outer, inner] = openBuffer(value)
    if (this.push(outer)) this.push(inner)
  }

  private push(open: Open): boolean {
    return this.enter(open, this.isExact)
  }
}
