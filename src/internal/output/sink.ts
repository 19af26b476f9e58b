/**
 * Gathers the text of a call: as a string here, as bytes in `output/bytesSink.ts`, as chunks of a stream in
 * `output/chunkSink.ts`.
 */
import { constants } from "node:buffer"

/** Takes text in order, and gives what was gathered. */
export interface Sink<A = unknown> {
  text(text: string): void
  bytes(bytes: Uint8Array): void
  /** True when no more should be written for now. */
  readonly isFull: boolean
  /** True when the text is too long to be one value. */
  readonly isTooLong: boolean
  /** Does a piece of the last step; true when there is more of it. */
  finish(): boolean
  /** What was gathered, when nothing is left of the last step. */
  readonly result: A
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
/** The text of bytes that were text. */
export const decode = (bytes: Uint8Array): string => decoder.decode(bytes)

/** Gathers a string. V8 joins the pieces when the string is first read, not here. */
export class StringSink implements Sink<string> {
  result = ""
  isTooLong = false
  readonly isFull = false

  text(text: string): void {
    if (this.result.length + text.length > constants.MAX_STRING_LENGTH) this.isTooLong = true
    else this.result += text
  }

  bytes(bytes: Uint8Array): void {
    this.text(decode(bytes))
  }

  finish(): boolean {
    return false
  }
}
