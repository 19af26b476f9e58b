/**
 * Puts the texts of frames behind one another.
 *
 * A frame is made without those before it, so it begins as the plan saw it. Where the object that it goes on with has no entry after
 * all, since what was to stand there has lost its text, there is a comma or a line break too much.
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

  /** Nothing at all has a text. */
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
