/**
 * The options of `truncate: Shape`, and what is told of what was left out, as types. `Shape.ts` exports them.
 */

/**
 * How a value is shown within a limit. `truncate: {}` is a good default.
 *
 * **Details**
 *
 * First the four limits and `binary` hold, whether the rest fits or not. If the text does not fit then, the places of
 * `drop` go, one pattern after the other, until it does. If it still does not, all entries share the room: equally, but
 * who needs less takes less, and places of `keep` take theirs first.
 *
 * Places are JSON Pointers (RFC 6901) from the root of the value. A segment `*` is any key or index; a key `*` is
 * written `~2`.
 *
 * The text depends on the value and the options alone: not on the route, the output, the locale or the load.
 *
 * **Gotchas**
 *
 * - `toJSON`, getters and a replacer function run at most once a place, only where the text looks, and in no promised
 *   order. An error elsewhere is not seen. A replacer function gets buffers and typed arrays as they are, unless
 *   `binary` is `"native"`.
 * - Limits count what is shown of the value: a marker comes on top of `maxItems` and `maxKeys`, but is within
 *   `maxString`.
 * - Markers look like data. A program that reads the text back may prefer `markers: false`, and `omitted`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shape {
  /**
   * Places that survive, with what leads to them. They are whole where they fit together; else they share like others,
   * and are listed in `omitted` with `kept: true`. A `*` holds in entries that are shown. Lifts none of the four
   * limits. Default: none.
   */
  readonly keep?: ReadonlyArray<string> | undefined
  /** Places that go first, in this order, and only if needed. `keep` wins over it. Default: none. */
  readonly drop?: ReadonlyArray<string> | undefined
  /**
   * The deepest level of containers that is shown; the outermost is level 0. Below it a container is `"[… 12 items]"`
   * or `"{… 5 keys}"`. A whole number from 0 up. Default `Infinity`. Holds also where all would fit.
   */
  readonly maxDepth?: number | undefined
  /** The most elements of an array. A whole number from 0 up. Default `Infinity`. Holds also where all would fit. */
  readonly maxItems?: number | undefined
  /** The most entries of an object. A whole number from 0 up. Default `Infinity`. Holds also where all would fit. */
  readonly maxKeys?: number | undefined
  /**
   * The most code units of a string, the marker in it included; with room for less than eight besides that it is `"…"`.
   * A whole number from 0 up. Default `Infinity`. Holds also where all would fit.
   */
  readonly maxString?: number | undefined
  /** Which part of a string is shown: its head, or both ends, two thirds of it the head. Default `"ends"`. */
  readonly strings?: "head" | "ends" | undefined
  /**
   * Which elements of an array are shown: the first, or those of both ends, two thirds of them the first. Default
   * `"head"`.
   */
  readonly arrays?: "head" | "ends" | undefined
  /**
   * What becomes of Buffers, typed arrays, ArrayBuffers and strings that are data URLs, or base64 or hex of 1,024
   * characters or more: `"omit"`, the default, tells how much it was; `"base64"` writes bytes so and leaves strings;
   * `"native"` leaves all as `JSON.stringify` has it.
   */
  readonly binary?: "omit" | "base64" | "native" | undefined
  /** Whether the text says what was left out, where it was. Default `true`; `false` leaves no more than `…`. */
  readonly markers?: boolean | undefined
  /**
   * A page: the place of the value that is shown. Default `""`, the whole. A pointer to nothing is `InvalidOptions`.
   */
  readonly at?: string | undefined
  /** A page: from which entry, or code unit of a string, on. A whole number from 0 up to its length. Default 0. */
  readonly from?: number | undefined
}

/**
 * Something that was left out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Omitted {
  /** Where it was: the place of the value that is not whole, as a JSON Pointer from the root. */
  readonly pointer: string
  /**
   * What was left out of it: a part of a string (`"characters"`), entries (`"items"`, `"keys"`), entries that `drop`
   * names (`"dropped"`), all below `maxDepth` (`"depth"`), binary data, or all of something that cannot be cut
   * (`"value"`).
   */
  readonly kind: "characters" | "items" | "keys" | "depth" | "binary" | "dropped" | "value"
  /** Where what was left out begins: an entry or a code unit. */
  readonly from: number
  /**
   * How much was left out: code units, entries or bytes. Keys that have no text are not looked for in what is left out.
   */
  readonly count: number
  /** Whether it was a place to keep, or holds one. */
  readonly kept: boolean
}

/**
 * Where a page ends and the next one begins: give it back as `at` and `from`. With `arrays: "head"`, the default, all
 * pages together show every entry once.
 *
 * @category models
 * @since 0.1.0
 */
export interface NextPage {
  readonly at: string
  readonly from: number
}
