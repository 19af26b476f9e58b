/**
 * Builds a frame: literal text, values, and the entries of open containers.
 */
import { stringify } from "../value/intrinsics.ts"
import type { Open } from "../walk/container.ts"
import { Shape } from "../value/containerShape.ts"
import { type Entries, type FrameTask, Kind } from "../frame/frame.ts"
import type { OpenLevel, PlannedFrame } from "../frame/plannedFrame.ts"

/** A larger object is not copied when a child of it was replaced. Its entries go into the frame as they are. */
const entriesPerCopy = 16

export class Draft {
  private leads: Array<string> = []
  private values: Array<unknown> = []
  private kinds: Array<Kind> = []
  private depths: Array<number> = []
  text = ""
  /** The frame is this and nothing else. */
  literal: Uint8Array | undefined = undefined
  readonly gap: string
  readonly list: ReadonlyArray<string> | null
  readonly output: FrameTask["output"]
  private readonly colon: string

  constructor(gap: string, list: ReadonlyArray<string> | null, output: FrameTask["output"]) {
    this.gap = gap
    this.list = list
    this.output = output
    this.colon = gap === "" ? ":" : ": "
  }

  /** Nothing is in the frame. */
  get isEmpty(): boolean {
    return this.text === "" && this.values.length === 0
  }

  /** What stands before the next entry of a container at `level`. */
  separate(open: Open, level: number): void {
    if (open.shape === Shape.root) return
    this.text += open.isWritten ? "," : ""
    if (this.gap !== "") this.text += "\n" + this.gap.repeat(level)
    open.isWritten = true
  }

  /** The closing bracket of a container. */
  close(open: Open, level: number): void {
    if (this.gap !== "" && open.isWritten && open.shape !== Shape.string) this.text += "\n" + this.gap.repeat(level - 1)
    this.text += open.closer
  }

  key(open: Open, index: number): void {
    if (open.shape === Shape.object) this.text += stringify(open.keys![index]) + this.colon
  }

  part(kind: Kind, value: unknown, level: number): void {
    this.leads.push(this.text)
    this.values.push(value)
    this.kinds.push(kind)
    if (this.gap !== "") this.depths.push(level)
    this.text = ""
  }

  /** Puts what waits in a container into the frame. */
  flush(open: Open, level: number): void {
    if (open.runStart === open.index) return
    if (open.shape === Shape.array) {
      // None if the array became shorter in the meantime. An element that is there always has a text, if only `null`.
      const values = open.waiting()
      if (values.length > 0) {
        this.separate(open, level)
        this.part(Kind.items, values, level)
      }
    } else {
      this.entries(open, level)
    }
    open.settle()
  }

  private entries(open: Open, level: number): void {
    const { index, keys, run, runStart } = open
    const names: Array<string> = []
    const values: Array<unknown> = []
    for (let i = runStart; i < index; i++) {
      const key = keys![i]!
      const value = run === null ? open.value[key] : run[i - runStart]
      if (!hasText(value)) continue
      names.push(key)
      values.push(value)
    }
    if (open.shape === Shape.root) return this.part(Kind.whole, values[0], level)
    if (values.length === 0) return
    this.part(Kind.entries, { keys: names, values, isFirst: !open.isWritten } satisfies Entries, level)
    open.isWritten = true
  }

  /** Ends the frame; the draft begins anew. */
  finish(
    size: number,
    numbers: number,
    containers: number,
    low: number,
    opens: ReadonlyArray<OpenLevel>
  ): PlannedFrame {
    const { depths, gap, kinds, leads, list, literal, output, values } = this
    const task = { leads, values, kinds, depths, tail: this.text, list, gap, output }
    const frame = { task, size, isText: values.length === 0, literal, numbers, containers, low, opens }
    this.leads = []
    this.values = []
    this.kinds = []
    this.depths = []
    this.text = ""
    this.literal = undefined
    return frame
  }
}

/** What `JSON.stringify` leaves out of an object, and prints as `null` in an array. */
export const hasText = (value: unknown): boolean =>
  value !== undefined && typeof value !== "function" && typeof value !== "symbol"

/** A copy of a whole container whose children wait, or undefined where a copy would not print the same. */
export const copyOf = (open: Open): object | undefined => {
  const values = open.waiting()
  if (open.shape === Shape.array) return values
  if (open.isLiteral || values.length > entriesPerCopy) return undefined
  const copy: Record<string, unknown> = {}
  for (let i = 0; i < values.length; i++) {
    const key = open.keys![i]!
    // A setter would run, or the entry would be lost: `__proto__`, and what somebody has put into `Object.prototype`.
    if (key in copy) return undefined
    if (hasText(values[i])) copy[key] = values[i]
  }
  return copy
}
