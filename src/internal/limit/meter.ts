/**
 * What `maxSize` counts: UTF-16 code units, or the bytes of the JSON in UTF-8.
 */
import type { OutputKind } from "../output/output.ts"

export interface Meter {
  readonly unit: "characters" | "bytes"
  /** Units of a text. */
  size(text: string): number
  /** Units of one code point, raw or escaped, that stands from `from` to `to`. */
  codePoint(text: string, from: number, to: number): number
  /** Units of the mark that ends a string cut short, with its quote: `…"`. */
  readonly mark: number
}

export const characters: Meter = {
  unit: "characters",
  size: (text) => text.length,
  codePoint: (_, from, to) => to - from,
  mark: 2
}

export const bytes: Meter = {
  unit: "bytes",
  size: (text) => Buffer.byteLength(text),
  codePoint: (text, from, to) => utf8Length(text, from, to),
  mark: 4
}

/** The meter of an output. */
export const meterOf = (output: OutputKind): Meter => (output === "bytes" ? bytes : characters)

const isHigh = (c: number): boolean => c >= 0xd800 && c <= 0xdbff
const isLow = (c: number): boolean => c >= 0xdc00 && c <= 0xdfff

const utf8Length = (text: string, from: number, to: number): number => {
  let length = 0
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i)
    if (c < 0x80) length += 1
    else if (c < 0x800) length += 2
    else if (isHigh(c) && isLow(text.charCodeAt(i + 1))) {
      length += 4
      i++
    } else length += 3
  }
  return length
}
