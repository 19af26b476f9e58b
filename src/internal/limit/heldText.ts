/**
 * A text that is held while somebody decides how much of it to take: it grows as far as it is asked to, and waits
 * there.
 *
 * It is the sink and the limit of its job. As a limit it tells how much is wanted, so that no frame is planned far
 * beyond; and when enough was seen, that what comes is cut.
 */
import type { FrameResult } from "../frame/frame.ts"
import { decode, type Sink } from "../output/sink.ts"
import type { TextLimit, Verdict } from "./sizeLimit.ts"

export class HeldText implements Sink<string>, TextLimit {
  result = ""
  readonly unit = "characters"
  readonly maxSize = Infinity
  readonly isTooLong = false
  /** No more is wanted. */
  isEnough = false
  private wanted = 0
  private readonly onFull: () => void

  constructor(onFull: () => void) {
    this.onFull = onFull
  }

  get isFull(): boolean {
    return !this.isEnough && this.result.length > this.wanted
  }

  get rest(): number {
    return Math.max(0, this.wanted - this.result.length)
  }

  /** Asks for more than so many code units. */
  want(length: number): void {
    this.wanted = Math.max(this.wanted, length)
  }

  frame(_: unknown, { bytes, text }: FrameResult): Verdict {
    if (this.isEnough) return "truncated"
    this.text(text ?? decode(bytes!))
    return "within"
  }

  text(text: string): void {
    this.result += text
    if (this.isFull) this.onFull()
  }

  bytes(bytes: Uint8Array): void {
    this.text(decode(bytes))
  }

  end(): void {}

  beforeFailure(): Verdict {
    return "within"
  }

  finish(): boolean {
    return false
  }
}
