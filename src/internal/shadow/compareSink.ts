/**
 * Compares a text with the expected one while it is made.
 */
import { decode, type Sink } from "../output/sink.ts"

/** Takes text as the other sinks do, and keeps nothing of it. */
export class CompareSink implements Sink<void> {
  /** Index of the first code unit that differs. */
  difference: number | undefined = undefined
  readonly isFull = false
  readonly isTooLong = false
  readonly result = undefined
  private readonly expected: string
  private position = 0

  constructor(expected: string) {
    this.expected = expected
  }

  text(text: string): void {
    if (this.difference !== undefined) return
    const { expected, position } = this
    this.position += text.length
    if (expected.startsWith(text, position)) return
    let i = 0
    while (text.charCodeAt(i) === expected.charCodeAt(position + i)) i++
    this.difference = position + i
  }

  bytes(bytes: Uint8Array): void {
    this.text(decode(bytes))
  }

  finish(): boolean {
    if (this.position < this.expected.length) this.difference ??= this.position
    return false
  }
}
