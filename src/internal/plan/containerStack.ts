/**
 * The containers that a plan has entered and not yet left, and how much of their text is in the frame. If the plan
 * leaves a container before its bracket was written, the container joins what waits around it, as it is or as a copy.
 * That is the copy on write.
 */
import type { OpenLevel } from "../frame/plannedFrame.ts"
import { copyOf, type Draft } from "./frameBuilder.ts"
import { Open } from "../walk/container.ts"
import { Shape } from "../value/containerShape.ts"

/** Levels that are entered and have no text yet. */
const unopenedLevels = 100

export class Nesting {
  /** From the root's holder inwards. */
  readonly stack: Array<Open>
  /** Levels that were open all the time since the frame began. */
  low = 1
  /** Levels of the stack whose opening bracket is in the text. The others are above them. */
  private opened = 1
  private readonly ancestors = new Set<unknown>()
  private readonly draft: Draft
  private readonly tracksLevels: boolean

  constructor(root: unknown, draft: Draft, tracksLevels: boolean) {
    this.stack = [new Open(Shape.root, { "": root }, [""], 1, false, true)]
    this.draft = draft
    this.tracksLevels = tracksLevels
  }

  get isEmpty(): boolean {
    return this.stack.length === 0
  }

  /** Of the innermost container; 0 for the root's holder. */
  get level(): number {
    return this.stack.length - 1
  }

  get top(): Open {
    return this.stack[this.stack.length - 1]!
  }

  beginFrame(): void {
    this.low = this.opened
  }

  /** Puts all that waits into the frame. */
  settle(): void {
    const { level } = this
    if (level < 0) return
    this.openUpTo(level)
    this.draft.flush(this.stack[level]!, level)
  }

  /** What is open, from the first level that changed since the frame began. */
  levels(): ReadonlyArray<OpenLevel> {
    if (!this.tracksLevels) return []
    return this.stack.slice(this.low - 1).map(({ isWritten, shape }) => ({ shape, isWritten }))
  }

  /** Whether the container is entered already: a cycle. */
  holds(open: Open): boolean {
    return open.shape !== Shape.string && this.ancestors.has(open.value)
  }

  /** Enters a container. `isExact`: its text is written at once. */
  push(open: Open, isExact: boolean): void {
    const { stack } = this
    if (open.shape !== Shape.string) this.ancestors.add(open.value)
    stack.push(open)
    if (isExact || open.shape >= Shape.string) this.openUpTo(stack.length - 1)
    else if (stack.length - this.opened > unopenedLevels) this.openUpTo(stack.length - unopenedLevels)
  }

  /** Leaves the innermost container, `open`. */
  close(open: Open): void {
    const { draft, level } = this
    if (level >= this.opened) {
      const isSame = !open.isChanged && open.run === null
      const whole = isSame ? open.value : copyOf(open)
      if (whole !== undefined) {
        this.leave(open)
        if (isSame) this.top.advance(this.top.index + 1)
        else this.top.replace(whole)
        return
      }
      this.openUpTo(level)
    }
    draft.flush(open, level)
    draft.close(open, level)
    this.leave(open)
    this.opened = level
    this.low = Math.min(this.low, level)
    if (level > 0) {
      this.top.index++
      this.top.settle()
    }
  }

  private leave(open: Open): void {
    this.stack.pop()
    this.ancestors.delete(open.value)
  }

  // Puts what waits in each container, and the opening bracket of the next, into the frame.
  private openUpTo(level: number): void {
    for (let i = this.opened; i <= level; i++) {
      const parent = this.stack[i - 1]!
      this.draft.flush(parent, i - 1)
      this.draft.separate(parent, i - 1)
      this.draft.key(parent, parent.index)
      this.draft.text += this.stack[i]!.opener
      this.opened = i + 1
    }
  }
}
