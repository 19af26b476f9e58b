/**
 * The options of `truncate: Shape`, and what is told of what was left out, as types. `Shape.ts` exports them.
 */

/**
 * How a value is shown within a limit. `truncate: {}` is a good default.
 *
 * **Details**
 *
 * Places are JSON Pointers (RFC 6901), in which a segment `*` is any key or index; a key `*` is written `~2`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shape {
  /** Places that survive, with what leads to them. */
  readonly keep?: ReadonlyArray<string> | undefined
  /** Places that go first, in this order, and only if needed. */
  readonly drop?: ReadonlyArray<string> | undefined
  /** The deepest that is shown. A whole number from 0 up. Default `Infinity`. Holds also where all would fit. */
  readonly maxDepth?: number | undefined
  /** The most elements of an array. A whole number from 0 up. Default `Infinity`. Holds also where all would fit. */
  readonly maxItems?: number | undefined
  /** The most entries of an object. A whole number from 0 up. Default `Infinity`. Holds also where all would fit. */
  readonly maxKeys?: number | undefined
  /** The most code units of a string. A whole number from 0 up. Default `Infinity`. Holds also where all would fit. */
  readonly maxString?: number | undefined
  /** Which part of a string is shown: its head, or both ends, two thirds of it the head. Default `"ends"`. */
  readonly strings?: "head" | "ends" | undefined
  /** Which elements of an array are shown: the first, or those of both ends. Default `"head"`. */
  readonly arrays?: "head" | "ends" | undefined
  /**
   * What becomes of Buffers, typed arrays, ArrayBuffers and long strings that are data URLs, base64 or hex: `"omit"`,
   * the default, tells how much it was; `"base64"` writes bytes so; `"native"` leaves all as `JSON.stringify` has it.
   */
  readonly binary?: "omit" | "base64" | "native" | undefined
  /** Whether the text says what was left out, where it was. Default `true`. */
  readonly markers?: boolean | undefined
  /** A page: the place of the value that is shown. Default `""`, the whole. */
  readonly at?: string | undefined
  /** A page: from which entry, or code unit of a string, on. A whole number from 0 up. Default 0. */
  readonly from?: number | undefined
}

/**
 * Something that was left out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Omitted {
  /** Where it was: the place of the value that is not whole. */
  readonly pointer: string
  /** What was left out of it. */
  readonly kind: "characters" | "items" | "keys" | "depth" | "binary" | "dropped" | "value"
  /** Where what was left out begins: an entry or a code unit. */
  readonly from: number
  /** How much was left out: code units, entries or bytes. */
  readonly count: number
  /** Whether it was a place to keep. */
  readonly kept: boolean
}

/**
 * What goes on where a text ends: give it back as `at` and `from`.
 *
 * @category models
 * @since 0.1.0
 */
export interface NextPage {
  readonly at: string
  readonly from: number
}
