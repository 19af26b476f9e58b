/**
 * `maxSize`: which part of the text may pass, and where it is cut.
 *
 * Frames pass while the text fits together with what closes it. From the first frame that does not fit, text is kept
 * back, until either the whole document turns out to fit after all, or the limit is passed. Then the kept text is cut
 * (`limit/truncateText.ts`). All of it works on text, so the outcome is the same on every route.
 */
import type { SerializationError } from "../../SerializationError.ts"
import type { OpenLevel, PlannedFrame } from "../frame/plannedFrame.ts"
import { sizeLimitExceeded } from "../errors/serializationErrors.ts"
import { Shape } from "../value/containerShape.ts"
import type { Meter } from "./meter.ts"
import { OpenStack } from "./openBrackets.ts"
import { decode, type Sink } from "../output/sink.ts"
import type { FrameResult } from "../frame/frame.ts"
import { truncate } from "./truncateText.ts"

/** What became of a piece of text. */
export type Verdict = "within" | "truncated" | "exceeded"

/** Decides what of the text of a job passes. */
export interface TextLimit {
  readonly unit: Meter["unit"]
  readonly maxSize: number
  /** Units that may still come. */
  readonly rest: number
  /** Takes the text of the next frame. */
  frame(frame: PlannedFrame, result: FrameResult): Verdict
  /** The document is complete. */
  end(): void
  /** An error comes next in the text. Did the limit come first? */
  beforeFailure(): Verdict
}

export class Limit implements TextLimit {
  private readonly meter: Meter
  readonly maxSize: number
  private readonly sink: Sink
  private readonly truncates: boolean
  private readonly stack: OpenStack
  /** Units that have passed. */
  private passed = 0
  private held = ""
  private heldUnits = 0
  private heldFrom: OpenStack | undefined = undefined

  constructor(sink: Sink, maxSize: number, meter: Meter, truncates: boolean, gap: string) {
    this.sink = sink
    this.maxSize = maxSize
    this.meter = meter
    this.truncates = truncates
    this.stack = new OpenStack(gap, meter)
  }

  get unit(): Meter["unit"] {
    return this.meter.unit
  }

  /** Units that may still come. */
  get rest(): number {
    return this.maxSize - this.passed - this.heldUnits
  }

  /** Takes the text of the next frame. */
  frame(frame: PlannedFrame, result: FrameResult): Verdict {
    const units = this.measure(result)
    if (!this.truncates) {
      this.passed += units
      if (this.passed > this.maxSize) return "exceeded"
      this.write(result)
      return "within"
    }
    const before = this.heldFrom === undefined ? this.stack.copy() : undefined
    applyLevels(this.stack, frame)
    if (result.emptyAt !== undefined) this.stack.withoutEntry()
    if (before !== undefined && this.passed + units + this.stack.cut <= this.maxSize) {
      this.passed += units
      this.write(result)
      return "within"
    }
    this.heldFrom ??= before
    this.held += result.text ?? decode(result.bytes!)
    this.heldUnits += units
    return this.rest < 0 ? this.cut() : "within"
  }

  /** The document is complete. */
  end(): void {
    if (this.heldFrom !== undefined) this.sink.text(this.held)
  }

  /** An error comes next in the text. Did the limit come first? */
  beforeFailure(): Verdict {
    if (this.heldFrom === undefined || this.stack.closers <= this.rest) return "within"
    return this.cut()
  }

  private cut(): Verdict {
    const text = truncate(this.held, this.heldFrom!, this.maxSize - this.passed)
    if (text === undefined) return "exceeded"
    this.sink.text(text)
    return "truncated"
  }

  private measure({ bytes, text }: FrameResult): number {
    return bytes !== undefined ? bytes.length : this.meter.size(text!)
  }

  private write({ bytes, text }: FrameResult): void {
    if (bytes !== undefined) this.sink.bytes(bytes)
    else this.sink.text(text!)
  }
}

/** A whole compact text: as it is where it fits, or cut, or the error that it is too long. */
export const fitted = (
  text: string,
  maxSize: number,
  meter: Meter,
  truncates: boolean
): string | SerializationError => {
  if (meter.size(text) <= maxSize) return text
  const cut = truncates ? truncate(text, new OpenStack("", meter), maxSize) : undefined
  return cut ?? sizeLimitExceeded(maxSize, meter.unit)
}

// Brings the stack from the beginning of a frame to its end. The plan counts the root's holder as level 0, and a long
// string as a level; here a string is a state of its own.
const applyLevels = (stack: OpenStack, { low, opens }: PlannedFrame): void => {
  const levels = () => stack.depth + (stack.string === "none" ? 0 : 1)
  while (levels() > Math.max(0, low - 1)) {
    if (stack.string === "none") stack.close()
    else stack.closeString()
  }
  opens.forEach((level, i) => {
    if (i > 0 && level.shape !== Shape.string) stack.open(isObject(level) ? "object" : "array")
    if (level.shape === Shape.string) stack.openString(level.isWritten)
    else if (level.isWritten) stack.entry()
  })
}

const isObject = ({ shape }: OpenLevel): boolean => shape === Shape.object || shape === Shape.indexed
