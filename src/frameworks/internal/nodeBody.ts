/**
 * The body of a Node request, chunk by chunk, with its limits looked at.
 */

/** A readable stream of Node, as far as it matters here. */
export interface Readable {
  iterator(options: { readonly destroyOnReturn: boolean }): AsyncIterable<Uint8Array | string>
  resume(): unknown
}

export interface Limits {
  readonly limit: number
  /** What the sender says, where it does. */
  readonly length: number | undefined
  readonly tooLarge: (received: number) => Error
  readonly wrongLength: (received: number) => Error
  /** Bytes that came of an encoded body, where the stream counts them. */
  readonly encoded?: () => number | undefined
}

/**
 * What comes of a body. Who stops early leaves the connection open, so that an answer can be sent; whatever is left of the body is then
 * to be read off.
 */
export async function* chunksOf(source: Readable, limits: Limits): AsyncGenerator<Uint8Array, void, void> {
  const { encoded, length, limit } = limits
  let received = 0
  for await (const chunk of source.iterator({ destroyOnReturn: false })) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
    received += bytes.length
    if (received > limit || (encoded?.() ?? 0) > limit) throw limits.tooLarge(received)
    yield bytes
  }
  if (length !== undefined && (encoded?.() || received) !== length) throw limits.wrongLength(received)
}

export const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Array<Uint8Array> = []
  for await (const chunk of chunks) all.push(chunk)
  return all.length === 1 ? asBuffer(all[0]!) : Buffer.concat(all)
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
