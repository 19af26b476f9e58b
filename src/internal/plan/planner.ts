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
import type { SerializationError } from "../../SerializationError.ts"
import type { PlannedFrame } from "../frame/plannedFrame.ts"
import { Draft, hasText } from "./frameBuilder.ts"
import { cyclicValue, nestingTooDeep, unsupportedValue, userCodeFailed } from "../errors/serializationErrors.ts"
import { Nesting } from "./containerStack.ts"
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
import { Literal, LiteralReader } from "../fragment/literal.ts"
import { takeElements, takeLiteral, takePiece } from "./longValues.ts"
import { pointerOf } from "../errors/pointer.ts"
import { isPatched, isRawJSON, stringify } from "../value/intrinsics.ts"
import { longString, Visit, visitDepth } from "../walk/fastVisit.ts"
import type { PlanOptions } from "./planOptions.ts"
import type { Begun } from "./singleFrame.ts"

/** Code units that a child may go over what the frame has room for, rather than be cut. */
const slack = 4_096
/** A container with more children is not expected to hold wide maps. */
const fewChildren = 64
/** Only a `toJSON` or a getter that gives a new container each time gets as deep as this. */
const deepest = 5_000_000

export class Plan {
  /** Set when the value cannot be serialized. The frames given before hold the text before the failure. */
  failure: SerializationError | undefined = undefined
  private readonly nesting: Nesting
  private size = 0
  private budget = 0
  private readonly draft: Draft
  private visit: Visit
  private readonly replacer: PlanOptions["replacer"]
  private isExact: boolean
  private readonly isAlwaysExact: boolean
  private exactFirst: number
  /** The first visit of the root, where it has been made. */
  private begun: Begun | undefined = undefined
  /** The fast lane has stopped at a child that needs a closer look. */
  private looksNext = false
  /** Nothing more may come into the frame. */
  private isFull = false
  /** A text that is JSON already goes out as it is. Else its value counts: it is indented, filtered, or cut. */
  private readonly takesLiterals: boolean

  constructor(root: unknown, options: PlanOptions) {
    this.replacer = options.replacer
    this.draft = new Draft(options.gap, options.list, options.output)
    this.nesting = new Nesting(root, this.draft, options.tracksLevels)
    this.visit = new Visit(options.list)
    this.takesLiterals =
      options.replacer === null && options.list === null && options.gap === "" && !options.tracksLevels
    this.isAlwaysExact = options.replacer !== null || readsPrototype(options.list)
    this.isExact = this.isAlwaysExact || options.exactFirst > 0
    this.exactFirst = options.exactFirst
  }

  /** Goes on from a visit of the root, before the first frame. */
  begin(begun: Begun): void {
    this.begun = begun
    this.visit = begun.visit
  }

  /** The indentation of one level, as frames have it. */
  get gap(): string {
    return this.draft.gap
  }

  /** True when the next frame will be short, and all text already. */
  get isHidden(): boolean {
    return this.exactFirst > 0
  }

  /** True when all frames are out, or it has failed. */
  get isDone(): boolean {
    return this.nesting.isEmpty || this.failure !== undefined
  }

  /** The next frame, of about `budget` code units of text. */
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
    const { visit } = this
    const room = Math.max(this.budget - this.size, 64)
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

  // What `JSON.stringify` does at every value before it prints it: SerializeJSONProperty, steps 2 to 4.
  private lookAt(open: Open): void {
    try {
      const key = open.keyAt(open.index)
      let value = open.read(open.index)
      let isChanged = false
      if ((typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "bigint") {
        if (this.takesLiterals && Literal.is(value)) return this.literal(value)
        const toJSON = (value as { toJSON?: unknown }).toJSON
        if (typeof toJSON === "function") {
          if (this.isNative && isLargeBuffer(value)) return this.buffer(value)
          value = toJSON.call(value, key)
          isChanged = true
          // `JSON.stringify` would not ask it again, and print an object without properties.
          if (Literal.is(value)) {
            if (this.takesLiterals) return this.literal(value)
            value = (value as Literal & { toJSON(): unknown }).toJSON()
          }
        }
      }
      if (this.replacer !== null) {
        value = this.replacer.call(open.value, key, value)
        isChanged = true
      }
      if (typeof value === "object" && value !== null && isBoxedPrimitive(value)) {
        value = unboxed(value)
        isChanged = true
      }
      this.accept(open, value, isChanged)
    } catch (thrown) {
      this.failAt(thrown)
    }
  }

  private literal(value: Literal): void {
    const reader = new LiteralReader(value, this.draft.output === "bytes")
    this.push(new Open(Shape.literal, reader, null, 1, true, false))
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

  private visitWhole(value: object): number {
    const { begun, visit } = this
    this.begun = undefined
    if (begun !== undefined) return begun.size
    visit.reset()
    return visit.child(value, Array.isArray(value) ? visitDepth : visitDepth + 1, Math.max(this.budget - this.size, 64))
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
    if (this.nesting.holds(open)) return this.fail(cyclicValue(this.pointer()))
    if (this.nesting.level >= deepest) return this.fail(nestingTooDeep())
    this.size += 2
    this.nesting.push(open, this.isExact)
    return true
  }

  private pointer(): string {
    return pointerOf(this.nesting.stack, this.visit.thrownAt)
  }

  private failAt(thrown: unknown): void {
    this.fail(userCodeFailed(this.pointer(), thrown))
  }

  private fail(error: SerializationError): false {
    this.failure = error
    return false
  }
}

// A name that every plain object inherits a value under: the copy of an object would print it.
const readsPrototype = (list: ReadonlyArray<string> | null): boolean =>
  list !== null && list.some((name) => hasText((Object.prototype as Record<string, unknown>)[name]))
