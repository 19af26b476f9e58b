/**
 * A frame, as it travels between threads: literal text, with values between to be stringified.
 *
 * Plain data of one shape, so that the structured clone is cheap and V8 sees one hidden class.
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
 * Entries of an object, for {@link Kind.entries}. Not copied into an object: its hidden class would be new for nearly every run of
 * entries (about 1 us an entry that way, `bench/claims.ts`), and keys like `__proto__` or `1` would not stay what and where they are.
 *
 * What stands before the first of them (comma, line break) is not in the literal text but made with them: a value may have lost its
 * text since it was planned, and then its entry is left out.
 */
export interface Entries {
  readonly keys: ReadonlyArray<string>
  readonly values: ReadonlyArray<unknown>
  /** Nothing of their object was put into a frame before them, so no comma does. */
  readonly isFirst: boolean
}

/** Elements of a typed array from `start` on, for {@link Kind.indexed}. */
export interface Indexed {
  readonly start: number
  readonly elements: Uint8Array | Float64Array
}

/**
 * One frame of a value: the text is `leads[i]` and then the text of `values[i]`, for every `i`, and then `tail`.
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
 * The answer to a {@link FrameTask}: one of the two is set, as `output` asked. Neither is where native code refuses a value of the
 * frame (a bigint or a cycle that came in after it was planned); the calling thread then asks for the text itself, and says why.
 *
 * @category models
 * @since 0.1.0
 */
export interface FrameResult {
  readonly text: string | undefined
  readonly bytes: Uint8Array | undefined
  /**
   * Set where the innermost object that is open at the end has no entry in the text, although the plan gave it some: they have lost
   * their text. How many levels deep they would stand; 0 in compact text.
   */
  readonly emptyAt?: number | undefined
  /** The memory of the bytes came from another thread and is the receiver's alone, to free when it has copied them. */
  readonly isMoved?: boolean | undefined
}

/**
 * Stands for an indentation of no width: lines are broken, and begin at once. As long as any can be, and made of
 * characters that JSON text never holds, so that it can be taken out of the finished text.
 */
export const emptyGap = "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u000e\u000f\u0010"
