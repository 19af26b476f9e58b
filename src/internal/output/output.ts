/**
 * What a call gives: a string, or bytes.
 */
import { BytesSink } from "./bytesSink.ts"
import { type Sink, StringSink } from "./sink.ts"
import { toBytes } from "./utf8.ts"

export interface Output<A> {
  /** What `maxSize` counts. */
  readonly unit: "characters" | "bytes"
  sink(): Sink
  resultOf(sink: Sink): A
  /** The result where the whole text is at hand. */
  of(text: string): A
  size(result: A): number
}

export const stringOutput: Output<string> = {
  unit: "characters",
  sink: () => new StringSink(),
  resultOf: (sink) => (sink as StringSink).value,
  of: (text) => text,
  size: (text) => text.length
}

export const bytesOutput: Output<Uint8Array<ArrayBuffer>> = {
  unit: "bytes",
  sink: () => new BytesSink(),
  resultOf: (sink) => (sink as BytesSink).value,
  of: (text) => toBytes(text),
  size: (bytes) => bytes.length
}
