/**
 * A frame, a part of a value, as it travels between threads: literal text, with values between it to stringify.
 *
 * It is plain data of one shape, so that the structured clone is cheap and V8 sees one hidden class.
 */
import type { OutputKind } from "../output/output.ts"

/** How the text of a part is made from its value. Small integers: they are compared once a part. */
export const Kind = {
  /** `JSON.stringify(value)` */
  whole: 0,
  /** an array whose elements stand in a longer array: the text without its brackets */
  items: 1,
  /** entries of a larger object, as keys and values */
  entries: 2,
  /** a piece of a long string: the text without its quotes */
  piece: 3,
  /** a typed array whose elements stand in an array, as `Buffer.prototype.toJSON` gives them */
  elements: 4,
  /** elements of a typed array that stand in an object: `"0":1,"1":2` */
  indexed: 5
} as const

export type Kind = (typeof Kind)[keyof typeof Kind]

/**
 * Entries of an object, for {@link Kind.entries}. They are not copied into an object. Its hidden class would be new for
 * nearly every run of entries (about 1 us an entry, `bench/claims.ts`), and keys like `__proto__` or `1` would not stay
 * what and where they are.
 *
 * The comma or line break before the first entry is not in the literal text. The encoder makes it, because a value may
 * have lost its text since it was planned. Then its entry is left out.
 */
export interface Entries {
  readonly keys: ReadonlyArray<string>
  readonly values: ReadonlyArray<unknown>
  /** Nothing of their object is in a frame before them, so no comma comes first. */
  readonly isFirst: boolean
}

/** Elements of a typed array from `start` on, for {@link Kind.indexed}. */
export interface Indexed {
  readonly start: number
  readonly elements: Uint8Array | Float64Array
}

/**
 * One frame of a value. Its text is `leads[i]` and then the text of `values[i]`, for every `i`, and then `tail`.
 *
 * @category models
 * @since 0.1.0
 */
export interface FrameTask {
  /** Literal text before each value. */
  readonly leads: ReadonlyArray<string>
  /** The values to stringify. */
  readonly values: ReadonlyArray<unknown>
  /** How each value becomes text. */
  readonly kinds: ReadonlyArray<Kind>
  /** How many levels deep each value stands. Only filled when `gap` is not empty. */
  readonly depths: ReadonlyArray<number>
  /** Literal text at the end. */
  readonly tail: string
  /** The array replacer as a list of names, or null. */
  readonly list: ReadonlyArray<string> | null
  /** The indentation of one level; empty for compact text. */
  readonly gap: string
  /** What the answer holds: text, or its UTF-8 bytes. */
  readonly output: OutputKind
}

/**
 * The answer to a {@link FrameTask}. One of `text` and `bytes` is set, as `output` asked. Neither is set if native code
 * refuses a value of the frame (a bigint or a cycle that came in after it was planned). The calling thread then makes
 * the text itself, and reports why that fails.
 *
 * @category models
 * @since 0.1.0
 */
export interface FrameResult {
  readonly text: string | undefined
  readonly bytes: Uint8Array | undefined
  /**
   * Set if the innermost object that is open at the end has no entry in the text, although the plan gave it some: they
   * have lost their text. The number of levels deep that they would be; 0 in compact text.
   */
  readonly emptyAt?: number | undefined
  /** The memory of the bytes came from another thread and belongs to the receiver, who frees it after the copy. */
  readonly isMoved?: boolean | undefined
}

/**
 * Stands for an indentation of no width: lines break, and begin at once. It is as long as any indentation can be, and
 * made of characters that JSON text never holds, so that it can be removed from the finished text.
 */
export const emptyGap = "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u000e\u000f\u0010"
