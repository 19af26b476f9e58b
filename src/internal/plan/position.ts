/**
 * Where a plan is in a value: the containers that it has entered, the frame that it fills, and why it cannot go on.
 */
import type { SerializationError } from "../../SerializationError.ts"
import { pointerOf } from "../errors/pointer.ts"
import { cyclicValue, nestingTooDeep, userCodeFailed } from "../errors/serializationErrors.ts"
import type { Open } from "../walk/container.ts"
import { Visit, visitDepth } from "../walk/fastVisit.ts"
import { Nesting } from "./containerStack.ts"
import { Draft } from "./frameBuilder.ts"
import type { PlanOptions } from "./planOptions.ts"
import type { Begun } from "./singleFrame.ts"

/** Only a `toJSON` or a getter that gives a new container each time gets as deep as this. */
const deepest = 5_000_000

export abstract class Position {
  /** Set when the value cannot be serialized. The frames given before hold the text before the failure. */
  failure: SerializationError | undefined = undefined
  protected readonly nesting: Nesting
  protected readonly draft: Draft
  /** The fast lane. */
  protected visit: Visit
  /** The first visit of the root, where it has been made. */
  protected begun: Begun | undefined = undefined
  /** Code units in the frame, and those that it is to have. */
  protected size = 0
  protected budget = 0

  constructor(root: unknown, options: PlanOptions) {
    this.draft = new Draft(options.gap, options.list, options.output)
    this.nesting = new Nesting(root, this.draft, options.tracksLevels)
    this.visit = new Visit(options.list)
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

  /** True when all frames are out, or it has failed. */
  get isDone(): boolean {
    return this.nesting.isEmpty || this.failure !== undefined
  }

  /** Code units that the fast lane may put into the frame. */
  protected get room(): number {
    return Math.max(this.budget - this.size, 64)
  }

  /** Lets the fast lane visit a value. The estimate of its text, or a negative number where it stopped. */
  protected visitWhole(value: object): number {
    const { begun, visit } = this
    this.begun = undefined
    if (begun !== undefined) return begun.size
    visit.reset()
    return visit.child(value, Array.isArray(value) ? visitDepth : visitDepth + 1, this.room)
  }

  /** Enters a container. `isExact`: its text is written at once. False: that is a failure. */
  protected enter(open: Open, isExact: boolean): boolean {
    if (this.nesting.holds(open)) return this.fail(cyclicValue(this.pointer()))
    if (this.nesting.level >= deepest) return this.fail(nestingTooDeep())
    this.size += 2
    this.nesting.push(open, isExact)
    return true
  }

  protected failAt(thrown: unknown): void {
    this.fail(userCodeFailed(this.pointer(), thrown))
  }

  protected fail(error: SerializationError): false {
    this.failure = error
    return false
  }

  protected pointer(): string {
    return pointerOf(this.nesting.stack, this.visit.thrownAt)
  }
}
