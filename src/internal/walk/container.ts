/**
 * A cursor over a container that the plan has entered and not yet left.
 */

import { elementAt, isSliceable, lengthOf, slice } from "../value/arrayElements.ts"
import { Shape } from "../value/containerShape.ts"

const openers = ["", "[", "{", '"', "[", "{", ""] as const
const closers = ["", "]", "}", '"', "]", "}", ""] as const

export class Open {
  readonly shape: Shape
  readonly value: any
  /** Keys in the order of the text; null for what has indexes. */
  readonly keys: ReadonlyArray<string> | null
  readonly length: number
  /** The next child. Children from `runStart` up to it are passed and wait to be put into the frame together. */
  index = 0
  runStart = 0
  /**
   * The waiting children, if one of them is not what `value` holds (a `toJSON` returned another). Null: as in `value`.
   */
  run: Array<unknown> | null = null
  /** An entry of it is in the text already, so the next one needs a comma. */
  isWritten = false
  /** Its entries go into the frame one by one, each with its key as literal text: a copy could change their order. */
  readonly isLiteral: boolean
  /** It replaces something else, or native code must not see it as it is. */
  readonly isChanged: boolean

  constructor(
    shape: Shape,
    value: unknown,
    keys: ReadonlyArray<string> | null,
    length: number,
    isChanged: boolean,
    isLiteral: boolean
  ) {
    this.shape = shape
    this.value = value
    this.keys = keys
    this.length = length
    this.isChanged = isChanged
    this.isLiteral = isLiteral
  }

  get opener(): string {
    return openers[this.shape]
  }

  get closer(): string {
    return closers[this.shape]
  }

  /** The key of a child, as user code and pointers get it. */
  keyAt(index: number): string {
    return this.keys === null ? String(index) : this.keys[index]!
  }

  read(index: number): unknown {
    if (this.keys !== null) return this.value[this.keys[index]!]
    return this.shape === Shape.array ? elementAt(this.value, index) : this.value[index]
  }

  /** Passes children up to `to` as they are. */
  advance(to: number): void {
    if (this.run !== null) {
      const end = this.present(to)
      for (let i = this.index; i < end; i++) this.run.push(this.read(i))
    }
    this.index = to
  }

  /** Passes the child at `index` as `value`. */
  replace(value: unknown): void {
    this.run ??= this.waiting()
    this.run.push(value)
    this.index++
  }

  /** The children that wait. */
  waiting(): Array<unknown> {
    if (this.run !== null) return this.run
    if (this.shape === Shape.array && isSliceable(this.value)) return slice.call(this.value, this.runStart, this.index)
    const values: Array<unknown> = []
    const end = this.present(this.index)
    for (let i = this.runStart; i < end; i++) values.push(this.read(i))
    return values
  }

  // An array that became shorter ends there, as a slice of it does. A million lost elements would otherwise be as many
  // `null`s.
  private present(to: number): number {
    return this.shape === Shape.array ? Math.min(to, lengthOf(this.value)) : to
  }

  /** Nothing waits any more. All of it is in the frame. */
  settle(): void {
    this.runStart = this.index
    this.run = null
  }
}
