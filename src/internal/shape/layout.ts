/**
 * How a text is laid out, and what that costs in the units of the limit.
 */
import { emptyGap } from "../frame/frame.ts"

/** What sizes are counted in. */
export interface Meter {
  readonly unit: "characters" | "bytes"
  /** Units of a text. */
  size(text: string): number
}

/** Stands for what does not fit. */
export const collapsed = '"…"'

export class Layout {
  readonly meter: Meter
  /** What stands behind a key. */
  readonly colon: string
  /** Units of {@link collapsed}. */
  readonly mark: number
  private readonly isPretty: boolean
  private readonly gap: string
  private readonly gapUnits: number
  /** What two gaps have less than twice the units of one: halves of a surrogate pair may meet. */
  private readonly joint: number

  constructor(gap: string, meter: Meter) {
    this.meter = meter
    this.isPretty = gap !== ""
    this.gap = gap === emptyGap ? "" : gap
    this.colon = this.isPretty ? ": " : ":"
    this.mark = meter.size(collapsed)
    this.gapUnits = meter.size(this.gap)
    this.joint = 2 * this.gapUnits - meter.size(this.gap + this.gap)
  }

  /** A line break and the indentation of `depth` levels, in units. */
  indentUnits(depth: number): number {
    if (!this.isPretty) return 0
    return 1 + depth * this.gapUnits - (depth > 1 ? (depth - 1) * this.joint : 0)
  }

  /** The same as text. */
  indent(depth: number): string {
    return this.isPretty ? "\n" + this.gap.repeat(depth) : ""
  }

  /** Brackets of a container at `depth` that has entries, less the comma that its first entry does not need. */
  frameUnits(depth: number): number {
    return 1 + this.indentUnits(depth)
  }

  /** What an entry of a container at `depth` takes besides its value: comma, line and, in an object, its key. */
  entryUnits(depth: number, prefix: string): number {
    return 1 + this.indentUnits(depth + 1) + (prefix === "" ? 0 : this.meter.size(prefix))
  }
}
