/**
 * Where a plan is in a value: the containers that it has entered, the frame that it fills, and why it cannot go on.
 */
import type { SerializationError } from "../../SerializationError.ts"
import { pointerOf } from "../errors/pointer.ts"
import { cyclicValue, nestingTooDeep, userCodeFailed } from "../errors/serializationErrors.ts"
import type { Open } from "../walk/container.ts"
import { Visit } from "../walk/fastVisit.ts"
import { Nesting } from "./containerStack.ts"
import { Draft } from "./frameBuilder.ts"
import type { PlanOptions } from "./planOptions.ts"

/** Only a `toJSON` or a getter that gives a new container each time gets as deep as this. */
const deepest = 5_000_000

export abstract class Position {
  /** Set when the value cannot be serialized. The frames given before hold the text before the failure. */
  failure: SerializationError | undefined = undefined
  protected readonly nesting: Nesting
  protected readonly draft: Draft
  /** The fast lane. */
  protected visit: Visit
  /** Code units in the frame. */
  protected size = 0

  constructor(root: unknown, options: PlanOptions) {
    this.draft = new Draft(options.gap, options.list, options.output)
    this.nesting = new Nesting(root, this.draft, options.tracksLevels)
    this.visit = new Visit(options.list)
  }

  /** The indentation of one level, as frames have it. */
  get gap(): string {
    return this.draft.gap
  }

  /** True when all frames are out, or it has failed. */
  get isDone(): boolean {
    return this.nesting.isEmpty || this.failure !== undefined
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
