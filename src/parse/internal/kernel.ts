/**
 * What the scanner's functions are, in WebAssembly or in JavaScript, and where they read and write.
 */

/** What a function has left in `result`, by index. */
export const Result = {
  /** Levels that are open at the end, -1 where the container itself was closed. */
  depth: 0,
  /**
   * Why it stopped: 0 at the end or the closing bracket, 1 too deep, 2 brackets do not match, 3 the comma asked for.
   */
  reason: 1,
  /** `scan`: where the string begins that is open at the end, or -1. `seek`: 1 if one is open. */
  string: 2,
  /** There is something that is not ASCII. May say so of text behind the end, too. */
  high: 3,
  /** There are control characters. May say so of text behind the end, too. */
  control: 4,
  /** `seek`: the next unit is escaped. */
  escaped: 5,
  /** `seek`: commas that are left to find. */
  commas: 6,
  /** `text`: the string's end was found. */
  closed: 0,
  /** `text`: neither escapes nor control characters are in it. */
  plain: 1,
  /** `lines`: the last line end, or -1. */
  lastLine: 0
} as const

/** The functions that WebAssembly or JavaScript gives. */
export interface Kernel {
  readonly scan8: (from: number, to: number, limit: number) => number
  readonly scan16: (from: number, to: number, limit: number) => number
  readonly seek8: Seek
  readonly seek16: Seek
  readonly entries8: (from: number, to: number, out: number) => number
  readonly entries16: (from: number, to: number, out: number) => number
  readonly text8: (from: number, to: number) => number
  readonly text16: (from: number, to: number) => number
  readonly lines8: (from: number, to: number, after: number) => number
  readonly lines16: (from: number, to: number, after: number) => number
  /** Code units of the text that these bytes are as UTF-8, if they are whole characters. */
  readonly codeUnits: (from: number, to: number) => number
  readonly widen: (from: number, to: number, out: number) => void
}

type Seek = (
  from: number,
  to: number,
  limit: number,
  count: number,
  depth: number,
  inside: number,
  escaped: number
) => number

/** Where a kernel reads and writes. */
export interface Views {
  buffer: Buffer
  units8: Uint8Array
  units16: Uint16Array
  result: Int32Array
  /** The last comma of each level, or -1. */
  commas: Int32Array
  /** The bracket that opened each level, from level 1. */
  opens: Int32Array
  /** 1 where a skipped level is an object. */
  kinds: Uint8Array
}
