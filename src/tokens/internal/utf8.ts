/**
 * Chunks of text and of UTF-8 as text. A sequence of bytes may be divided between chunks, and a mark of byte order is a
 * character.
 */

// Decoding one long chunk at once would be one long hold.
const step = 65_536

export class Utf8 {
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  private isOpen = false

  /** What is left of a sequence that nothing has ended. */
  end(): string {
    if (!this.isOpen) return ""
    this.isOpen = false
    return this.decoder.decode()
  }

  /** The text of a chunk, in parts. */
  *push(chunk: string | Uint8Array): Generator<string> {
    if (typeof chunk === "string") {
      yield this.end() + chunk
      return
    }
    for (let at = 0; at < chunk.length; at += step) {
      this.isOpen = true
      yield this.decoder.decode(chunk.subarray(at, at + step), { stream: true })
    }
  }
}
