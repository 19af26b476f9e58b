/**
 * What a call returns: a string, or bytes.
 */
import { BytesSink } from "./bytesSink.ts"
import { type Sink, StringSink } from "./sink.ts"
import { toBytes } from "./utf8.ts"

/** Bytes also where they come as a stream. */
export type OutputKind = "string" | "bytes"

export interface Output<A> {
  readonly kind: OutputKind
  sink(): Sink<A>
  /** The result where the whole text is at hand. */
  of(text: string): A
  size(result: A): number
}

export const stringOutput: Output<string> = {
  kind: "string",
  sink: () => new StringSink(),
  of: (text) => text,
  size: (text) => text.length
}

export const bytesOutput: Output<Uint8Array<ArrayBuffer>> = {
  kind: "bytes",
  sink: () => new BytesSink(),
  of: (text) => toBytes(text),
  size: (bytes) => bytes.length
}
