/**
 * Joins the texts of frames.
 *
 * A frame is made without those before it, so it begins as the plan saw it. If all entries before it in its object have
 * lost their text, it begins with a comma or a line break too much.
 */
import { excess } from "./encodeFrame.ts"
import { emptyGap, type FrameResult } from "./frame.ts"

export class FrameJoiner {
  /** How deep the missing entries of the innermost open object would stand; undefined where none is missing. */
  private emptyAt: number | undefined = undefined
  private readonly gap: string

  /** `gap` is what the tasks have. */
  constructor(gap: string) {
    this.gap = gap
  }

  /** Whether nothing at all has a text. */
  get isEmpty(): boolean {
    return this.emptyAt !== undefined
  }

  /** The answer to the next frame, as it goes on from those before it. */
  join(result: FrameResult): FrameResult {
    const before = this.emptyAt
    if (before === undefined) {
      this.emptyAt = result.emptyAt
      return result
    }
    const { bytes, text } = result
    const isNothing = bytes === undefined ? text === "" : bytes.length === 0
    if (isNothing) return { ...result, emptyAt: before }
    this.emptyAt = result.emptyAt
    const first = bytes === undefined ? text!.charCodeAt(0) : bytes[0]
    const prefix = excess(first, this.gap, before).replaceAll(emptyGap, "")
    return bytes === undefined
      ? { ...result, text: text!.slice(prefix.length) }
      : { ...result, bytes: bytes.subarray(Buffer.byteLength(prefix)) }
  }
}
