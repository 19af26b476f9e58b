/**
 * How a text begins: whether there is any of it, and whether it is an object or an array.
 */

const mark = [0xef, 0xbb, 0xbf]
const blanks = [0x20, 0x09, 0x0a, 0x0d]
const openings = [0x7b, 0x5b]

export class Head {
  /** Nothing has come, or nothing but a byte order mark. */
  isEmpty = true
  private readonly isStrict: boolean
  private seen = 0
  private isDone = false

  constructor(isStrict: boolean) {
    this.isStrict = isStrict
  }

  /** The same chunks. The first of them are looked at. */
  async *of(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of chunks) {
      this.see(chunk)
      yield chunk
    }
  }

  /** Throws where the text begins with something else. */
  see(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length && !this.isDone; i++) {
      const byte = bytes[i]!
      const at = this.seen++
      if (at < 3 && this.isEmpty && byte === mark[at]) continue
      this.isEmpty = false
      if (blanks.includes(byte)) continue
      this.isDone = true
      if (this.isStrict && !openings.includes(byte)) throw notStrict()
    }
  }
}

const notStrict = (): Error =>
  Object.assign(
    new SyntaxError("The body is neither an object nor an array. With `strict: false` it may be any JSON"),
    {
      expose: true,
      statusCode: 400,
      status: 400,
      type: "entity.parse.failed"
    }
  )
