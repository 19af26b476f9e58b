/** What every way of serializing looks like to the benchmarks. */
export type Output = "string" | "bytes" | "stream"

export interface CallOptions {
  readonly space?: string | number
  readonly replacer?: ((this: unknown, key: string, value: unknown) => unknown) | Array<string>
}

/** Takes what comes out: one text, one buffer, or a stream's chunks in order. */
export type Sink = (chunk: string | Uint8Array) => void

export interface Contender {
  readonly name: string
  /** Serializes and gives the path taken. */
  run(value: unknown, output: Output, sink: Sink, options?: CallOptions): Promise<string>
  readonly metrics?: () => Promise<Record<string, unknown>>
  close(): Promise<void>
}

/** A result is used once, as any reader would: a text made of many pieces is put together by V8 only then. */
export const use: Sink = (chunk) => {
  if (typeof chunk === "string") chunk.charCodeAt(chunk.length >> 1)
}
